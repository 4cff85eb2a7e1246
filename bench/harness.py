"""Runs commands side by side, in turn, and compares their times and peak memory.

The machine is shared and noisy, so nothing is timed alone: in each round every
contender runs once, in an order that rotates; medians and ratios are of the same rounds.
"""
import dataclasses
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
ASMFORGE = ROOT / "build" / "asmforge"
CACHE = pathlib.Path(os.environ.get("ASMFORGE_CACHE", pathlib.Path.home() / ".cache" / "asmforge"))


@dataclasses.dataclass
class Contender:
    name: str
    command: list
    environment: dict | None = None
    accept: tuple = (0,)  # exit statuses that count as done
    times: int = 1  # runs in a round, of which the mean counts


@dataclasses.dataclass
class Outcome:
    name: str
    seconds: list
    cpu_seconds: list  # user and system time of all threads
    peak_megabytes: float

    @property
    def median(self):
        return statistics.median(self.seconds)

    @property
    def cpu_median(self):
        return statistics.median(self.cpu_seconds)


def run_once(contender):
    """Wall and processor seconds, and peak resident memory in MB, of the process (its children not added)."""
    with open(os.devnull, "w") as null:
        start = time.monotonic()
        process = subprocess.Popen([str(c) for c in contender.command], stdout=null,
                                   stderr=subprocess.PIPE, env=contender.environment)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    if code not in contender.accept:
        sys.exit(f"bench: {' '.join(map(str, contender.command))} ended with {code}: {errors.decode(errors='replace')[:300]}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def side_by_side(contenders, rounds=9):
    """An Outcome for each contender, from `rounds` rounds after one that warms the page cache."""
    seconds = {c.name: [] for c in contenders}
    cpu_seconds = {c.name: [] for c in contenders}
    peak = {c.name: 0.0 for c in contenders}
    for turn in range(rounds + 1):
        shift = turn % len(contenders)
        for contender in contenders[shift:] + contenders[:shift]:
            runs = [run_once(contender) for _ in range(contender.times)]
            peak[contender.name] = max(peak[contender.name], *(megabytes for _, _, megabytes in runs))
            if turn > 0:
                seconds[contender.name].append(statistics.fmean(took for took, _, _ in runs))
                cpu_seconds[contender.name].append(statistics.fmean(cpu for _, cpu, _ in runs))
    return {c.name: Outcome(c.name, seconds[c.name], cpu_seconds[c.name], peak[c.name]) for c in contenders}


@dataclasses.dataclass
class Row:
    work: str
    measured: str
    to_reach: str
    met: bool | None  # None: nothing is asked
    raw: dict


def print_rows(title, rows):
    print(f"\n{title}")
    for row in rows:
        mark = "  " if row.met is None else "ok" if row.met else "NO"
        print(f"  {mark} {row.work}\n       {row.measured}   (to reach: {row.to_reach})")


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
                 platform.processor())
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release()}


def version_of(command):
    answer = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
    lines = [line.strip() for line in answer.stdout.splitlines() if "version" in line or "asmforge" in line]
    return (lines or answer.stdout.splitlines() or ["unknown"])[0]


def write_record(name, rows):
    """Keeps what was measured beside the bench that measured it."""
    record = {
        "bench": name,
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "command": f"./dev bench {name}",
        "machine": machine(),
        "tools": {tool: version_of(tool) for tool in ("gcc-12", "clang++-19", "llvm-objdump-19", str(ASMFORGE))},
        "rows": [dataclasses.asdict(row) for row in rows],
    }
    record["tools"]["asmforge"] = record["tools"].pop(str(ASMFORGE))
    folder = ROOT / "bench" / "records"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n")
    print(f"  record: bench/records/{name}.json")
