"""Runs the next trials of the hold-out, each a whole `asmforge ab`, and keeps their records."""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from . import pools
from .builds import ASMFORGE, file_name, home, run
from .holdout import FOLDER, PLAN, hash_of_all, trials

BIG_PROGRAM = pathlib.Path("/usr/lib/llvm-19/bin/clang")


class LeftOut(Exception):
    """The pair of this trial does not exist; the reason is the text."""


@contextlib.contextmanager
def neighbour(seed):
    """A process that works in bursts, wherever the system puts it."""
    code = ("import random, sys, time\n"
            "draw = random.Random(int(sys.argv[1]))\n"
            "while True:\n"
            "    end = time.monotonic() + draw.uniform(0.02, 0.4)\n"
            "    while time.monotonic() < end: pass\n"
            "    time.sleep(draw.uniform(0.02, 0.4))\n")
    process = subprocess.Popen([sys.executable, "-c", code, str(seed)])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def data_words(compiler, folder):
    """Two programs that differ in one word of .data."""
    built = []
    for number, stride in enumerate((1, 4097)):
        path = folder / f"word{number}"
        run([compiler, *PLAN["flags"], f"-DSTRIDE={stride}", FOLDER / "data_word.c", "-o", path])
        built.append(path)
    return built


def command_of(trial, scratch):
    """`asmforge ab` on the trial's pair, but for the budget and the seed."""
    name, _, compiler = trial.subject.rpartition(".")
    if name == "data_word":
        before, after = data_words(compiler, scratch)
        return [before, after]
    if name == "big":
        after = scratch / "after"
        shutil.copy2(BIG_PROGRAM, after)
        return [BIG_PROGRAM, after, "--", "--version"]
    folder = home() / "subjects" / trial.subject
    if not (folder / "facts.json").exists():
        raise SystemExit(f"bench verdict: {trial.subject} was not prepared for this hold-out; --prepare first")
    facts = json.loads((folder / "facts.json").read_text())
    before, after = "before", file_name(trial.variant)
    if trial.variant == "faster 2%":
        before, after = file_name("slower 2%"), "before"
    arms = {before, after} - {"before", "copy"}
    for arm in arms:
        known = next(v for k, v in facts["variants"].items() if file_name(k) == arm)
        if "unavailable" in known:
            raise LeftOut(known["unavailable"])
    captures = [folder / f"{before}.cap", folder / f"{after}.cap"]
    programs = [folder / before, folder / after]
    if trial.variant == "copy":
        programs[1], captures[1] = scratch / "after", captures[0]
        shutil.copy2(programs[0], programs[1])
    return [*programs, "--before-capture", captures[0], "--after-capture", captures[1], "--", f"{facts['passes']}"]


def facts_of(trial):
    path = home() / "subjects" / trial.subject / "facts.json"
    if not path.exists():
        return None
    facts = json.loads(path.read_text())
    return {"passes": facts["passes"], "seconds": facts["seconds"],
            "variant": facts["variants"].get(trial.variant) or facts["variants"].get("slower 2%")}


def whole_trial(trial, scratch, processor=None):
    """What is kept of it. With a processor, nothing of it leaves that one."""
    kept = {"trial": {"condition": trial.condition, "subject": trial.subject, "variant": trial.variant,
                      "budget": trial.budget, "seed": trial.seed}, "holdout": hash_of_all(), "facts": facts_of(trial)}
    try:
        command = command_of(trial, scratch)
    except LeftOut as why:
        return {**kept, "left_out": str(why)}
    record = scratch / "record.json"
    at = command.index("--") if "--" in command else len(command)
    command[at:at] = ["--budget", f"{trial.budget}s", "--seed", str(trial.seed), "--record", record]
    noise = neighbour(trial.seed) if trial.condition == "noisy" else contextlib.nullcontext()
    start = time.monotonic()
    with noise:
        pin = [] if processor is None else ["taskset", "--cpu-list", str(processor)]
        done = subprocess.run([*pin, ASMFORGE, "ab", *command], capture_output=True, text=True, check=False)
    kept["seconds"] = time.monotonic() - start
    if done.returncode in (130, -2):
        raise KeyboardInterrupt
    kept["exit"] = done.returncode
    if done.returncode not in (0, 1, 3) or not record.exists():
        return {**kept, "error": (done.stderr or done.stdout).strip()[-1000:]}
    kept["record"] = json.loads(record.read_text())
    kept["tool"] = run([ASMFORGE, "--version"]).strip()
    as_measured = (kept["record"]["verdict"], kept["record"]["reason"])
    small = pools.rounded(json.loads(record.read_text()))
    again = pools.decided_again(small)
    if (again["verdict"], again["reason"]) == as_measured:
        kept["record"] = small
    kept["verdict"] = list(as_measured)
    return kept


def remaining(conditions=None):
    return [trial for trial in trials(conditions) if not pools.path_of(trial).exists()]


def run_part(minutes, conditions=None, at_once=1):
    """The next trials, as many as end within the time. More than one at once, each has a
    processor of its own, and the others as noisy neighbours."""
    end = time.monotonic() + 60 * minutes
    left = remaining(conditions)
    print(f"hold-out {hash_of_all()}: {len(left)} of {len(trials(conditions))} trials to do, {at_once} at once", flush=True)
    processors = sorted(os.sched_getaffinity(0))[-at_once:] if at_once > 1 else [None]
    if at_once > len(processors):
        raise SystemExit(f"bench verdict: {at_once} at once need as many processors; there are {len(processors)}")
    numbered = iter(enumerate(left, 1))

    def work(processor):
        # `next` on one iterator from several threads: each trial goes to one of them.
        for number, trial in numbered:
            if time.monotonic() + 1.4 * trial.budget + 5 > end:
                return
            with tempfile.TemporaryDirectory(prefix="asmforge-verdict-") as folder:
                kept = {**whole_trial(trial, pathlib.Path(folder), processor), "at_once": at_once}
            pools.write(pools.path_of(trial), kept)
            # The verdict stays unsaid: who watches must not be led to change anything.
            state = "left out" if "left_out" in kept else f"failed: {kept['error']}" if "error" in kept else "measured"
            print(f"  {number}/{len(left)} {trial.condition}, {trial.subject}, {trial.variant}: {state}, "
                  f"{kept.get('seconds', 0):.1f} s", flush=True)

    with concurrent.futures.ThreadPoolExecutor(len(processors)) as pool:
        for job in [pool.submit(work, processor) for processor in processors]:
            job.result()
