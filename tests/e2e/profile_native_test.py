#!/usr/bin/env python3
"""Native exact counts against QEMU's, instruction by instruction, and against known counts.

Needs llvm-bolt 19; without it only the sentence that says so is tested. Nothing is timed."""
import argparse
import bisect
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build", required=True)
options = parser.parse_args()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "tests" / "data" / "profile"
MIXED = ROOT / "bench" / "programs" / "mixed.c"
TIMES = 20000  # of processes.c
RELOCATIONS = "-Wl,--emit-relocs"
# Of the C runtime: they end in jumps through registers that llvm-bolt cannot follow.
NEVER_COUNTED = {"deregister_tm_clones", "register_tm_clones"}
failures = []


def check(what, found, expected):
    if found != expected:
        failures.append(what)
        print(f"FAILED {what}: found {found}, expected {expected}")


def run(command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=300,
                          check=False, **more)


def build(command):
    done = run(command)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.stderr}")


def profile(folder, program, arguments, *how):
    path = folder / "profile"
    path.unlink(missing_ok=True)
    done = run([options.asmforge, "profile", *how, "-o", path, "--", program, *arguments])
    check(f"status of {program.name} {how} ({done.stderr.strip()})", done.returncode, 0)
    lines = [json.loads(line) for line in open(path)]
    counts, here = {}, False
    for line in lines[1:-1]:
        if "module" in line:
            here = os.path.basename(line["module"]) == program.name
        elif here:
            counts.update({int(line["at"], 16) + offset: count for offset, count in line["counts"]})
    return counts, lines[0], done


def functions(program):
    """Start addresses and names, ascending; of PLT stubs, which are nobody's code, none."""
    rows = [row.split() for row in run(["llvm-nm-19", program]).stdout.splitlines()]
    starts = sorted((int(row[0], 16), row[2]) for row in rows if len(row) == 3 and row[1] in "tTwWi")
    stubs = [(int(m[1], 16), int(m[1], 16) + int(m[2], 16)) for m in re.finditer(
        r"\] \.plt\S* +PROGBITS +(\S+) \S+ (\S+)", run(["llvm-readelf-19", "-SW", program]).stdout)]
    return starts, stubs


def by_function(program, counts):
    starts, stubs = functions(program)
    addresses = [address for address, _ in starts]
    placed = {}
    for address, count in counts.items():
        if not any(begin <= address < end for begin, end in stubs):
            name = starts[bisect.bisect(addresses, address) - 1][1]
            placed.setdefault(name, {})[address] = count
    return placed


def agreement(program, arguments, folder, at_most=0):
    """Every count as QEMU has it, or as far from it as calls did not come back."""
    native, head, _ = profile(folder, program, arguments, "--native")
    emulated, _, _ = profile(folder, program, arguments)
    natively, under_qemu = by_function(program, native), by_function(program, emulated)
    check(f"{program.name}: functions that ran and were not counted", set(under_qemu) - set(natively),
          NEVER_COUNTED & set(under_qemu))
    same = differ = 0
    for name, counts in natively.items():
        other = under_qemu.get(name, {})
        for address in counts.keys() | other.keys():
            distance = abs(counts.get(address, 0) - other.get(address, 0))
            same += distance == 0
            differ += distance != 0
            if distance > at_most:
                check(f"{program.name}: {name} at {address:#x}", counts.get(address, 0), other.get(address, 0))
    print(f"{program.name}: {same} instructions have the same count, {differ} another")
    return head, same


def mixed(folder):
    """A program that returns from main: all counts are exact."""
    for compiler, kind in (("gcc", []), ("clang-19", []), ("clang-19", ["-no-pie"])):
        program = folder / "-".join(["mixed", compiler, *kind]).replace("--", "-")
        build([compiler, "-O2", *kind, RELOCATIONS, "-o", program, MIXED, "-lm"])
        head, same = agreement(program, ["1"], folder)
        check(f"{program.name}: enough ran", same > 150, True)
        check(f"{program.name}: it says what counted", head["by"].startswith("llvm-bolt 19"), True)
        check(f"{program.name}: its libraries are not counted", head["complete"], False)
        check(f"{program.name}: all calls came back", [n for n in head["notes"] if "come back" in n], [])


def exceptions(folder):
    """What rests on calls that come back is off by no more than the calls that did not."""
    program = folder / "throws"
    build(["clang++-19", "-O1", RELOCATIONS, "-o", program, DATA / "throws.cc"])
    head, _ = agreement(program, ["60"], folder, at_most=20)
    check("throws: the exceptions are counted",
          [n.split()[0] for n in head["notes"] if "did not come back" in n], ["20"])


def processes(folder):
    """kernel() of processes.c, called a known number of times in many ways."""
    program = folder / "processes"
    build(["clang-19", "-O1", "-pthread", RELOCATIONS, "-o", program, DATA / "processes.c"])
    starts, _ = functions(program)
    kernel = next(address for address, name in starts if name == "kernel")
    ways = {"once": 1, "threads": 200, "forks": 6, "threads-fork": 204, "_exit": 1, "abort": 1, "kill": 1, "crash": 1}
    for way, calls in ways.items():
        counts, head, _ = profile(folder, program, [way], "--native")
        check(f"natively {way}", counts.get(kernel, 0), calls * TIMES)
        check(f"{way}: that it calls vfork, which is not watched, is said",
              any("not watched" in note for note in head["notes"]), True)


def environment(folder):
    """The program sees the environment that the user gave, and its own arguments and streams."""
    program = folder / "prints"
    build(["clang-19", "-O1", RELOCATIONS, "-o", program, DATA / "prints_environment.c"])
    own = {"PATH": os.environ["PATH"], "LD_PRELOAD": "libm.so.6", "MINE": "1"}
    seen = [run(command, env=own).stdout for command in (
        [program, "a b"], [options.asmforge, "profile", "--native", "-o", folder / "p", "--", program, "a b"])]
    check("its environment and arguments", seen[1], seen[0])
    check("something was printed", "MINE=1" in seen[0], True)


def vectors(folder):
    """AVX-512 where the CPU has it: what QEMU cannot run is counted."""
    program = folder / "vectors"
    build(["clang-19", "-O1", RELOCATIONS, "-o", program, DATA / "vectors.c"])
    counts, _, _ = profile(folder, program, [], "--native")
    wide = "avx512f" in open("/proc/cpuinfo").read()
    names = by_function(program, counts)
    check("the kernel for this CPU ran", ("sum_512" in names, "sum_64" in names), (wide, not wide))
    loop = [count for count in names["sum_512" if wide else "sum_64"].values() if count > 100]
    check("how often its loop ran", set(loop), {100 * 4096 // (16 if wide else 1)})
    if not wide:
        print("this CPU has no AVX-512: only that code with it is instrumented is tested here")


def refused(folder):
    """One sentence, and what to do."""
    program, plain = folder / "mixed-gcc", folder / "plain"
    build(["gcc", "-O1", "-o", plain, MIXED, "-lm"])
    stripped = folder / "stripped"
    build(["llvm-strip-19", "-o", stripped, plain])
    static = folder / "static"
    build(["gcc", "-O1", "-static", RELOCATIONS, "-o", static, MIXED, "-lm"])
    script = folder / "script"
    script.write_text("#!/bin/sh\ntrue\n")
    script.chmod(0o755)
    for subject, status, said in ((plain, 2, "-Wl,--emit-relocs"), (stripped, 2, "before it is stripped"),
                                  (script, 2, "name the program itself"), (static, 3, "link it dynamically"),
                                  (folder / "nowhere", 2, "no such program")):
        done = run([options.asmforge, "profile", "--native", "-o", folder / "p", "--", subject])
        check(f"{subject.name}: status", done.returncode, status)
        check(f"{subject.name}: one sentence ({done.stderr})", (done.stderr.count("\n"), said in done.stderr), (1, True))
    done = run([options.asmforge, "profile", "--native", "--sample", "-o", folder / "p", "--", program])
    check("one source at a time", done.returncode, 2)


def without_the_tool(folder):
    program = folder / "tiny"
    build(["gcc", "-O1", RELOCATIONS, "-o", program, MIXED, "-lm"])
    empty = folder / "empty"
    empty.mkdir()
    done = run([options.asmforge, "profile", "--native", "-o", folder / "p", "--", program, "1"],
               env={**os.environ, "PATH": str(empty)})
    check("without llvm-bolt", (done.returncode, "apt install bolt-19" in done.stderr), (3, True))


with tempfile.TemporaryDirectory() as name:
    work = pathlib.Path(name)
    without_the_tool(work)
    if shutil.which("llvm-bolt-19") is None:
        print("NOT tested here: llvm-bolt-19 is not installed (apt install bolt-19)")
    else:
        for test in (mixed, exceptions, processes, environment, vectors, refused):
            test(work)
sys.exit(1 if failures else 0)
