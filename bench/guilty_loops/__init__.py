"""The loop that an upstream commit made faster, in `asmforge plan` of the project before it.

    ./dev bench guilty_loops                 all cases of cases.toml
    ./dev bench guilty_loops --only NAME...  some, and no record is written
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import tomllib

from harness import ASMFORGE, ROOT, Row

sys.path.insert(0, str(ROOT / "tests/support"))
import source_project  # noqa: E402
from git_project import ENVIRONMENT  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent
CASES = tomllib.loads((FOLDER / "cases.toml").read_text())["case"]
TOP = 5
WANTED = 5


def plan(folder):
    done = subprocess.run([ASMFORGE, "plan", "--json"], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise source_project.Unusable(f"plan ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout)


def short(step):
    return {key: step[key] for key in ("check", "source", "function", "share", "confidence")}


def try_case(case):
    """Where the guilty loop stands among the steps, the first being 1; None when it is not there."""
    with tempfile.TemporaryDirectory(prefix="asmforge-bench-") as scratch:
        project = source_project.source_project(pathlib.Path(scratch), case)
        places = [source_project.Place(project.folder, guilty) for guilty in case["guilty"]]
        steps = plan(project.folder)["steps"]
    ranks = [rank for rank, step in enumerate(steps, 1) if any(place.holds(step["source"]) for place in places)]
    found = [{"rank": rank, **short(steps[rank - 1])} for rank in ranks]
    return {"guilty": [str(place) for place in places], "steps": len(steps), "found": found,
            "top": [short(step) for step in steps[:TOP]]}


def row_of(case, outcome):
    if "error" in outcome:
        measured = f"not tried: {outcome['error']}"
    elif not outcome["found"]:
        measured = f"not among the {outcome['steps']} steps ({', '.join(outcome['guilty'])})"
    else:
        first = outcome["found"][0]
        measured = (f"rank {first['rank']} of {outcome['steps']}: {first['check'] or 'hot, no finding'}, "
                    f"{first['source']}, {100 * (first['share'] or 0):.1f} %")
    return Row(f"{case['name']}: {case['change']}", measured, f"rank {TOP} or better", None,
               {"name": case["name"], "defect": case["defect"], **outcome})


def is_named(row):
    return bool(row.raw.get("found")) and row.raw["found"][0]["rank"] <= TOP


def is_explained(row):
    """Whether a check says what is wrong with it, too."""
    return any(step["check"] and step["rank"] <= TOP for step in row.raw.get("found", ()))


def run(arguments=()):
    parser = argparse.ArgumentParser(prog="./dev bench guilty_loops", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[case["name"] for case in CASES])
    options = parser.parse_args(arguments)
    rows = []
    for case in CASES:
        if options.only and case["name"] not in options.only:
            continue
        try:
            outcome = try_case(case)
        except (source_project.Unusable, source_project.debian_source.Unavailable) as reason:
            outcome = {"error": str(reason)}
        rows.append(row_of(case, outcome))
        print(f"  {case['name']}: {rows[-1].measured}", flush=True)
        for step in outcome.get("top", ()) if options.only else ():
            print(f"    {step}")
    if options.only:
        return None
    named, explained = sum(map(is_named, rows)), sum(map(is_explained, rows))
    rows.append(Row(f"upstream's slow loops among the first {TOP} steps of the plan",
                    f"{named} of {len(rows)}, {explained} by a finding", f"{WANTED} of {len(rows)}", named >= WANTED,
                    {"named": named, "explained": explained}))
    return rows
