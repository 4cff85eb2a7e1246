#!/usr/bin/env python3
"""`show --llvm` and `--mir`: the function as its compiler had it, of sources and of programs."""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ab_runner import Runner  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build")
asmforge = pathlib.Path(parser.parse_args().asmforge).resolve()
scratch = tempfile.TemporaryDirectory()
folder = pathlib.Path(scratch.name).resolve()
runner = Runner([str(asmforge)], folder, timeout=240)
failures = runner.failures
TITLE = "LLVM IR, as the code generator is given it"

(folder / "scale.c").write_text("""#ifdef LESS
#define STEP 2
#else
#define STEP 1
#endif
unsigned other(unsigned x) { return x * 3; }
__attribute__((noinline)) void scale(unsigned *values, long count, unsigned divisor) {
  for (long i = 0; i < count; i += STEP) values[i] /= divisor;
}
int main(int argc, char **argv) { static unsigned v[9]; scale(v, 9, argc); return v[1] + other(argc); }
""")
out = runner.run("show", "scale.c", "scale", "--llvm", "--", "clang-19", "-O1", status=0, out=[TITLE, "udiv i32", "div"])
ir = out.split(TITLE)[1]
for part, there in (("define ", 1), ("@scale(", 1), ("@other(", 0), ("!dbg", 0), ("#dbg_", 0), ("}\n", 1)):
    if ir.count(part) != there:
        failures.append(f"'{part}' stands {ir.count(part)} times in {ir}")
document = json.loads(runner.run("show", "scale.c", "scale", "--llvm", "--json", "--", "clang-19", "-O1", status=0))
if not document["llvm"][0].startswith("define ") or document["llvm"][-1] != "}":
    failures.append(f"JSON: {document['llvm']}")
if "llvm" in json.loads(runner.run("show", "scale.c", "scale", "--json", "--", "clang-19", status=0)):
    failures.append("IR that nobody asked for")

# ---- a program: its source is known, how that was compiled must be said ----
subprocess.run(["clang-19", "-O2", "-g", "-DLESS", "-c", "scale.c", "-o", "scale.o"], cwd=folder, check=True)
subprocess.run(["clang-19", "scale.o", "-o", "prog"], cwd=folder, check=True)
runner.run("show", "prog", "scale", "--llvm", status=2, err="it is not known how")
runner.run("show", "prog", "scale", "--llvm", "--", "clang-19", "-O2", "-DLESS", status=0, out=[TITLE, ", 2"])
(folder / "compile_commands.json").write_text(json.dumps([{
    "directory": str(folder), "file": "scale.c", "arguments": ["clang-19", "-O2", "-DLESS", "-c", "scale.c", "-o", "x.o"]}]))
runner.run("show", "prog", "scale", "--llvm", "-p", ".", "-v", status=0, out=[TITLE, "define "], err="-emit-llvm")
if (folder / "x.o").exists():
    failures.append("something was written where the build writes")
runner.run("show", "prog", "scale", "-p", ".", status=2, err="nothing to compile")
for how, build in (("driver", ["sh", "-c", "clang-19 -O2 -g -DLESS -c scale.c -o scale.o && clang-19 scale.o -o prog"]),
                   ("cc1", ["clang-19", "-O2", "-g", "-DLESS", "scale.c", "-o", "prog"])):
    runner.run("capture", "-o", how, "--", *build, status=0)
    runner.run("show", "prog", "scale", "--llvm", "--capture", how, status=0, out=[TITLE, "@scale(", ", 2"])
runner.run("show", "prog", "_start", "--llvm", "--capture", "cc1", status=2, err="no source is known of _start")
runner.run("show", "prog", "scale", "--llvm", "--capture", "none", status=2, err="none")

# ---- what has no such form ----
runner.run("show", "scale.c", "scale", "--llvm", "--", "gcc", "-O2", status=2, err="gcc has no LLVM IR")
runner.run("show", "scale.c", "scale", "--mir", status=2, err="only rustc has MIR")
runner.run("show", "scale.c", "scale", "--mir", "--llvm", status=2, err="--llvm")
runner.run("show", "scale.c", "scale", "--capture", "x", status=2, err="--capture requires --llvm")

# ---- Rust ----
(folder / "scale.rs").write_text("""pub struct S { d: u32 }
impl S {
    #[inline(never)]
    pub fn scale(&self, v: &mut [u32]) { for x in v.iter_mut() { *x /= self.d; } }
}
#[inline(never)]
pub fn plain(v: &mut [u32], d: u32) { for x in v.iter_mut() { *x /= d; } }
""")
runner.run("show", "scale.rs", "plain", "--llvm", status=0, out=[TITLE, "define ", "udiv i32"])
runner.run("show", "scale.rs", "plain", "--mir", status=0, out=["MIR of rustc", "fn plain(_1: &mut [u32], _2: u32)", "bb0: {"])
runner.run("show", "scale.rs", "S::scale", "--mir", status=0, out=["MIR of rustc", ">::scale(", "bb0: {"])

print("\n".join(failures) or "show --llvm ok")
sys.exit(bool(failures))
