"""What is measured of a single build before it is compared: its passes, its own time, its
instructions, and what a turn of the injected work costs. None of it asks for a verdict."""
import os
import re
import shutil
import subprocess
import time

from . import edits
from .holdout import FOLDER

RUNS = 15
RUNS_APART = 60
PAUSE_SECONDS = 0.15


def cpu_seconds(program, passes, runs=RUNS, pause=0.0):
    """The least time of some runs: what the program needs when nothing is in its way. A virtual
    machine's processor may share its core for seconds: runs far apart find it alone."""
    best = None
    for _ in range(runs):
        time.sleep(pause)
        with subprocess.Popen([program, str(passes)], stdout=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError(f"{program} {passes} ended with {process.returncode}")
        took = usage.ru_utime + usage.ru_stime
        best = took if best is None else min(best, took)
    return best


def timing(program, wanted):
    """As many passes as take about the time wanted, and the time of so many."""
    passes = 1
    while cpu_seconds(program, passes, 3) < wanted / 2:
        passes *= 2
    few, many = cpu_seconds(program, passes), cpu_seconds(program, 3 * passes)
    each = (many - few) / (2 * passes)
    passes = max(2, round((wanted - (few - passes * each)) / each))
    return {"passes": passes, "seconds": cpu_seconds(program, passes, RUNS_APART, PAUSE_SECONDS), "seconds_of_pass": each}


def executed(before, after, passes, folder):
    """Instructions that each executes in `passes` more passes, counted by asmforge in QEMU: starting
    and ending, which depend on names and addresses, are in both of two counts and drop out. None
    when they are the same by closure, so that nothing is counted."""
    from .builds import ASMFORGE
    counts = []
    # Names of one length: they are on the stack, and what starts a program counts them.
    names = [folder / "count1", folder / "count2"]
    for program, name in zip((before, after), names):
        shutil.copy2(program, name)
    for times in (passes, 2 * passes):
        done = subprocess.run([ASMFORGE, "ab", *names, "--metric", "instructions", "--", f"{times:06}"],
                              capture_output=True, text=True, check=False)
        first = (done.stdout or done.stderr).split("\n", 1)[0]
        if first.startswith("SAME identical") or first.startswith("SAME placement"):
            return None
        found = re.search(r"(\d+) -> (\d+) instructions", done.stdout) or re.search(r"(\d+)() instructions", done.stdout)
        if not found or done.returncode not in (0, 1):
            raise RuntimeError(f"counting instructions: {first}")
        counts.append((int(found[1]), int(found[2] or found[1])))
    return counts[1][0] - counts[0][0], counts[1][1] - counts[0][1]


def seconds_of_turn(folder):
    """What a turn of the injected work takes, from programs that do nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    source, objects = folder / "nothing.c", [folder / "main.o", folder / "nothing.o"]
    source.write_text('#include "kernel.h"\nvoid prepare(void) {}\nuint64_t hot(uint32_t pass) { return pass; }\n')
    subprocess.run(["gcc-12", "-O2", "-I", FOLDER, "-c", FOLDER / "main.c", "-o", objects[0]], check=True)
    subprocess.run(["gcc-12", "-O2", "-I", FOLDER, "-S", "-o", folder / "nothing.s", source], check=True)
    turns, passes, times = 20000, 200, []
    text = edits.inject(edits.Assembly((folder / "nothing.s").read_text(), "hot"), turns)
    (folder / "working.s").write_text(text)
    subprocess.run(["as", "-o", objects[1], folder / "working.s"], check=True)
    subprocess.run(["gcc-12", *objects, "-o", folder / "working"], check=True)
    for runs in (passes, 3 * passes):
        times.append(cpu_seconds(folder / "working", runs))
    return (times[1] - times[0]) / (2 * passes * turns)


def calls(shop, passes):
    """How often the function that gets injected work is called in a run."""
    text = edits.count_calls(edits.Assembly(shop.base, shop.recipe.inject))
    counter = shop.compile(FOLDER / "count_calls.c", shop.work / "count_calls.o", ["-c"])
    program = shop.try_out(text, [counter])
    done = subprocess.run([program, str(passes)], capture_output=True, text=True, check=True)
    return int(re.search(r"^calls (\d+)$", done.stderr, re.MULTILINE)[1])
