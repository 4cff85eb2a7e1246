#!/usr/bin/env python3
"""`asmforge init`, and `asmforge ab` on two commits of a project."""
import argparse
import fcntl
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ab_runner import Runner  # noqa: E402
from git_project import ENVIRONMENT, GitProject  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build")
options = parser.parse_args()
asmforge = pathlib.Path(options.asmforge).resolve()
scratch = tempfile.TemporaryDirectory()
folder = pathlib.Path(scratch.name) / "project"
folder.mkdir()
repository = GitProject(folder)
git, commit, write = repository.git, repository.commit, repository.write


runner = Runner([str(asmforge)], folder, timeout=240)
failures = runner.failures


def run(*words, **more):
    """Variables in capitals are of the environment."""
    variables = {name: more.pop(name) for name in list(more) if name.isupper()}
    return runner.run(*words, env={**ENVIRONMENT, **variables}, **more)


SOURCE = """#include <stdio.h>
#include LIMITS
int main(int argc, char** argv) {
  unsigned sum = 0;
  for (int i = 0; i < TURNS; i++) sum = sum * 31 + (unsigned)argc;
  printf("%s %d\\n", __FILE__, sum == 7);
  return 0;
}
"""

# ---- init ----
write("sub/Makefile", "all: bin/tool\nbin/tool: tool.c config.h\n\tmkdir -p bin\n"
      "\tclang-19 -O1 -g -ffunction-sections -DLIMITS='\"config.h\"' -o bin/tool $(CURDIR)/tool.c\n")
write("sub/tool.c", SOURCE)
write("sub/config.h", "#define TURNS 2000\n")
subprocess.run(["make", "-s"], cwd=folder / "sub", check=True)
project = folder / "sub"
run("init", "none", status=2, err="none: is no folder; name the project's folder")
run("init", where=project, status=0, out=["asmforge.toml: written, for a build with make", "program bin/tool"])
run("init", where=project, status=2, err="asmforge.toml: is there already; edit it, or move it away")
empty = pathlib.Path(scratch.name) / "empty"
empty.mkdir()
run("ab", "one", "two", where=empty, status=2, err="one and two are no files, and no asmforge.toml here says how")
run("init", where=empty, status=0, out="for a build that was not recognised")
if "CHANGE-ME" not in (empty / "asmforge.toml").read_text():
    failures.append("init left nothing open where it had found nothing")
run("ab", "one", "two", where=empty, status=2, err="asmforge.toml:6:9: 'build' still says CHANGE-ME")

# ---- two commits ----
def project_file(extra=""):
    write("sub/asmforge.toml", "[project]\nbuild = 'make'\nbinaries = ['bin/tool']\ncarry = ['config.h']\n" + extra +
          "[[workload]]\nname = 'run'\ncommand = './bin/tool'\nmetric = 'instructions'\n")


project_file()
run("ab", "HEAD~1", "HEAD", where=project, status=2, err="is in no git repository")
git("init", "-q", ".")
write(".gitignore", "bin/\nconfig.h\n")
first = commit("first")
git("tag", "v1")
write("README", "only words\n")
words = commit("words")
write("sub/tool.c", SOURCE.replace("TURNS", "TURNS / 2"))
faster = commit("faster")
before = (git("status", "--porcelain", "--ignored"), git("worktree", "list"), git("for-each-ref"), git("stash", "list"))
# Built from nothing in one folder, so what only __FILE__ and -g could tell apart is the same.
run("ab", "v1", words, where=project, status=0, out=["SAME identical", "BEFORE is v1, commit " + first[:12]])
run("ab", "v1", "HEAD", where=project / "bin", status=0, out=["ACCEPT improved", "AFTER is HEAD, commit " + faster[:12]])
run("ab", "HEAD", "v1", "--expect", "loops(main): 1 -> 1", where=project, status=1,
    out=["REVERT slower", "predicted: loops(main): 1 -> 1: true"])
# What a hook sets leads to no other repository.
run("ab", "v1", words, where=project, status=0, out="SAME identical", GIT_DIR="/nonexistent", GIT_INDEX_FILE="/nonexistent")
after = (git("status", "--porcelain", "--ignored"), git("worktree", "list"), git("for-each-ref"), git("stash", "list"))
if [line for line in after[0].splitlines() if ".asmforge" not in line] != before[0].splitlines() or after[1:] != before[1:]:
    failures.append(f"the repository was changed: {before} {after}")
run("ab", "HEAD~1", "HEAD", "--record", "kept.json", where=project / "bin", status=0)
if not (project / "bin" / "kept.json").exists():
    failures.append("--record is not where it was asked for")

# ---- what goes wrong ----
run("ab", "v1", "v9", where=project, status=2, err="'v9' is no file and no commit, branch or tag here")
run("ab", "v1", "--", "--help", where=project, status=2, err="needed")
run("ab", "v1", "HEAD", "--metric", "wall", where=project, status=2,
    err="the workloads are those of asmforge.toml, which says how each is measured")
write("sub/bin/number", "5\n")
run("ab", "v1", words, "--input", "number", "--metric", "instructions", "--", where=project / "bin", status=0,
    out="SAME identical")
run("ab", "v1", "HEAD", "--input", "number", "--metric", "instructions", "--", where=project / "bin", status=0,
    out="ACCEPT improved")
run("ab", "v1", "HEAD", "--budget", "soon", where=project, status=2, err="'soon' is no time")
run("ab", "v1", "HEAD", "--before-capture", "x", where=project, status=2, err="revisions are captured while they are")
run("ab", "v1", "HEAD", "--binary", "other", where=project, status=2,
    err="no workload of asmforge.toml runs 'other'; choose with --binary: bin/tool")
write("sub/tool.c", "int main(void) { return 0 }\n")
commit("broken")
run("ab", "v1", "HEAD", where=project, status=2, err=["the build of HEAD ended with status 2", "build.log"])
log = project / ".asmforge" / "builds" / "after" / "build.log"
if "expected ';'" not in log.read_text():
    failures.append(f"{log} does not hold the compiler's words")
write("sub/tool.c", SOURCE)
write("sub/Makefile", "all:\n\tclang-19 -o other -DLIMITS='\"config.h\"' tool.c\n")
commit("elsewhere")
run("ab", "v1", "HEAD", where=project, status=2, err="the build of HEAD made no bin/tool; mend 'build' or 'binaries'")
project_file("clean = 5\n")
run("ab", "v1", "HEAD", where=project, status=2, err="asmforge.toml:5:9: 'clean' must be a text")
project_file()
(project / "config.h").rename(project / "config.h.away")
run("ab", "v1", "HEAD", where=project, status=2, err="carry: there is no config.h in ")
(project / "config.h.away").rename(project / "config.h")
with open(project / ".asmforge" / "lock") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    run("ab", "v1", "HEAD", where=project, status=3, err="another asmforge works in ")
run("ab", "v1", words, where=project, status=0, out="SAME identical", PATH=f"{os.environ['PATH']}")
run("ab", "v1", words, where=project, status=3, err="git was not found; install git", PATH="/nonexistent")

print("\n".join(failures) or "ok")
sys.exit(bool(failures))
