"""Defects planted in real programs: what `asmforge forge` mends by itself, and what `asmforge plan` offers.

    ./dev bench seeded_projects --seeds      what each defect costs, timed beside the project without it
    ./dev bench seeded_projects --plan       only what the plan offers
    ./dev bench seeded_projects --forge 8min the next runs, with this budget each; nothing else may run
    ./dev bench seeded_projects              the table, from the outcomes kept so far
                        --at-once 2          two at a time, each on a processor of its own; the other
                                             one is its noisy neighbour, and the outcome says so
    --only NAME...                           these projects

A defect is *found* when a change is kept that mends it and stands in the end: a line that it takes
or adds in the defect's file matches `fix`. It is *offered* when a step of the plan, which is a
finding, has a source line in the defect's place and words that match `says`. A kept change is a
*false ACCEPT* when it is a decoy, or when all that is kept turns out to bring nothing: what is
applied is compared once more, by `asmforge ab` with a seed of its own and three minutes.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import tomllib

from harness import ASMFORGE, CACHE, ROOT, Row

sys.path.insert(0, str(ROOT / "tests/support"))
from git_project import ENVIRONMENT, GitProject  # noqa: E402
from source_project import Place, Unusable, debian_source, source_project  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent
PROJECTS = tomllib.loads((FOLDER / "projects.toml").read_text())["project"]
WANTED = 7
CONFIRM_SECONDS = 180
CONFIRM_SEED = 20261127
TIMED_RUNS = 9
# Of that comparison.
CONFIRMED = ("verdict", "reason", "intrinsic", "natural", "expected", "minimum_detectable_effect", "explanation")


def home():
    """Outcomes of one asmforge on one list of projects."""
    whole = hashlib.sha256((FOLDER / "projects.toml").read_bytes() + ASMFORGE.read_bytes()).hexdigest()
    return CACHE / "seeded_projects" / whole[:12]


def make(folder, recipe, seeded=True):
    recipe = dict(recipe)
    if seeded:
        recipe["edits"] = recipe.get("seed", ())
    else:
        for key in ("flags", "make_lines"):
            recipe[key] = recipe.get(f"right_{key}", recipe.get(key, ()))
    decoys = [f"decoy{number}.patch" for number, _ in enumerate(recipe.get("decoy", ()))]
    project = source_project(folder, recipe, f"\n[candidates]\npatches = {json.dumps(decoys)}\n" if decoys else "")
    for name, decoy in zip(decoys, recipe.get("decoy", ())):
        project.patch(name, decoy["file"], (decoy["old"], decoy["new"]))
    if decoys:
        project.commit("decoys")
    return project


# Of the thread: its processor, when it has one of its own.
mine = threading.local()


def asmforge(folder, *words):
    processor = getattr(mine, "processor", None)
    alone = ["taskset", "--cpu-list", str(processor)] if processor is not None else []
    return subprocess.run([*alone, ASMFORGE, *map(str, words)], cwd=folder, env=ENVIRONMENT, capture_output=True,
                          text=True, check=False)


def answer(folder, *words, accept=(0,)):
    done = asmforge(folder, *words)
    if done.returncode not in accept:
        raise Unusable(f"{' '.join(map(str, words))} ended with {done.returncode}: {done.stderr.strip()[-600:]}")
    return json.loads(done.stdout)


# ---- what is asked ----

def planned(folder):
    return answer(folder, "plan", "--json")["steps"]


def forged(folder, budget):
    """The finished run, gone on with where an earlier one was stopped."""
    resumed = asmforge(folder, "forge", "--resume", "--json")
    if resumed.returncode in (0, 1):
        return json.loads(resumed.stdout)
    done = asmforge(folder, "forge", "--fresh", "--budget", budget, "--json")
    if done.returncode == 2 and "no hot loop" in done.stderr:
        return {"steps": [], "holds": False, "outcome": "there was nothing to try"}
    if done.returncode not in (0, 1):
        raise Unusable(f"forge ended with {done.returncode}: {done.stderr.strip()[-600:]}")
    return json.loads(done.stdout)


def confirmed(project, base):
    """What is applied against what was before it, by a comparison of its own."""
    if project.git("rev-parse", "HEAD").strip() == base:
        done = asmforge(project.folder, "forge", "--apply")
        if done.returncode != 0:
            raise Unusable(f"what was kept cannot be applied: {done.stderr.strip()[-600:]}")
    return answer(project.folder, "ab", base, "HEAD", "--seed", CONFIRM_SEED, "--budget", f"{CONFIRM_SECONDS}s",
                  "--json", accept=(0, 1, 3))


def kept_outcome(recipe):
    path = home() / f"{recipe['name']}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def keep(recipe, outcome):
    home().mkdir(parents=True, exist_ok=True)
    whole = kept_outcome(recipe) | outcome
    fresh = home() / f"{recipe['name']}.new"
    fresh.write_text(json.dumps(whole, indent=1) + "\n")
    fresh.replace(home() / f"{recipe['name']}.json")


def project_of(recipe):
    """Kept beside its outcome, so that a run that was stopped can go on."""
    folder = home() / recipe["name"]
    if (folder / ".git").exists():
        return GitProject(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return make(folder, recipe)


def plan_one(recipe):
    project = project_of(recipe)
    place = Place(project.folder, recipe["place"]) if "place" in recipe else None
    steps = planned(project.folder)
    keep(recipe, {"place": str(place or ""), "plan": steps,
                  "at_place": [rank for rank, step in enumerate(steps, 1) if place and place.holds(step["source"])]})


def forge_one(recipe, budget, at_once):
    project = project_of(recipe)
    if "run" not in kept_outcome(recipe):
        base = project.git("rev-parse", "HEAD").strip()
        start = time.monotonic()
        run = forged(project.folder, budget)
        minutes = (time.monotonic() - start) / 60
        keep(recipe, {"run": run, "budget": budget, "at_once": at_once, "minutes": minutes, "base": base})
    outcome = kept_outcome(recipe)
    if outcome["run"]["holds"] and "confirmed" not in outcome:
        trial = confirmed(project, outcome["base"])
        keep(recipe, {"confirmed": {key: trial[key] for key in CONFIRMED}})


# ---- what it means ----

def changed_lines(patch, file):
    """Lines with their signs, of one file; of all for None."""
    here = False
    for line in patch.splitlines():
        if line.startswith("+++ "):
            here = file is None or line.endswith(f"/{file}")
        elif here and line[:1] in ("+", "-") and not line.startswith("--- "):
            yield line


def mends(recipe, step):
    file = recipe["place"]["file"]
    lines = changed_lines(step["patch"] or "", None if file == "Makefile" else file)
    return any(re.search(recipe["fix"], line) for line in lines)


def offers(recipe, step):
    words = " ".join(str(step.get(key) or "") for key in ("title", "suggestion", "patch"))
    return bool(step["check"] or step.get("patch")) and re.search(recipe["says"], words) is not None


def judge(recipe, outcome):
    """found, offered, missed, or unknown; and the false ACCEPTs."""
    run = outcome.get("run")
    kept = [step for step in run["steps"] if step["state"] == "kept"] if run and run["holds"] else []
    wrong = [f"{step['name']}, a decoy" for step in kept if step["name"].startswith("decoy")]
    confirmation = outcome.get("confirmed", {})
    if kept and confirmation.get("verdict") in ("REVERT", "SAME"):
        wrong.append(f"{len(kept)} kept, then {confirmation['verdict']} {confirmation['reason']}")
    if "fix" not in recipe:
        return ("clean" if run else "unknown"), wrong
    if any(mends(recipe, step) for step in kept):
        return "found", wrong
    if any(offers(recipe, outcome["plan"][rank - 1]) for rank in outcome.get("at_place", ())):
        return "offered", wrong
    return ("missed" if run and "plan" in outcome else "unknown"), wrong


def row_of(recipe, outcome):
    state, wrong = judge(recipe, outcome)
    run = outcome.get("run") or {"steps": [], "outcome": "not forged yet"}
    kept = [step["name"] for step in run["steps"] if step["state"] == "kept"]
    beside = f", {outcome['at_once']} at once" if outcome.get("at_once", 1) > 1 else ""
    measured = f"{state}; {run['outcome']}{beside}" + (f": {', '.join(kept)}" if kept else "")
    if "confirmed" in outcome:
        measured += f"; then {outcome['confirmed']['verdict']} {outcome['confirmed']['reason']}"
    if outcome.get("at_place"):
        step = outcome["plan"][outcome["at_place"][0] - 1]
        measured += f"; plan {outcome['at_place'][0]}: {step['check'] or 'hot, no finding'}, {step['source']}"
    if wrong:
        measured += f"; FALSE: {'; '.join(wrong)}"
    if "error" in outcome:
        measured += f"; {outcome['error']}"
    return Row(f"{recipe['name']}: {recipe.get('defect', 'no defect')}", measured,
               "found or offered" if "fix" in recipe else "nothing false", None,
               {"name": recipe["name"], "state": state, "false": wrong, **outcome})


def table():
    rows = [row_of(recipe, kept_outcome(recipe)) for recipe in PROJECTS]
    states = [row.raw["state"] for row in rows]
    good = states.count("found") + states.count("offered")
    seeded = sum("fix" in recipe for recipe in PROJECTS)
    wrong = sum(len(row.raw["false"]) for row in rows)
    open_ones = states.count("unknown") + sum("run" not in row.raw for row in rows if row.raw["state"] == "offered")
    whole = None if open_ones else good >= WANTED and wrong == 0
    rows.append(Row("planted defects found or offered, and false ACCEPTs",
                    f"{states.count('found')} found and {states.count('offered')} offered of {seeded}, {wrong} false" +
                    (f"; {open_ones} are not forged yet" if open_ones else ""),
                    f"{WANTED} of {seeded}, none false", whole, {"good": good, "false": wrong, "open": open_ones}))
    return rows


# ---- what a defect costs ----

def built(folder, recipe, seeded):
    make(folder, recipe, seeded)
    done = subprocess.run(["make", "-s", "-j2"], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unusable(f"{recipe['name']}: make: {done.stderr.strip()[-600:]}")
    return [str(folder / "tool"), *recipe["arguments"]]


def timed(command):
    """Processor seconds, and what it prints."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        text = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Unusable(f"{' '.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, text


def weigh(recipe):
    with tempfile.TemporaryDirectory(prefix="asmforge-bench-") as scratch:
        commands = []
        for name, seeded in (("seeded", True), ("right", False)):
            folder = pathlib.Path(scratch) / name
            folder.mkdir()
            commands.append(built(folder, recipe, seeded))
        rounds = [[timed(command) for command in commands] for _ in range(TIMED_RUNS)]
        if len({text for both in rounds for _, text in both}) != 1:
            raise Unusable(f"{recipe['name']}: with the defect it prints something else")
        seconds = [min(both[i][0] for both in rounds) for i in (0, 1)]
    print(f"  {recipe['name']}: {seconds[0]:.3f} s, {seconds[1]:.3f} s without the defect: "
          f"{100 * (seconds[0] / seconds[1] - 1):+.1f} %", flush=True)


def one(recipe, options):
    try:
        if options.seeds:
            weigh(recipe)
        if (options.plan or options.forge) and "plan" not in kept_outcome(recipe):
            plan_one(recipe)
        if options.forge:
            forge_one(recipe, options.forge, options.at_once)
    except (Unusable, debian_source.Unavailable) as reason:
        print(f"  {recipe['name']}: {reason}", flush=True)
        if not options.seeds:
            keep(recipe, {"error": str(reason)})
        return
    if options.plan or options.forge:
        row = row_of(recipe, kept_outcome(recipe))
        print(f"  {row.work}\n    {row.measured}", flush=True)


def run(arguments=()):
    parser = argparse.ArgumentParser(prog="./dev bench seeded_projects", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", action="store_true")
    parser.add_argument("--plan", action="store_true")
    parser.add_argument("--forge", metavar="BUDGET")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[recipe["name"] for recipe in PROJECTS])
    parser.add_argument("--at-once", type=int, default=1, metavar="COUNT")
    options = parser.parse_args(arguments)
    processors = sorted(os.sched_getaffinity(0))
    if not 1 <= options.at_once <= len(processors) or (options.seeds and options.at_once > 1):
        parser.error(f"--at-once: 1 to {len(processors)} here, and 1 for --seeds")
    chosen = [recipe for recipe in PROJECTS if not options.only or recipe["name"] in options.only]

    def start():
        with starting:
            if options.at_once > 1:
                mine.processor = processors.pop()

    starting = threading.Lock()
    with concurrent.futures.ThreadPoolExecutor(options.at_once, initializer=start) as threads:
        list(threads.map(lambda recipe: one(recipe, options), chosen))
    return None if options.seeds or options.plan or options.only else table()
