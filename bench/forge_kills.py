"""The loop killed at random moments, and resumed: the journal is sound, the tree right, the verdicts the same."""
import concurrent.futures
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from harness import ASMFORGE, ROOT, Row

sys.path.insert(0, str(ROOT / "tests/support"))
from git_project import ENVIRONMENT, GitProject  # noqa: E402

KILLS = 200
LIMIT_MINUTES = 20
SEED = 20261127
# A build of a second. Instructions are counted, so that the same verdict is due each time.
FILES = {
    "tool.c": "#include <stdio.h>\nint main(int argc, char** argv) {\n  unsigned sum = 0;\n"
              "  for (unsigned i = 0; i < 3000; i++)\n"
              "    for (volatile unsigned k = 0; k < 4; k++) sum ^= k + (unsigned)argc;\n"
              "  printf(\"%u\\n\", sum == 7);\n  return 0;\n}\n",
    "Makefile": "tool: tool.c\n\tsleep 0.8\n\tclang-19 -O1 -ffunction-sections -o tool tool.c\n",
    ".gitignore": "tool\n",
    "asmforge.toml": "[project]\nbuild = 'make -s'\nbinaries = ['tool']\n[[workload]]\nname = 'run'\ncommand = './tool'\n"
                     "metric = 'instructions'\n[forge]\nforbid = ['automatic']\n[candidates]\npatches = ['more.patch', 'fewer.patch']\n",
}


def forge(project, *words):
    return subprocess.run([ASMFORGE, "forge", *words], cwd=project.folder, env=ENVIRONMENT,
                          capture_output=True, text=True, check=False)


def report(project):
    done = subprocess.run([ASMFORGE, "report", "--json"], cwd=project.folder, capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def verdicts(run):
    return [(step["name"], step["state"], step["verdict"], step["effect"]) for step in run["steps"]], run["holds"], run["total"]


def sound(project):
    with sqlite3.connect(f"file:{project.folder}/.asmforge/journal.db?mode=ro", uri=True) as journal:
        return journal.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def make_project(folder):
    project = GitProject(folder, FILES)
    project.git("init", "-q", ".")
    project.commit("source")
    project.patch("more.patch", "tool.c", ("k < 4", "k < 9"))
    project.patch("fewer.patch", "tool.c", ("k < 4", "k < 2"))
    project.commit("patches")
    return project


def kill_once(project, moment):
    """What is wrong afterwards; and whether the run was killed before its end."""
    process = subprocess.Popen([ASMFORGE, "forge", "--seed", "1", "--fresh"], cwd=project.folder, env=ENVIRONMENT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if (project.folder / ".asmforge/journal.db").exists() and not sound(project):
        return "the journal is not sound", True
    run = report(project)
    if run is None or run["finished"]:
        return "", False
    resumed = forge(project, "--resume")
    if resumed.returncode != 0:
        return f"--resume: {resumed.stderr}", True
    return "", True


def part(folder, seed, kills):
    """Kills in one project, one after another."""
    project = make_project(folder)
    start = time.monotonic()
    forge(project, "--seed", "1")
    length = time.monotonic() - start
    wanted = verdicts(report(project))
    before = project.git("status", "--porcelain"), project.git("rev-parse", "HEAD"), project.git("for-each-ref")
    moments = random.Random(seed)
    wrong, unfinished = [], 0
    for _ in range(kills):
        why, was_killed = kill_once(project, moments.uniform(0, length))
        unfinished += was_killed
        found = report(project)
        if not why and verdicts(found) != wanted:
            why = f"{verdicts(found)}, not {wanted}: {[step['why'] for step in found['steps']]}"
        if not why and (project.git("status", "--porcelain"), project.git("rev-parse", "HEAD"),
                        project.git("for-each-ref")) != before:
            why = "the user's tree was changed"
        if why:
            wrong.append(why)
    return wrong, unfinished


def run():
    parts = os.cpu_count() or 1
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="asmforge-bench-") as folder, \
            concurrent.futures.ThreadPoolExecutor(parts) as pool:
        shares = [KILLS * (i + 1) // parts - KILLS * i // parts for i in range(parts)]
        done = list(pool.map(lambda i: part(pathlib.Path(folder) / str(i), SEED + i, shares[i]), range(parts)))
    minutes = (time.monotonic() - start) / 60
    wrong = [why for reasons, _ in done for why in reasons]
    unfinished = sum(count for _, count in done)
    for why in wrong[:5]:
        print(f"  wrong: {why}")
    return [Row("forge killed at a random moment and resumed, counted instructions",
                f"{KILLS - len(wrong)} of {KILLS} right ({unfinished} before the run's end), {minutes:.1f} minutes",
                f"{KILLS} of {KILLS}, {LIMIT_MINUTES} minutes", not wrong and minutes <= LIMIT_MINUTES,
                {"kills": KILLS, "right": KILLS - len(wrong), "before_the_end": unfinished, "minutes": minutes,
                 "seed": SEED, "wrong": wrong})]
