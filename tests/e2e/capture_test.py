#!/usr/bin/env python3
"""Captures builds by gcc, clang, ld.lld, CMake, make, rustc and cargo, links the programs
again at other layouts, and looks at them from outside: where functions are by llvm-nm,
what they print by running them. Also builds that fail, hang, or do nothing."""
import argparse
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build", required=True)
options = parser.parse_args()
ASMFORGE = pathlib.Path(options.asmforge).resolve()
MAKE_LAYOUTS = pathlib.Path(options.build).resolve() / "tests" / "make_layouts"
LAYOUTS = 5
failures = []

MAIN = r"""
#include <stdio.h>
unsigned hot(unsigned n);
unsigned other(unsigned n) { return n * 3; }
int main(int c, char **v) { (void)v; printf("%u\n", hot(1000 * (unsigned)c) + other(2)); return 0; }
"""
HOT = r"""
static unsigned helper(unsigned x) { return x * 2654435761u >> 3; }
unsigned first(unsigned n) { return n ? n - 1 : 4; }
unsigned hot(unsigned n) {
  unsigned s = 0;
  for (unsigned i = 0; i < n; ++i) {
    if (i % 7 == 3) { s ^= helper(s + i); continue; }
    switch (s % 9) {
      case 0: s += 5; break;
      case 1: s *= 3; break;
      case 2: s ^= i; break;
      case 3: s -= 7 * i; break;
      case 4: s = ~s; break;
      case 5: s += s / 3; break;
      default: s += i;
    }
  }
  return s;
}
"""
# Exceptions, a table of jumps, lambdas, templates: what moving blocks must not break.
CXX = r"""
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>
template <class T> [[gnu::noinline]] T twice(T x) { return x + x; }
extern "C" [[gnu::noinline]] int hot(int n) {
  int sum = 0;
  std::map<int, std::string> seen;
  for (int i = 0; i < n; ++i) {
    try {
      switch (i % 11) {
        case 0: throw std::runtime_error("zero");
        case 1: sum += twice(i); break;
        case 2: seen[i] = std::to_string(i); break;
        case 3: sum -= [&](int k) { return k * n; }(i); break;
        case 4: throw i;
        case 5: sum ^= 77; break;
        case 6: sum += seen.count(i - 4) ? 1 : 2; break;
        default: if (sum % 3 == 0) { sum += 2; } else { sum -= 1; }
      }
    } catch (const std::exception &error) {
      sum += error.what()[0];
    } catch (int thrown) {
      sum += thrown;
    }
  }
  return sum + static_cast<int>(seen.size());
}
int main() { std::printf("%d\n", hot(1000)); }
"""
RUST = r"""
#[inline(never)] #[no_mangle]
pub fn hot(n: u64) -> u64 { let v: Vec<u64> = (0..n).collect(); v.iter().map(|x| x * x % 7).sum() }
fn main() { println!("{}", hot(std::env::args().count() as u64 * 1000)); }
"""


def check(what, found, expected):
    if found != expected:
        failures.append(what)
        print(f"FAILED {what}: found {found!r}, expected {expected!r}")


def check_that(what, holds, shown=""):
    if not holds:
        failures.append(what)
        print(f"FAILED {what}: {shown}")


def run(command, folder, **more):
    return subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True,
                          timeout=600, check=False, **more)


def capture(folder, name, command, status=0, arguments=()):
    done = run([ASMFORGE, "capture", "-o", name, *arguments, "--", *command], folder)
    check(f"capture of {' '.join(command)}: status\n{done.stderr}", done.returncode, status)
    return done


def start_of(program, function):
    """Addresses mod 64 that llvm-nm finds for the function."""
    listed = run(["llvm-nm-19", program], "/").stdout.splitlines()
    return [int(line.split()[0], 16) % 64 for line in listed
            if line.split()[-1] == function and len(line.split()) == 3]


def layouts(folder, what, stage, before, after, program="", functions=("hot",)):
    """The stage's line, and (arm, index, residue, path) of each program."""
    done = run([MAKE_LAYOUTS, stage, before, after, program, LAYOUTS, "layouts", *functions], folder)
    check(f"{what}: make_layouts: {done.stderr}", done.returncode, 0)
    if done.returncode != 0:
        return "", []
    first, *rest = done.stdout.splitlines()
    return first, [(arm, int(index), int(residue), path)
                   for arm, index, residue, path in (line.split(" ", 3) for line in rest)]


def check_layouts(folder, what, stage, before, after, output, program="", functions=("hot",), said=""):
    first, programs = layouts(folder, what, stage, before, after, program, functions)
    check_that(f"{what}: {stage} is available", "available=1" in first, first)
    check_that(f"{what}: {stage} says {said!r}", said in first, first)
    check(f"{what}: {stage}: programs", len(programs), 2 * LAYOUTS)
    for arm, index, residue, path in programs:
        check_that(f"{what}: {stage}: {arm} {index} starts at {residue}",
                   residue in start_of(path, functions[0]), start_of(path, functions[0]))
        check(f"{what}: {stage}: {arm} {index} prints", run([path], folder).stdout, output[arm])
    for arm in ("before", "after"):
        residues = [row[2] for row in programs if row[0] == arm]
        check(f"{what}: {stage}: each place once", len(set(residues)), len(residues))
        if stage == "placement":
            check(f"{what}: places", residues, [i * 64 // LAYOUTS for i in range(LAYOUTS)])
    shutil.rmtree(folder / "layouts", ignore_errors=True)
    return first


def both_stages(folder, what, output, blocks=True, said="", **more):
    check_layouts(folder, what, "placement", "c", "c", output, said=said, **more)
    if blocks:
        first = check_layouts(folder, what, "blocks", "c", "c", output, **more)
        check_that(f"{what}: a build matches itself", "matched=1 " in first, first)


def c_project(folder):
    (folder / "main.c").write_text(MAIN)
    (folder / "hot.c").write_text(HOT)
    (folder / "hot.cc").write_text(CXX)


def output_of(folder, program):
    text = run([folder / program], folder).stdout
    check_that(f"{program} prints", text != "")
    return {"before": text, "after": text}


def compilers(folder):
    c_project(folder)
    for command, said in (
            ("gcc -O2 main.c hot.c -o p", "moves as a whole"),
            ("gcc -O2 -g -pipe -ffunction-sections -Wl,--gc-sections main.c hot.c -o p", "reason="),
            ("clang-19 -O2 -ffunction-sections main.c hot.c -o p", "reason="),
            ("clang-19 -O2 -g -fuse-ld=lld -s main.c hot.c -o p", "moves as a whole"),
            ("g++ -O2 -g hot.cc -o p", ""),
            ("clang++-19 -O2 -g -ffunction-sections -fuse-ld=lld hot.cc -o p", "reason=")):
        capture(folder, "c", command.split())
        both_stages(folder, command, output_of(folder, "p"), said=said)


def link_time_optimised(folder):
    c_project(folder)
    for command, word in (("gcc -O2 -flto main.c hot.c -o p", "gcc's link-time bytecode"),
                          ("clang-19 -O2 -flto -fuse-ld=lld main.c hot.c -o p", "LLVM bitcode")):
        done = capture(folder, "c", command.split())
        check_that(f"{command}: is said at once", "link-time optimised" in done.stdout, done.stdout)
        for stage in ("placement", "blocks"):
            first, programs = layouts(folder, command, stage, "c", "c")
            check_that(f"{command}: {stage} says why not", word in first and not programs, first)


def archives(folder):
    """A changed function in a member of an archive, one of them thin."""
    c_project(folder)
    for flags in ("rcs", "rcsT"):
        script = ("mkdir -p obj && gcc -O2 -ffunction-sections -c hot.c -o obj/hot.o && rm -f libhot.a && "
                  f"ar {flags} libhot.a obj/hot.o && gcc -O2 main.c -L. -lhot -o p")
        capture(folder, "c", ["sh", "-c", script])
        output = output_of(folder, "p")
        for path in (folder / "libhot.a", folder / "obj" / "hot.o"):
            path.unlink()  # the capture has its own copies
        both_stages(folder, f"ar {flags}", output)


def build_systems(folder):
    c_project(folder)
    (folder / "Makefile").write_text(
        "p: main.o hot.o\n\tenv -i PATH=$$PATH gcc @link.rsp -o $@\n%.o: %.c\n\tgcc -O2 -c $< -o $@\n")
    (folder / "link.rsp").write_text("main.o\nhot.o\n")
    capture(folder, "c", ["make", "-j8"])
    both_stages(folder, "make -j8", output_of(folder, "p"))

    (folder / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\nproject(p C)\nset(CMAKE_C_FLAGS_RELEASE -O2)\n"
        "add_library(hot STATIC hot.c)\nadd_executable(cmade main.c)\ntarget_link_libraries(cmade hot)\n")
    capture(folder, "c", ["sh", "-c", "cmake -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=clang-19"
                          " -B build . && ninja -C build"])
    record = json.loads((folder / "c" / "capture.json").read_text())
    check("what CMake tries out is not kept", [pathlib.Path(link["output"]).name for link in record["links"]],
          ["cmade"])
    both_stages(folder, "CMake and Ninja", output_of(folder, "build/cmade"))


def rust(folder):
    if shutil.which("rustc") is None:
        print("rustc is not here: not tested")
        return
    (folder / "r.rs").write_text(RUST)
    capture(folder, "c", ["rustc", "-O", "r.rs"])
    both_stages(folder, "rustc", output_of(folder, "r"), blocks=False)
    first, _ = layouts(folder, "rustc", "blocks", "c", "c")
    check_that("rustc: blocks say why not", "rustc" in first and "available=0" in first, first)

    if shutil.which("cargo") is None:
        return
    crate = folder / "crate"
    (crate / "src").mkdir(parents=True)
    (crate / "Cargo.toml").write_text('[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2021"\n')
    (crate / "src" / "main.rs").write_text(RUST)
    done = run([ASMFORGE, "capture", "-o", folder / "c", "--", "cargo", "build", "--release", "--offline"],
               crate)
    check(f"cargo: status\n{done.stderr}", done.returncode, 0)
    # Cargo's own name for what it links is another one; the contents tell.
    both_stages(folder, "cargo", output_of(folder, "crate/target/release/tiny"), blocks=False,
                program="crate/target/release/tiny")


def two_builds(folder):
    """The second build overwrites the first's files; each capture keeps its own."""
    c_project(folder)
    command = ["clang-19", "-O2", "main.c", "hot.c", "-o", "p"]
    capture(folder, "one", command)
    before = output_of(folder, "p")["before"]
    (folder / "hot.c").write_text(HOT.replace("s += 5", "s += 6"))
    capture(folder, "two", command)
    after = output_of(folder, "p")["after"]
    check_that("the two builds differ", before != after)
    for stage in ("placement", "blocks"):
        check_layouts(folder, "two builds", stage, "one", "two", {"before": before, "after": after})
    (folder / "hot.c").write_text(HOT.replace("unsigned hot(", "unsigned cold(unsigned n) { return n; }\n"
                                                                "unsigned hot("))
    first, _ = layouts(folder, "no such function", "placement", "one", "two", functions=("none",))
    check_that("no such function is said", "no object" in first and "available=0" in first, first)


def shared_objects(folder):
    """An object that went into both builds is not moved, though what it refers to moved."""
    c_project(folder)
    (folder / "shared.c").write_text("unsigned table[4] = {1, 2};\nunsigned shared(void) { return table[1]; }\n")
    run(["clang-19", "-O2", "-c", "shared.c"], folder)
    for name, text in (("one", HOT), ("two", HOT.replace("s += 5", "s += 6"))):
        (folder / "hot.c").write_text(text)
        capture(folder, name, ["clang-19", "-O2", "main.c", "hot.c", "shared.o", "-o", "p"])
    # shared.o was compiled before: moving its blocks would need assembly that was never seen.
    first, _ = layouts(folder, "shared object", "blocks", "one", "two", functions=("hot", "shared"))
    check_that("a shared object keeps its blocks where they are", "available=1" in first, first)
    shutil.rmtree(folder / "layouts", ignore_errors=True)


def hand_written(folder):
    """Assembly that people wrote may be placed, never rewritten."""
    c_project(folder)
    (folder / "hot.s").write_text("\t.text\n\t.globl hot\n\t.type hot,@function\nhot:\tmovl %edi, %eax\n\tret\n"
                                  "\t.size hot, .-hot\n\t.section .note.GNU-stack,\"\",@progbits\n")
    capture(folder, "c", ["gcc", "-O2", "main.c", "hot.s", "-o", "p"])
    check_layouts(folder, "hand-written", "placement", "c", "c", output_of(folder, "p"))
    first, _ = layouts(folder, "hand-written", "blocks", "c", "c")
    check_that("hand-written: blocks say why not", "written in assembly" in first, first)


def bad_builds(folder):
    c_project(folder)
    done = capture(folder, "bad", ["sh", "-c", "gcc -c nothing.c; exit 7"], status=7)
    check_that("a failed build is said", "ended with status 7; nothing was captured" in done.stderr, done.stderr)
    done = capture(folder, "bad", ["sh", "-c", "kill -9 $$"], status=128 + 9)
    check_that("a killed build is said", "SIGKILL" in done.stderr, done.stderr)
    done = capture(folder, "bad", ["true"], status=2)
    check_that("nothing done is said", "started no linker" in done.stderr, done.stderr)
    done = capture(folder, "bad", ["gcc", "-c", "hot.c"], status=2)
    check_that("no link is said", "linked none" in done.stderr, done.stderr)
    done = capture(folder, "bad", ["sh", "-c", "gcc main.c hot.c -o gone && rm gone"], status=2)
    check_that("a removed program is said", "removed everything" in done.stderr, done.stderr)
    done = capture(folder, "bad", ["no-such-build-tool"], status=3)
    (folder / "mine").mkdir()
    (folder / "mine" / "precious").write_text("x")
    done = capture(folder, "mine", ["gcc", "main.c", "hot.c"], status=2)
    check("a folder of somebody's is left alone", (folder / "mine" / "precious").read_text(), "x")
    check("a linker that fails fails the build",
          capture(folder, "bad", ["gcc", "main.c", "-o", "p"], status=1).returncode, 1)

    hanging = subprocess.Popen([ASMFORGE, "capture", "-o", "bad", "--", "sh", "-c", "echo go; sleep 1000"],
                               cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    hanging.stdout.readline()
    hanging.send_signal(signal.SIGINT)
    hanging.communicate(timeout=120)
    check("Ctrl-C ends a build that hangs", hanging.returncode, 130)
    check("nothing is left of captures that came to nothing",
          sorted(p.name for p in folder.iterdir() if p.name.startswith("bad")), [])


with tempfile.TemporaryDirectory() as scratch:
    for case in (compilers, link_time_optimised, archives, build_systems, rust, two_builds, shared_objects, hand_written,
                 bad_builds):
        home = pathlib.Path(scratch) / case.__name__
        home.mkdir()
        started = time.monotonic()
        case(home)
        print(f"{case.__name__}: {time.monotonic() - started:.0f} s")
        sys.stdout.flush()
print("\n".join(f"FAILED {what}" for what in failures) or "captures and layouts are as they should be")
sys.exit(bool(failures))
