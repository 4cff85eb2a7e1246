#!/usr/bin/env python3
"""Exact counts against programs whose counts are known, and against single-stepping.

Everything is compiled here; nothing is timed."""
import argparse
import json
import os
import pathlib
import re
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
DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "profile"
TIMES = 20000  # of processes.c
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


class Profile:
    def __init__(self, path):
        lines = [json.loads(line) for line in open(path)]
        self.head = lines[0]
        self.modules = {}
        for line in lines[1:-1]:
            if "module" in line:
                entries = self.modules.setdefault(os.path.basename(line["module"]), {})
            else:
                base = int(line["at"], 16)
                entries.update({base + offset: count for offset, count in line["counts"]})
        attributed = sum(sum(entries.values()) for entries in self.modules.values())
        check("the total adds up", attributed + self.head["unattributed"], self.head["total"])


def profile(folder, command, arguments=(), status=0, **more):
    path = folder / "profile"
    path.unlink(missing_ok=True)
    done = run([options.asmforge, "profile", "-o", path, *arguments, "--", *command], **more)
    check(f"status of {' '.join(map(str, command))} ({done.stderr.strip()})", done.returncode, status)
    return (Profile(path) if path.exists() else None), done


def symbols(program):
    rows = run(["llvm-nm-19", program]).stdout.split("\n")
    return {row.split()[2]: int(row.split()[0], 16) for row in rows if len(row.split()) == 3}


def known_counts(folder):
    """Each instruction of known_counts.s ran exactly as often as its comment says."""
    source, program = DATA / "known_counts.s", folder / "known"
    build(["clang-19", "-c", "-g", "-o", folder / "known.o", source])
    build(["ld.lld-19", "--build-id", "-o", program, folder / "known.o"])
    expected = {number: int(match[1]) for number, line in enumerate(source.read_text().splitlines(), 1)
                if (match := re.search(r"# x(\d+)", line))}
    listing = run(["llvm-objdump-19", "-d", "-l", "--no-show-raw-insn", program]).stdout
    line_of, current = {}, None
    for row in listing.splitlines():
        if match := re.match(r"; .*:(\d+)$", row):
            current = int(match[1])
        elif match := re.match(r"\s*([0-9a-f]+):\s", row):
            line_of[int(match[1], 16)] = current
    check("instructions of known_counts.s", len(line_of), len(expected))
    for mode in ([], ["--each-instruction"]):
        found, done = profile(folder, [program], mode)
        check("its status is reported", "ended with status 3" in done.stderr, True)
        entries = found.modules["known"]
        for address, line in line_of.items():
            check(f"known_counts.s:{line} {mode}", entries.get(address, 0), expected[line])
        check("nothing is unattributed", found.head["unattributed"], 0)
        check("total", found.head["total"], sum(expected.values()))
    shown = run([options.asmforge, "profile", "--show", folder / "profile"]).stdout
    check("--show prints the total", f"{sum(expected.values()):,}" in shown, True)


def processes(folder):
    """kernel() of processes.c, called a known number of times in many ways."""
    for kind, flags in (("pie", []), ("no-pie", ["-no-pie"]), ("static", ["-static"])):
        program = folder / f"processes-{kind}"
        build(["clang-19", "-O1", "-pthread", *flags, "-o", program, DATA / "processes.c"])
        address = symbols(program)["kernel"]
        ways = {"once": 1, "threads": 200, "forks": 6, "threads-fork": 204, "_exit": 1, "abort": 1, "kill": 1,
                "crash": 1, "timer": 20, "exec": 2, "spawn": 2, "vfork": 2, "generated": 0}
        if kind != "pie":
            ways = {way: ways[way] for way in ("once", "threads", "forks", "exec")}
        for way, calls in ways.items():
            found, _ = profile(folder, [program, way])
            entries = found.modules[program.name]
            check(f"{kind} {way}", entries.get(address, 0), calls * TIMES)
            check(f"{kind} {way} is complete", found.head["complete"], True)
            if way == "generated":
                check("generated code is unattributed", found.head["unattributed"], 3 * TIMES)
    program = folder / "processes-pie"
    where = symbols(program)
    found, _ = profile(folder, [program, "unaligned"])
    entries = found.modules[program.name]
    check("locked, unaligned, among threads", entries.get(where["locked"], 0), 4000)
    check("after it", entries.get(where["after_locked"], 0), 4000)

    script = folder / "script"
    script.write_text(f"#!/bin/sh\n{program} once\n{program} once | cat\n")
    script.chmod(0o755)
    found, _ = profile(folder, [script])
    check("through a script", found.modules[program.name].get(where["kernel"], 0), 2 * TIMES)
    found, _ = profile(folder, ["sh", "-c", f"cd {folder} && LD_BIND_NOW=1 ./processes-pie once"])
    check("found in PATH", found.modules[program.name].get(where["kernel"], 0), TIMES)

    found, done = profile(folder, [program, "forever"], ["--timeout", "8"])
    check("stopped at the limit", found.modules[program.name].get(where["kernel"], 0), TIMES)
    check("which is said", "stopped after 8 s" in done.stderr, True)
    check("and not complete", found.head["complete"], False)


def at_the_start(path, program):
    """Ctrl-C before the program has begun: nothing is said, as at any other time without counts."""
    for wait in (0.01, 0.03, 0.06, 0.1, 0.2, 0.4):
        asmforge = subprocess.Popen([options.asmforge, "profile", "-o", path, "--", program, "forever"],
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        time.sleep(wait)
        os.killpg(asmforge.pid, signal.SIGINT)
        _, said = asmforge.communicate(timeout=60)
        check(f"no failure is claimed after Ctrl-C at {wait} s: {said}", "could not start" in said, False)
        check(f"status after Ctrl-C at {wait} s", asmforge.returncode in (130, -signal.SIGINT), True)


def interrupted(folder):
    """Ctrl-C keeps what was counted."""
    program, path = folder / "processes-pie", folder / "interrupted"
    asmforge = subprocess.Popen([options.asmforge, "profile", "-o", path, "--", program, "forever"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    check("the program is ready", asmforge.stdout.readline(), "ready\n")
    os.killpg(asmforge.pid, signal.SIGINT)
    asmforge.communicate(timeout=60)
    check("status after Ctrl-C", asmforge.returncode, 130)
    at_the_start(folder / "early", program)
    check("counts after Ctrl-C", Profile(path).modules[program.name].get(symbols(program)["kernel"], 0), TIMES)


def streams(folder):
    """The program's own streams pass through."""
    path = folder / "profile"
    done = run([options.asmforge, "profile", "-o", path, "--", "sh", "-c", "cat; echo error >&2; exit 7"],
               input="input")
    check("stdout", done.stdout, "input")
    check("stderr", done.stderr.startswith("error\n"), True)
    check("status", done.returncode, 0)
    check("the program's", "sh ended with status 7" in done.stderr, True)


def single_steps(folder):
    """All counts of a program are those of stepping through it natively."""
    program, stepper = folder / "steps", folder / "stepper"
    build(["clang-19", "-O2", "-o", stepper, DATA / "stepper.c"])
    build(["clang-19", "-O2", "-static", "-nostdlib", "-ffreestanding", "-fno-stack-protector", "-Wl,--build-id",
           "-no-pie", "-o", program, DATA / "freestanding.c"])
    stepped = run([stepper, program])
    check("stepper", stepped.returncode, 0)
    truth = {int(a, 16): int(n) for a, n in (line.split() for line in stepped.stdout.splitlines())}
    for mode in ([], ["--each-instruction"]):
        found, _ = profile(folder, [program], mode)
        entries = {a: n for a, n in found.modules["steps"].items() if n}
        check(f"instructions that ran {mode}", sorted(entries), sorted(truth))
        different = {hex(a): (n, truth.get(a)) for a, n in entries.items() if truth.get(a) != n}
        check(f"counts against single steps {mode}", different, {})
    print(f"single steps: {sum(truth.values()):,} instructions at {len(truth)} addresses agree")


def page_ends(folder):
    """Instructions that reach from one page into the next, at each of their bytes: QEMU begins a
    new block with them, after it began to translate them as the last of the one before."""
    program, stepper = folder / "pages", folder / "stepper"
    text, number = ".globl _start\n_start:\n", 0
    for insn, size in (("movabs $0x1122334455667788, %rax", 10), ("lock addl $1, counter(%rip)", 8),
                       ("addl %eax, counter(%rip)", 6), ("xorl %eax, %eax", 2)):
        for inside in range(1, size + 1):
            text += (f"jmp start{number}\n.balign 4096, 0x90\n.skip {4096 - inside - 6}, 0x90\n"
                     f"start{number}: movl $3, %ecx\nagain{number}: nop\n{insn}\nadd $1, %edx\ndec %ecx\njne again{number}\n")
            number += 1
    text += "movl $60, %eax\nxorl %edi, %edi\nsyscall\n.bss\n.balign 8\ncounter: .quad 0\n"
    (folder / "pages.s").write_text(text)
    build(["clang-19", "-nostdlib", "-static", "-Wl,--build-id", "-o", program, folder / "pages.s"])
    truth = {int(a, 16): int(n) for a, n in (line.split() for line in run([stepper, program]).stdout.splitlines())}
    for mode in ([], ["--each-instruction"]):
        found, _ = profile(folder, [program], mode)
        different = {hex(a): (n, truth.get(a)) for a, n in found.modules["pages"].items() if n and truth.get(a) != n}
        check(f"counts at the ends of pages {mode}", different, {})
    print(f"page ends: {number} instructions across them agree with single steps")


def against_callgrind(folder):
    """Each instruction of a program with libraries has the count that callgrind has."""
    if not shutil.which("valgrind"):
        print("comparison with callgrind is NOT made here: valgrind is not installed")
        return
    program, out = folder / "mixed", folder / "callgrind.out"
    source = pathlib.Path(__file__).resolve().parent.parent.parent / "bench" / "programs" / "mixed.c"
    # Addresses as in the file; no PLT, whose stubs callgrind adds to the call.
    build(["clang-19", "-O2", "-no-pie", "-fno-plt", "-Wl,-z,now", "-o", program, source, "-lm"])
    done = run(["valgrind", "--tool=callgrind", "--dump-instr=yes", "--compress-pos=no", "--compress-strings=no",
                f"--callgrind-out-file={out}", program, "1"])
    check("callgrind", done.returncode, 0)
    truth, inside, skip = {}, False, False
    for line in out.read_text().splitlines():
        if line.startswith("ob="):
            inside = line.endswith("/mixed")
        elif line.startswith("calls="):
            skip = True  # the next line holds the callee's costs
        elif line.startswith("0x"):
            words = line.split()
            if inside and not skip:
                truth[int(words[0], 16)] = truth.get(int(words[0], 16), 0) + int(words[-1])
            skip = False
    found, _ = profile(folder, [program, "1"])
    entries = {a: n for a, n in found.modules["mixed"].items() if n}
    text = re.search(r"\.text\s+([0-9a-f]+)\s+([0-9a-f]+)", run(["llvm-objdump-19", "-h", program]).stdout)
    begin = int(text[2], 16)  # _init and _fini have sections of their own, which callgrind leaves out
    end = begin + int(text[1], 16)
    different = {hex(a): (entries.get(a, 0), truth.get(a, 0)) for a in entries.keys() | truth.keys()
                 if begin <= a < end and entries.get(a, 0) != truth.get(a, 0)}
    check("counts against callgrind", different, {})
    print(f"callgrind: {sum(truth.values()):,} instructions at {len(truth)} addresses agree")


def both_modes(folder):
    """Segments and a counter for each instruction say the same of a real program."""
    program = folder / "processes-static"
    for way in ("once", "threads"):
        first, second = ({a: n for a, n in profile(folder, [program, way], mode)[0].modules[program.name].items()
                          if n} for mode in ([], ["--each-instruction"]))
        same = sum(first.get(a) == n for a, n in second.items())
        # The start-up code looks at addresses, which are random, and threads wait for each
        # other a different number of times in each run; freestanding.c has neither.
        check(f"{way}: addresses with other counts", len(second) - same < (20 if way == "once" else 200), True)
        print(f"both modes, {way}: {same} of {len(second)} addresses have equal counts")


def bad_input(folder):
    path = folder / "none"
    text = folder / "text"
    text.write_text("hello\n")
    text.chmod(0o755)
    cases = [
        (["profile"], 2, "exactly one of -- COMMAND"),
        (["profile", "-o", path], 2, "exactly one of -- COMMAND"),
        (["profile", "-o", path, "--"], 2, "no command follows"),
        (["profile", "--", "true"], 2, "-o FILE is missing"),
        (["profile", "-o", path, "--", "/nowhere/prog"], 2, "No such file"),
        (["profile", "-o", path, "--", "no-such-program-here"], 2, "no such program in PATH"),
        (["profile", "-o", path, "--", folder], 2, "cannot be run"),
        (["profile", "-o", path, "--", text], 2, "neither an ELF program nor a script"),
        (["profile", "-o", "/nowhere/p", "--", "true"], 2, "cannot be written"),
        (["profile", "--show", text], 2, "is no asmforge profile"),
        (["profile", "--show", path], 2, "none"),
        (["profile", "--show", folder], 2, "is a directory"),
    ]
    for arguments, status, words in cases:
        done = run([options.asmforge, *arguments])
        check(f"status of {arguments}", done.returncode, status)
        check(f"message of {arguments}: {done.stderr}", words in done.stderr, True)
        check(f"one sentence for {arguments}: {done.stderr}", done.stderr.count("\n"), 1)
    for where in ("/nowhere/p", folder):
        done = run([options.asmforge, "profile", "-o", where, "--", "echo", "it ran"])
        check(f"nothing runs when {where} cannot be written", (done.returncode, done.stdout), (2, ""))
    done = run([options.asmforge, "profile", "-o", path, "--", "true"], env={"PATH": "/nowhere"})
    check("without qemu", (done.returncode, "apt install qemu-user" in done.stderr), (3, True))


with tempfile.TemporaryDirectory() as name:
    for test in (known_counts, processes, interrupted, streams, single_steps, page_ends, against_callgrind, both_modes, bad_input):
        before = len(failures)
        test(pathlib.Path(name))
        print(f"{test.__name__}: {'ok' if len(failures) == before else 'FAILED'}")
sys.exit(bool(failures))
