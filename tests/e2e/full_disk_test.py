#!/usr/bin/env python3
"""A disk that fills while `asmforge forge` runs: one sentence, nothing lost, and --resume goes on.

The disk is a file system in memory, mounted in a name space of this test's own, which needs
root or user name spaces."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ab_runner import Runner  # noqa: E402
from git_project import ENVIRONMENT, GitProject, counted_project  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build")
parser.add_argument("--disk", help="where the small file system is mounted: given by the test to itself")
options = parser.parse_args()

MEBIBYTES = 110  # a build wants 64 of them free

if options.disk is None:
    with tempfile.TemporaryDirectory() as disk:
        separate = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
        small = f"mount -t tmpfs -o size={MEBIBYTES}m tmpfs '{disk}'"
        if subprocess.run([*separate, "sh", "-c", small], check=False, capture_output=True).returncode != 0:
            print("full disk: skipped, for no file system can be mounted here")
            sys.exit(0)
        inner = f'{small} && exec "$@"'
        sys.exit(subprocess.run([*separate, "sh", "-c", inner, "sh", sys.executable, __file__, "--disk", disk,
                                 "--asmforge", pathlib.Path(options.asmforge).resolve()], check=False).returncode)

# Fills the disk in the build whose number stands in `full`, so that a compiler would find it full.
BUILD = """n=$(cat ../../builds 2> /dev/null || echo 0); echo $((n+1)) > ../../builds
make -s || exit
test "$n" != "$(cat ../../full)" || dd if=/dev/zero of=../../fill bs=1M 2> ../../fill.log || { cat ../../fill.log >&2; exit 1; }
"""
project = GitProject(pathlib.Path(options.disk) / "project", {
    "tool.c": """#include <stdio.h>
enum { TURNS = 900 };

// Far enough from the above for two patches.


int main(int argc, char **argv) {
  unsigned sum = 0;
  for (unsigned i = 0; i < TURNS; i++)
    for (volatile unsigned k = 0; k < 8; k++) sum ^= k;
  printf("%u\\n", sum == 7);
  return 0;
}
""",
    "Makefile": "tool: tool.c\n\tclang-19 -O1 -ffunction-sections -o tool tool.c\n",
    "build.sh": BUILD,
    ".gitignore": "tool\nbuilds\nfull\nfill\nfill-now\nfill.log\n",
    "asmforge.toml": counted_project("sh build.sh", 'patches = ["a.patch", "b.patch"]')
    + "[check]\ncommand = 'test ! -e fill-now || dd if=/dev/zero of=fill bs=1M 2> /dev/null'\n"})
runner = Runner([str(options.asmforge)], project.folder, timeout=120)
failures = runner.failures
project.write("full", "2\n")
project.git("init", "-q", ".")
project.commit("source")
project.patch("a.patch", "tool.c", ("k < 8", "k < 6"))
project.patch("b.patch", "tool.c", ("TURNS = 900", "TURNS = 700"))
project.commit("patches")
before = (project.git("status", "--porcelain"), project.git("for-each-ref"), (project.folder / "tool.c").read_text())


def forge(*words, status, out="", err=()):
    """What it says last is one sentence; above it stand the steps that had ended."""
    done = subprocess.run([options.asmforge, "forge", *words], cwd=project.folder, env=ENVIRONMENT, check=False,
                          capture_output=True, text=True, timeout=120)
    last = (done.stderr.splitlines() or [""])[-1]
    if done.returncode != status or out not in done.stdout or any(part not in last for part in err):
        failures.append(f"{words}: status {done.returncode}, {done.stdout}{done.stderr}")
    if status == 3 and not last.startswith("asmforge: "):
        failures.append(f"{words}: no sentence: {done.stderr}")
    after = (project.git("status", "--porcelain"), project.git("for-each-ref"), (project.folder / "tool.c").read_text())
    if after != before:
        failures.append(f"{words}: the user's files changed: {after}")


def states():
    report = json.loads(runner.run("report", "--json", status=0, env=ENVIRONMENT))
    return [step["state"] for step in report["steps"]]


forge(status=3, err=["the disk is ", "make room; asmforge forge --resume goes on with the run"])
forge("--resume", status=3, err=["nearly full", "--resume goes on"])
(project.folder / "fill").unlink(missing_ok=True)
if states() != ["kept", "pending"]:
    failures.append(f"after the full disk: {states()}")
# What fills it while a change is compared makes the change no worse.
project.write("fill-now", "")
forge("--resume", status=3, err=["the disk is nearly full", "--resume goes on"])
for name in ("fill", "fill-now"):
    (project.folder / name).unlink(missing_ok=True)
if states() != ["kept", "pending"]:
    failures.append(f"after a comparison filled the disk: {states()}")
forge("--resume", status=0, out="2 changes kept")
if states() != ["kept", "kept"]:
    failures.append(f"at the end: {states()}")

# Full to the last byte: the journal itself cannot be written.
subprocess.run(["dd", "if=/dev/zero", "of=fill", "bs=4k"], cwd=project.folder, check=False, capture_output=True)
forge("--fresh", status=3)
forge("--apply", status=3, err=["make room"])
(project.folder / "fill").unlink(missing_ok=True)
forge_state = states()
if forge_state != ["kept", "kept"]:
    failures.append(f"after all: {forge_state}")
runner.run("forge", "--apply", status=0, out="2 commits on the branch", env=ENVIRONMENT)

print("\n".join(failures) or "full disk ok")
sys.exit(bool(failures))
