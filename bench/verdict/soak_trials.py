"""`asmforge soak` on programs that leak and one that does not: many at a time, because they
sleep most of the time and memory does not hurry."""
import json
import subprocess
import tempfile
import time
import pathlib

from . import pools
from .builds import ASMFORGE, run
from .holdout import FOLDER, PLAN, hash_of_all

AT_A_TIME = 20


def path_of(name, number):
    return pools.POOLS / f"soak-{name}-{number}.json.xz"


def programs(folder):
    built = {}
    for spec in PLAN["soak"]:
        built[spec["name"]] = folder / spec["name"]
        run(["gcc-12", "-O2", FOLDER / "soaks" / f"{spec['name']}.c", "-o", built[spec["name"]]])
    return built


def run_all():
    """Those that are missing, of each kind in turn."""
    todo = [(spec, number) for number in range(PLAN["soak_trials"]) for spec in PLAN["soak"]
            if not path_of(spec["name"], number).exists()]
    print(f"hold-out {hash_of_all()}: {len(todo)} soaks to do", flush=True)
    with tempfile.TemporaryDirectory(prefix="asmforge-verdict-") as folder:
        built, running = programs(pathlib.Path(folder)), []
        while todo or running:
            while todo and len(running) < AT_A_TIME:
                spec, number = todo.pop(0)
                command = [ASMFORGE, "soak", "--for", spec["time"], "--operations", "^done ([0-9]+)", "--seed",
                           str(number + 1), "--json", "--", built[spec["name"]]]
                output = pathlib.Path(folder) / f"{spec['name']}-{number}.json"
                with output.open("w") as file:
                    running.append((spec["name"], number, output, subprocess.Popen(command, stdout=file)))
            time.sleep(0.5)
            for job in [job for job in running if job[3].poll() is not None]:
                running.remove(job)
                name, number, output, process = job
                if process.returncode not in (0, 1, 3):
                    raise SystemExit(f"bench verdict: soak {name} ended with {process.returncode}")
                pools.write(path_of(name, number), {"holdout": hash_of_all(), "record": json.loads(output.read_text())})
                print(f"  {name} {number}: measured", flush=True)


def verdicts():
    """Judged again by today's rules, by program."""
    found = {}
    for spec in PLAN["soak"]:
        for number in range(PLAN["soak_trials"]):
            path = path_of(spec["name"], number)
            if not path.exists():
                continue
            with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                json.dump(pools.read(path)["record"], file)
                file.flush()
                done = subprocess.run([ASMFORGE, "soak", "--replay", file.name, "--json"], capture_output=True, text=True,
                                      check=False)
            if done.returncode not in (0, 1, 3):
                raise SystemExit(f"bench verdict: soak --replay of {path.name}: {done.stderr.strip()[:300]}")
            found.setdefault(spec["name"], []).append({0: "FLAT", 1: "LEAK", 3: "INCONCLUSIVE"}[done.returncode])
    return found
