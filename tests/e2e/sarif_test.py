#!/usr/bin/env python3
"""SARIF of `audit`, `plan` and `report`; findings that the source ignores, baselines, --fail-on."""
import argparse
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ab_runner import Runner  # noqa: E402
from git_project import ENVIRONMENT, GitProject, counted_project  # noqa: E402
from sarif_document import problems  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build")
parser.add_argument("--keep", help="a folder for the documents, to be held against the standard's own schema")
options = parser.parse_args()
asmforge = pathlib.Path(options.asmforge).resolve()
scratch = tempfile.TemporaryDirectory()
folder = pathlib.Path(scratch.name).resolve() / "a b"  # what a URI cannot hold as it is
folder.mkdir()
runner = Runner([str(asmforge)], folder, timeout=240)
failures = runner.failures
kept = 0


def expect(what, found, wanted):
    if found != wanted:
        failures.append(f"{what}: {found}, not {wanted}")


def sarif(*words, status=0, **more):
    """The run of a document that is as it must be."""
    global kept
    text = runner.run(*words, "--sarif", status=status, **more)
    if options.keep:
        kept += 1
        pathlib.Path(options.keep, f"{kept}.sarif").write_text(text)
    try:
        found, run = problems(text)
    except ValueError as error:
        found, run = [f"{error}: {text[:300]}"], None
    failures.extend(f"{words}: {problem}" for problem in found)
    if run is None:
        sys.exit("\n".join(failures))
    return run


def build(*flags, output="tool", source=None):
    command = ["clang-19", *([] if source else ["-O1"]), *flags, "-o", output, source or SOURCE]
    subprocess.run(command, cwd=folder, check=True, env=ENVIRONMENT)


SOURCE = "100%/a:b #1.c"
TEXT = """#include "scale.h"
%sint main(int argc, char **argv) {
  static unsigned values[100];
  for (int i = 0; i < 100; i++) values[i] = i * 77u;
  scale(values, 100, argc);
%s
  for (int i = 0; i < 100; i++) values[i] /= argc;%s
  unsigned sum = 0;
  for (int i = 0; i < 100; i++) sum += values[i];
  return sum;
}
"""


def write(before="", above="", beside=""):
    (folder / SOURCE).write_text(TEXT % (before, above, beside))


(folder / "100%").mkdir()
(folder / "100%/scale.h").write_text("""static inline void scale(unsigned *values, long count, unsigned divisor) {
  for (long i = 0; i < count; i++) values[i] /= divisor;
}
""")
write()
build("-g")

# ---- a document with all that is known ----
run = sarif("audit", "tool", "--source-root", folder)
expect("results", [result["ruleId"] for result in run["results"]], ["invariant-divide"] * 2)
expect("base", urllib.parse.unquote(run["originalUriBaseIds"]["SRCROOT"]["uri"]), f"file://{folder}/")
by_file = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: result for result in run["results"]}
expect("files", sorted(by_file), ["100%25/a%3Ab%20%231.c", "100%25/scale.h"])
inlined = by_file["100%25/scale.h"]
expect("line", inlined["locations"][0]["physicalLocation"]["region"], {"startLine": 2})
expect("function", inlined["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "main")
expect("stack", [frame["location"]["logicalLocations"][0]["fullyQualifiedName"] for frame in inlined["stacks"][0]["frames"]],
       ["scale", "main"])
expect("inlined at", inlined["relatedLocations"][-1]["physicalLocation"]["region"], {"startLine": 5})
expect("level", inlined["level"], "warning")
target = run["artifacts"][0]
expect("hash", target["hashes"]["sha-256"], hashlib.sha256((folder / "tool").read_bytes()).hexdigest())
expect("target", (target["location"]["uri"], target["roles"]), ("tool", ["analysisTarget"]))
page = pathlib.Path(__file__).resolve().parents[2] / "docs/checks/invariant-divide.md"
rule = run["tool"]["driver"]["rules"][inlined["ruleIndex"]]
expect("page", rule["help"]["markdown"], page.read_text())
if not rule["fullDescription"]["text"].startswith("The hardware divides by the same number"):
    failures.append(f"description: {rule['fullDescription']}")
expect("elsewhere", [artifact["location"]["uri"] for artifact in sarif("audit", "tool", "--source-root", "/usr")["artifacts"]
                     if not artifact["location"]["uri"].startswith("file:///")], [])
runner.run("audit", "tool", "--sarif", "--json", status=2, err="--json excludes --sarif")
runner.run("audit", "tool", "--source-root", ".", status=2, err="--source-root requires --sarif")
runner.run("audit", "tool", "--sarif", "--source-root", "nowhere", status=2, err="nowhere: is no folder")


# ---- a finding is the same when lines move ----
def fingerprints(run):
    return sorted(result["partialFingerprints"]["asmforgeFinding/v1"] for result in run["results"])


known = fingerprints(run)
expect("fingerprints", len(set(known)), 2)
runner.run("audit", "tool", "--write-baseline", "base.json", status=0)
write(before="\n\n/* moved */\n")
build("-g")
moved = sarif("audit", "tool", "--baseline", "base.json")
expect("moved", fingerprints(moved), known)
expect("states", [result["baselineState"] for result in moved["results"]], ["unchanged"] * 2)
runner.run("audit", "tool", "--baseline", "base.json", "--fail-on", "hint", status=0,
           out=["no findings", "0 that the source says to ignore, 2 of the baseline"])
(folder / "100%/scale.h").write_text("""static inline void scale(unsigned *values, long count, unsigned divisor) {
  for (long i = 0; i < count; i++) values[i] *= divisor;
}
__attribute__((noinline)) void fresh(unsigned *values, long count, unsigned divisor) {
  for (long i = 0; i < count; i++) values[i] /= divisor;
}
""")
build("-g")
changed = sarif("audit", "tool", "--baseline", "base.json", "--fail-on", "invariant-divide", status=1)
expect("changed", sorted((result["baselineState"], result["locations"][0]["logicalLocations"][0]["decoratedName"])
                         for result in changed["results"]), [("new", "fresh"), ("unchanged", "main")])
expect("status", changed["invocations"][0]["exitCode"], 1)
expect("gone", [note["message"]["text"] for note in changed["invocations"][0]["toolExecutionNotifications"]
                if note["descriptor"]["id"] == "baseline"], ["1 of the baseline's findings are gone"])
runner.run("audit", "tool", "--baseline", "base.json", status=0,
           out=["1 finding\n", "baseline 1 finding of it is gone"])
runner.run("audit", "tool", "main", "--baseline", "base.json", "--fail-on", "invariant-divide", status=0)
for fail_on, status in (("proved", 1), ("bounds-check-in-loop", 0), ("never", 0)):
    runner.run("audit", "tool", "--fail-on", fail_on, status=status)
runner.run("audit", "tool", "--fail-on", "bounds-check-in-loop", "--fail-on", "hint", status=1)
runner.run("audit", "tool", "--fail-on", "nonsense", status=2, err="--fail-on")
for text, words in (("{}", "its schema is not"), ('{"schema":"asmforge/baseline/1"}', "no array 'findings'"),
                    ('{"schema":"asmforge/baseline/1","findings":[{"check":"x"}]}', "finding 1 has no fingerprint"),
                    ("[[[", "broken.json")):
    (folder / "broken.json").write_text(text)
    runner.run("audit", "tool", "--baseline", "broken.json", status=2, err=words)
runner.run("audit", "tool", "--baseline", "none.json", status=2, err="none.json")
runner.run("audit", "tool", "--write-baseline", "none/base.json", status=2, err="none/base.json: cannot be written")

# ---- the source says to ignore it ----
for where in ({"above": "  // asmforge: ignore invariant-divide argc is small"},
              {"beside": "  /* asmforge: ignore invariant-divide argc is small */"}):
    write(**where)
    build("-g")
    ignored = sarif("audit", "tool", "main", "--fail-on", "hint")
    expect("ignored", [[(one["kind"], one["justification"]) for one in result["suppressions"]]
                       for result in ignored["results"]], [[("inSource", "argc is small")]])
runner.run("audit", "tool", status=0, out=["1 finding\n", "besides  1 that the source says to ignore, 0 of the baseline"])
runner.run("audit", "tool", "--write-baseline", "rest.json", status=0)
expect("rest", [row["function"] for row in json.loads((folder / "rest.json").read_text())["findings"]], ["fresh"])
document = json.loads(runner.run("audit", "tool", "main", "--json", status=0))
expect("JSON", document["findings"][0]["ignored"]["reason"], "argc is small")
for comment, note in (("// asmforge: ignore invariant-divid it is", "(did you mean 'invariant-divide'?), so it ignores nothing"),
                      ("// asmforge: ignore invariant-divide", "gives no reason, so it ignores nothing"),
                      ("// asmforge: ignore", "names no check, so it ignores nothing")):
    write(above=comment)
    build("-g")
    runner.run("audit", "tool", "main", "--fail-on", "hint", status=1, out=["1 finding\n", note.split(",")[0]])
write(above="  sum_of: values[0] = 1; // asmforge: ignore invariant-divide this is of this line")
build("-g")
runner.run("audit", "tool", "main", "--fail-on", "hint", status=1)

# ---- names that are no friends ----
build("-g", "-c", output="plain.o")
hostile = b"e[vil](1){0}\"\\ \xff\x1b[31m<b>"
subprocess.run([b"llvm-objcopy-19", b"--redefine-sym", b"fresh=" + hostile, b"plain.o", b"h%2F..\n#?.o"],
               cwd=folder, check=True)
evil = sarif("audit", "h%2F..\n#?.o", "--source-root", folder)
names = [result["locations"][0]["logicalLocations"][0]["decoratedName"] for result in evil["results"]]
if not any(name.startswith("e[vil](1){0}\"\\ �\x1b") for name in names):
    failures.append(f"names: {names}")
if not any("in e[vil\\](1){{0}}" in result["message"]["text"] for result in evil["results"]):
    failures.append(f"messages: {[result['message']['text'] for result in evil['results']]}")
expect("file", urllib.parse.unquote(evil["artifacts"][0]["location"]["uri"]), "h%2F..\n#?.o")

# ---- members of an archive, a source, no debug information, bytes that cannot be read ----
subprocess.run(["llvm-ar-19", "rc", "lib.a", "plain.o"], cwd=folder, check=True)
archive = sarif("audit", "lib.a")
expect("member", [artifact.get("parentIndex") for artifact in archive["artifacts"][:2]], [None, 0])
expect("its hash", archive["artifacts"][1]["hashes"]["sha-256"], hashlib.sha256((folder / "plain.o").read_bytes()).hexdigest())
source = subprocess.run([asmforge, "audit", SOURCE, "--sarif", "--source-root", ".", "--", "clang-19", "-O1", "-g"],
                        cwd=folder, check=True, capture_output=True, text=True).stdout
found, compiled = problems(source)
failures.extend(found)
expect("a source", compiled["artifacts"][0]["location"], {"uri": "100%25/a%3Ab%20%231.c", "uriBaseId": "SRCROOT"})
(folder / "junk.s").write_text(""".globl junk
.type junk,@function
junk: .byte 0x06
  ret
.size junk, .-junk
.globl jump
.type jump,@function
jump: jmp *(%rdi)
.size jump, .-jump
""")
build("-c", output="junk.o", source="junk.s")
junk = sarif("audit", "junk.o")
expect("unread", {note["descriptor"]["id"] for note in junk["invocations"][0]["toolExecutionNotifications"]
                  if note["level"] == "warning"} >= {"undecoded-bytes"}, True)
build(output="bare")
bare = sarif("audit", "bare")
expect("bare", {(result["locations"][0]["physicalLocation"]["artifactLocation"]["index"],
                 "address" in result["locations"][0]["physicalLocation"]) for result in bare["results"]}, {(0, True)})

# ---- a project: what to try, and what was tried ----
project = GitProject(folder / "project", {
    "src/tool.c": """#include <stdio.h>
__attribute__((noinline)) static unsigned spread(unsigned *out, const unsigned *in, int n, unsigned d) {
  unsigned sum = 0;
  for (int i = 0; i < n; i++) {
    out[i] = in[i] / d;
    sum += out[i];
  }
  return sum;
}
int main(int argc, char **argv) {
  static unsigned in[1000], out[1000];
  for (int i = 0; i < 1000; i++) in[i] = i * 77777u;
  unsigned sum = 0;
  for (int k = 0; k < 9; k++) sum += spread(out, in, 1000, (unsigned)argc + 7 + (k & 1));
  printf("%d\\n", sum == 7);
  return 0;
}
""",
    "Makefile": "tool: src/tool.c\n\tclang-19 -O2 -g -ffunction-sections -o tool src/tool.c\n",
    ".gitignore": "tool\n",
    "asmforge.toml": counted_project("make -s", 'patches = ["fewer.patch", "more.patch"]\n'
                                               'command = "sed -i s/nothing/nothing/ src/tool.c"')})
project.git("init", "-q", ".")
project.commit("source")
project.patch("fewer.patch", "src/tool.c", ("k < 9", "k < 8"), ("i * 77777u", "i * 7777u"))
project.patch("more.patch", "src/tool.c", ("sum += out[i];", "sum += out[i]; sum ^= n;"))
project.commit("patches")
plan = sarif("plan", where=project.folder, env=ENVIRONMENT)
expect("plan", {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in plan["results"]},
       {"src/tool.c"})
expect("its programs", [artifact["location"]["uri"] for artifact in plan["artifacts"] if "hashes" in artifact], ["tool"])
expect("ranks", all(0 < result["rank"] <= 100 for result in plan["results"]), True)
runner.run("forge", status=0, where=project.folder, env=ENVIRONMENT)
report = sarif("report", where=project.folder, env=ENVIRONMENT)
expect("kinds", [(result["kind"], result["level"]) for result in report["results"]],
       [("fail", "warning"), ("informational", "none"), ("notApplicable", "none")])
fixed = report["results"][0]["fixes"][0]["artifactChanges"]
expect("fixed files", [change["artifactLocation"]["uri"] for change in fixed], ["src/tool.c"])
lines = (project.folder / "src/tool.c").read_text().splitlines()
for change in reversed(fixed[0]["replacements"]):
    region = change["deletedRegion"]
    lines[region["startLine"] - 1:region["endLine"]] = change["insertedContent"]["text"].split("\n")
project.git("apply", "fewer.patch")
expect("the fix", lines, (project.folder / "src/tool.c").read_text().splitlines())
project.git("checkout", "-q", "src/tool.c")
runner.run("forge", "--apply", status=0, where=project.folder, env=ENVIRONMENT)
expect("applied", sarif("report", where=project.folder, env=ENVIRONMENT)["results"][0]["kind"], "pass")

print("\n".join(failures) or "sarif ok")
sys.exit(bool(failures))
