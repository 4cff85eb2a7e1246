#!/usr/bin/env python3
"""`asmforge forge`: a project's changes tried one by one, kept or dropped, resumed and applied."""
import argparse
import fcntl
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ab_runner import Runner  # noqa: E402
from git_project import ENVIRONMENT, GitProject  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build")
options = parser.parse_args()
asmforge = pathlib.Path(options.asmforge).resolve()
scratch = tempfile.TemporaryDirectory()
failures = []

# Counted, not timed: verdicts are then the same whenever they are asked for.
SOURCE = """#include <stdio.h>
#include <stdlib.h>
static unsigned step(unsigned sum, unsigned i) { return sum * 31 + i; }
int main(int argc, char** argv) {
  unsigned sum = 0, turns = 3000;
  if (argc > 1 && atoi(argv[1]) == 2) turns = 3001;
  for (unsigned i = 0; i < turns; i++) {
    sum = step(sum, i);
    for (volatile unsigned k = 0; k < 4; k++) sum ^= k;
  }
  printf("%u\\n", sum == 7);
  return 0;
}
"""


class Project(GitProject):
    """A program, and changes that are to be tried."""

    def __init__(self, name, candidates, validation=False, forge="[forge]\nforbid = ['automatic']\n"):
        workloads = [("run", "1", "")] + ([("other", "2", "validation = true\n")] if validation else [])
        super().__init__(pathlib.Path(scratch.name) / name, {
            "tool.c": SOURCE,
            "Makefile": "tool: tool.c\n\tclang-19 -O1 -g -ffunction-sections -o tool tool.c\n",
            ".gitignore": "tool\n",
            "asmforge.toml": "[project]\nbuild = 'make -s'\nbinaries = ['tool']\n" + "".join(
                f"[[workload]]\nname = '{name}'\ncommand = './tool {word}'\nmetric = 'instructions'\n{more}"
                for name, word, more in workloads) + f"{forge}[candidates]\n{candidates}"})
        self.git("init", "-q", ".")
        self.runner = Runner([str(asmforge)], self.folder, timeout=240)
        self.runner.failures = failures

    def change(self, name, *changes, words=""):
        self.patch(name, "tool.c", *changes, words=words)

    def run(self, *words, **more):
        return self.runner.run(*words, env=ENVIRONMENT, **more)

    def report(self):
        return json.loads(self.run("report", "--json", status=0))

    def states(self):
        return {step["name"]: (step["state"], step["verdict"]) for step in self.report()["steps"]}

    def reasons(self):
        return {step["name"]: step["why"] for step in self.report()["steps"]}

    def state_of_repository(self):
        return self.git("status", "--porcelain"), self.git("for-each-ref"), self.git("rev-parse", "HEAD")


def expect(what, found, wanted):
    if found != wanted:
        failures.append(f"{what}: {found}, not {wanted}")


def start(project):
    """All changes of `whole` committed beside the source."""
    project.commit("source")
    project.change("patches/fewer.patch", ("k < 4", "k < 2"), words="Half of it.\n\nasmforge-expect: loops(main): 2 -> 2\n")
    project.change("patches/more.patch", ("k < 4", "k < 9"))
    project.change("patches/little.patch", ("turns = 3000", "turns = 2999"))
    project.change("patches/words.patch", ("static unsigned step", "/* a step */ static unsigned step"))
    project.change("patches/broken.patch", ("return 0;", "return nothing;"))
    project.change("patches/stale.patch", ("turns = 3000", "turns = 300"))
    project.write("patches/stale.patch", (project.folder / "patches/stale.patch").read_text().replace("3000", "4000"))
    project.change("patches/wrong.patch", ("sum == 7", "turns"))
    return project.commit("patches")


WHOLE = """patches = ["patches/words.patch", "patches/more.patch", "patches/little.patch", "patches/fewer.patch",
           "patches/broken.patch", "patches/stale.patch", "patches/wrong.patch"]
branches = ["faster"]
command = "sed -i 's/turns = 3000/turns = 1500/' tool.c"
"""

# ---- the loop ----
whole = Project("whole", WHOLE)
base = start(whole)
whole.git("checkout", "-q", "-b", "faster")
whole.write("tool.c", SOURCE.replace("turns = 3000", "turns = 2500"))
whole.commit("fewer turns")
whole.git("checkout", "-q", "-")
before = whole.state_of_repository()
run = whole.run("forge", status=0, out=["changes kept, and together they stand", "next: asmforge forge --apply"],
                err=["kept", "dropped", "failed"])
expect("the repository", whole.state_of_repository(), before)
expect("states", whole.states(), {
    "patches/words.patch": ("dropped", "SAME"),
    "patches/more.patch": ("dropped", "REVERT"),
    "patches/little.patch": ("dropped", "ACCEPT"),
    "patches/fewer.patch": ("kept", "ACCEPT"),
    "patches/broken.patch": ("failed", None),
    "patches/stale.patch": ("failed", None),
    "patches/wrong.patch": ("dropped", "REVERT"),
    "faster": ("kept", "ACCEPT"),
    "sed -i 's/turns = 3000/turns = 1500/' tool.c": ("failed", None),
})
report = whole.report()
by_name = {step["name"]: step for step in report["steps"]}
for name, part in (("patches/broken.patch", "tool.c:12:10: error: use of undeclared identifier"), ("patches/stale.patch", "cannot be applied"),
                   ("patches/little.patch", "below the floor of 0.5 %"),
                   ("patches/wrong.patch", "the program with it prints something else than the program without it"), ("sed -i 's/turns = 3000/turns = 1500/' tool.c", "changes nothing")):
    if part not in by_name[name]["why"]:
        failures.append(f"{name}: no '{part}' in {by_name[name]['why']}")
if "main: " not in by_name["patches/fewer.patch"]["assembly"]:
    failures.append(f"no assembly: {by_name['patches/fewer.patch']['assembly']}")
whole.run("journal", "score", status=0, out="patch")
markdown = whole.run("report", "--markdown", status=0,
                     out=["# asmforge, run 1", "## What is kept", "### faster", "```diff", "Predicted: `loops(main): 2 -> 2`",
                          "## What is not, and why", "## What is left", " % in main, loop ", "| **all that is kept** |"])
whole.run("report", "--markdown", "-o", "report.md", status=0)
if (whole.folder / "report.md").read_text() != markdown:
    failures.append("report -o wrote something else")
(whole.folder / "report.md").unlink()

# ---- apply ----
whole.write("tool.c", SOURCE + "\n")
whole.run("forge", "--apply", status=2, err="tool.c differs from the last commit")
whole.run("forge", status=2, err="1 file differs from the last commit (tool.c), and changes are tried on the commit")
whole.git("checkout", "-q", "tool.c")
whole.run("forge", "--apply", status=0, out=["2 commits on the branch", "tool: not byte for byte what was measured, but all that is loaded is the same",
                                             f"git reset --hard {base} takes them back"])
expect("subjects", whole.git("log", "--format=%s", f"{base}..").split(), ["faster", "patches/fewer.patch"])
if "asmforge: ACCEPT improved" not in whole.git("log", "-1", "--format=%B"):
    failures.append("no verdict in the message")
whole.run("forge", "--apply", status=2, err="run 1 was applied")
whole.git("reset", "-q", "--hard", base)

# ---- a win that loses on other work ----
planted = Project("planted", 'patches = ["good.patch", "planted.patch"]\n', validation=True)
planted.commit("source")
planted.change("good.patch", ("k < 4", "k < 3"))
planted.change("planted.patch", ("turns = 3001", "turns = 9001"), ("turns = 3000", "turns = 2900"))
planted.commit("patches")
planted.run("forge", status=0)
expect("planted", planted.states(), {"good.patch": ("kept", "ACCEPT"), "planted.patch": ("withdrawn", "ACCEPT")})
at = planted.git("rev-parse", "HEAD").strip()
planted.write("README", "words\n")
moved = planted.commit("words")
planted.run("forge", "--apply", status=2, err=[f"the run began at {at[:12]}, and the branch is at {moved[:12]} now",
                                               "&& git cherry-pick "])
planted.git("reset", "-q", "--hard", at)
planted.run("forge", "--apply", status=0, out="1 commit on the branch")

# ---- asmforge's own changes, where most is executed ----
SUMS = """#include <stdio.h>
#include <stdlib.h>
__attribute__((noinline)) static unsigned mixed(unsigned sum, unsigned x) {
  return (sum ^ x) * 31;
}
int main(int count, char **words) {
  static unsigned table[1024];
  unsigned sum = 0;
  for (unsigned turn = 0; turn < 20; turn++)
    for (unsigned i = 0; i < 1024; i++) {
      if (sum % 1021 == 7)
        sum += strtoul(words[count - 1], NULL, 10);
      sum = mixed(sum, table[i] + turn);
    }
  printf("%u\\n", sum);
  return 0;
}
"""
OWN = {"attribute": "tool.c:3: mixed always_inline",
       "pragma": "tool.c:10: clang loop unroll_count(4)"}
asked = Project("asked", "", forge="")
asked.write("tool.c", SUMS)
asked.write("Makefile", "CFLAGS = -O1 -g -ffunction-sections\ntool: tool.c\n\tclang-19 $(CFLAGS) -o tool tool.c\n")
asked.write("asmforge.toml", (asked.folder / "asmforge.toml").read_text().replace("[[workload]]", "clean = 'rm tool'\n[[workload]]", 1))
asked.commit("source")
asked.run("forge", status=0, out=OWN["attribute"])
steps = {step["name"]: step for step in asked.report()["steps"]}
expect("asked", {step["name"]: step["state"] for step in steps.values() if step["name"] in OWN.values()},
       {name: "kept" for name in OWN.values()})
asked.run("journal", "score", status=0, out="attribute")
expect("flag", steps["Makefile: -O3 for tool.c"]["verdict"], "SAME")
# What lies there looks newer than its source, so make leaves it as it is.
asked.write("tool", "stale\n")
os.utime(asked.folder / "tool", (time.time() + 9999,) * 2)
asked.run("forge", "--apply", status=0, out=["2 commits on the branch", "built once more after 'clean'", "all that is loaded is the same"])
made = (asked.folder / "tool.c").read_text()
for words in ('_Pragma("clang loop unroll_count(4)") for', "__attribute__((always_inline)) static"):
    if words not in made:
        failures.append(f"{words} is not there")
# Each transform can be forbidden, and so can all; what is neither a transform nor a file is a mistake.
forbidding = Project("forbidding", "", forge="[forge]\nforbid = ['flag', 'attribute', 'expectation', 'tool.c']\n")
forbidding.write("tool.c", SUMS)
forbidding.commit("source")
forbidding.run("forge", status=2, err="no hot loop")
for words, message in (("'automatic'", "names no change to try"), ("'pragmas'", "neither a transform")):
    forbidding.write("asmforge.toml", forbidding.folder.joinpath("asmforge.toml").read_text().split("[forge]")[0] +
                     f"[forge]\nforbid = [{words}]\n")
    forbidding.commit("forbidden")
    forbidding.run("forge", status=2, err=message)

# ---- what asserts more than a compiler can prove ----
# The program calls scale with a factor among what it stores to: a compiler told otherwise reads it once.
ALIASED = """#include <stdio.h>
__attribute__((noinline)) static void scale(unsigned *out, const unsigned *factor, int n) {
  for (int i = 0; i < n; i++) out[i] = out[i] * 3 + *factor;
}
int main(void) {
  static unsigned table[512];
  for (unsigned i = 0; i < 512; i++) table[i] = i;
  for (int turn = 0; turn < 50; turn++) scale(table, table + 50, 100);
  printf("%u\\n", table[99]);
  return 0;
}
"""
assuming = Project("assuming", "", forge="[forge]\nforbid = ['flag', 'attribute', 'pragma', 'expectation']\n")
assuming.write("tool.c", ALIASED)
assuming.write("Makefile", "tool: tool.c\n\tclang-19 -O2 -g -ffunction-sections -o tool tool.c\n")
assuming.commit("source")
assuming.run("forge", status=2, err="no hot loop")
assuming.run("forge", "--allow-assumptions", status=1, out="refused: scale gives other results when")
expect("assuming", assuming.states(), {"tool.c:2: scale restrict": ("dropped", None),
                                       "tool.c:3: clang loop vectorize(assume_safety)": ("dropped", None)})

# Floats, whose sum depends on its order; and a loop that reads what the iteration before stored.
assuming.write("tool.c", """#include <stdio.h>
__attribute__((noinline)) static float total(const float *values, int n) {
  float sum = 0;
  for (int i = 0; i < n; i++) sum += values[i];
  return sum;
}
__attribute__((noinline)) static void carry(unsigned *cells, const unsigned *add, int n) {
  for (int i = 1; i < n; i++) cells[i] = cells[i - 1] + add[i];
}
int main(void) {
  static float values[512];
  static unsigned cells[512], add[512];
  float sum = 0;
  for (int i = 0; i < 512; i++) values[i] = add[i] = i;
  for (int turn = 0; turn < 50; turn++) {
    sum += total(values, 512);
    carry(cells, add, 512);
  }
  printf("%g %u\\n", sum, cells[511]);
  return 0;
}
""")
assuming.write("Makefile", "CFLAGS = -O3 -g -ffunction-sections\ntool: tool.c\n\tclang-19 $(CFLAGS) -o tool tool.c\n")
assuming.commit("floats")
assuming.run("forge", "--allow-assumptions", "--fresh", status=1, out="refused: total gives other results")
reasons = assuming.reasons()
for name, part in (("Makefile: -ffast-math for tool.c", "refused: total gives other results"),
                   ("tool.c:8: clang loop vectorize(assume_safety)", "refused: carry gives other results")):
    if part not in reasons.get(name, ""):
        failures.append(f"{name}: no '{part}' in {reasons.get(name)}")
if "refused" in reasons.get("Makefile: -fno-math-errno for tool.c", "refused"):
    failures.append(f"-fno-math-errno: {reasons.get('Makefile: -fno-math-errno for tool.c')}")

# ---- what nothing but another algorithm makes faster ----
chased = Project("chased", "", forge="[forge]\nbudget = '30 s'\n")
chased.write("asmforge.toml", (chased.folder / "asmforge.toml").read_text().replace("metric = 'instructions'\n", ""))
chased.write("tool.c", """#include <stdio.h>
enum { kCells = 1 << 25 };
static unsigned next[kCells];
int main(void) {
  for (unsigned i = 0; i < kCells; i++) next[i] = (i * 1664525u + 1013904223u) % kCells;
  unsigned at = 0;
  for (unsigned turn = 0; turn < 12000000; turn++) at = next[at];
  printf("%u\\n", at);
  return 0;
}
""")
chased.write("Makefile", "tool: tool.c\n\tclang-19 -O2 -g -o tool tool.c\n")
chased.commit("source")
perf = subprocess.run([str(asmforge), "profile", "--sample", "-o", scratch.name + "/any", "--", "true"], capture_output=True)
if perf.returncode == 0:
    chased.run("forge", status=2, err=["no changes of asmforge's own are tried: run: ", "waits for memory: an iteration takes",
                                       "the address of a load comes from the load before", "another algorithm or other data can change that", "no hot loop"])
else:
    print(f"not run here: a program that waits for its loads ({perf.stderr.decode().strip()})")

# ---- what goes wrong ----
nothing = Project("nothing", "")
nothing.run("forge", status=2, err="has no commit")
nothing.commit("source")
nothing.run("report", status=2, err="nothing was forged here yet")
nothing.run("forge", status=2, err="[candidates] of asmforge.toml names no change to try, and no hot loop")
nothing.run("forge", "--resume", status=2, err="there is no unfinished run to go on with")
nothing.run("forge", "--resume", "--fresh", status=2, err="choose one")
nothing.run("forge", "--apply", status=2, err="nothing was forged here yet")
with open(nothing.folder / ".asmforge" / "lock", "r+") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    nothing.run("forge", status=3, err="another asmforge works in")
elsewhere = Project("elsewhere", "", forge="[forge]\nfunctions = ['step', 'm?in']\n")
elsewhere.commit("source")
elsewhere.run("forge", status=2, err="no hot loop of the project's own could be asked for something else")
elsewhere.run("plan", status=0, out="[forge] functions: nothing was found in 'm?in'")
bad = Project("bad", 'patches = ["none.patch"]\n')
bad.commit("source")
bad.run("forge", status=2, err="none.patch: cannot be read")
bad.write("none.patch", "no diff\n")
bad.run("forge", status=2, err="none.patch: holds no unified diff")
bad.change("none.patch", ("k < 4", "k < 2"), words="asmforge-expect: nonsense\n")
bad.run("forge", status=2, err="none.patch:")

# ---- killed at any moment ----
moments = random.Random(20261127)
killed = Project("killed", WHOLE.replace('branches = ["faster"]', ""))
start(killed)
began = time.monotonic()
killed.run("forge", "--seed", "1", status=0)
length = time.monotonic() - began
wanted = killed.states()
for turn in range(2):
    process = subprocess.Popen([asmforge, "forge", "--seed", "1", "--fresh"], cwd=killed.folder, env=ENVIRONMENT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(moments.uniform(0.05, length))
    process.kill()  # and what it had started goes on
    process.wait()
    unfinished = not killed.report()["finished"]
    if unfinished:
        killed.run("forge", status=2, err="is not finished; --resume goes on with it, --fresh gives it up")
        # What cannot begin does not cost what could go on.
        killed.write("tool.c", SOURCE + "\n")
        killed.run("forge", "--fresh", status=2, err="1 file differs")
        killed.git("checkout", "-q", "tool.c")
        killed.run("forge", "--resume", status=0)
    if killed.states() != wanted:
        failures.append(f"killed, turn {turn}: {killed.states()}, {killed.reasons()}")
    expect("the tree", killed.git("status", "--porcelain"), "")

# ---- Ctrl-C ----
process = subprocess.Popen([asmforge, "forge"], cwd=killed.folder, env=ENVIRONMENT, text=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
time.sleep(0.5 * length)
process.send_signal(signal.SIGINT)
errors = process.communicate(timeout=60)[1]
if process.returncode == 130:
    if "asmforge forge --resume goes on with the run" not in errors:
        failures.append(f"Ctrl-C said nothing: {errors}")
    killed.run("forge", "--resume", status=0)
elif process.returncode != 0:
    failures.append(f"Ctrl-C: status {process.returncode}\n{errors}")

print("\n".join(failures) or "forge ok")
sys.exit(bool(failures))
