"""Error rates of `asmforge ab` and `asmforge soak` on a hold-out that was fixed before looking.

    ./dev bench verdict --prepare            builds and captures everything, on all processors
    ./dev bench verdict --minutes 55         the next trials, on a machine that is otherwise idle
    ./dev bench verdict --truths 55          the next of what settles the flipped flags
    ./dev bench verdict --soaks              the soaks that are missing
    ./dev bench verdict [--report]           the table, from the records kept so far
"""
import argparse
import concurrent.futures
import os

from . import builds, flip_truths, report, soak_trials, trials
from .holdout import PLAN, hash_of_all, subjects


def prepare(wanted):
    todo = [s for s in subjects() if not (builds.home() / "subjects" / s.key / "facts.json").exists()
            and (not wanted or s.key in wanted)]
    print(f"hold-out {hash_of_all()}: {len(todo)} subjects to build into {builds.home()}", flush=True)
    for package in sorted({p["package"] for p in PLAN["program"]}):
        builds.debian_source.source(package)
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        jobs = {pool.submit(builds.prepare_subject, s): s for s in todo}
        failed = 0
        for number, job in enumerate(concurrent.futures.as_completed(jobs)):
            failed += job.exception() is not None
            print(f"  {number + 1}/{len(todo)} {jobs[job].key}: {job.exception() or 'built'}", flush=True)
    if failed:
        raise SystemExit(f"bench verdict: {failed} subjects could not be built")


def run(arguments=()):
    parser = argparse.ArgumentParser(prog="./dev bench verdict", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prepare", action="store_true", help="build what is missing")
    parser.add_argument("--minutes", type=float, help="run the next trials for so long")
    parser.add_argument("--at-once", type=int, default=1, metavar="N", help="so many at once, a processor each")
    parser.add_argument("--truths", type=float, metavar="MINUTES", help="settle flipped flags for so long")
    parser.add_argument("--soaks", action="store_true", help="run the soaks that are missing")
    parser.add_argument("--report", action="store_true", help="only the table (the default)")
    parser.add_argument("--only", nargs="+", metavar="WHAT", help="these subjects, or of these conditions")
    options = parser.parse_args(arguments)
    if options.prepare:
        prepare(options.only)
    if options.minutes:
        trials.run_part(options.minutes, options.only, options.at_once)
    if options.truths:
        flip_truths.run_part(options.truths)
    if options.soaks:
        soak_trials.run_all()
    if (options.prepare or options.minutes or options.truths or options.soaks) and not options.report:
        return None  # what was measured so far is not looked at on the way
    outcomes, left_out, failed = report.read_all()
    return report.rows_of(outcomes, left_out, failed, flip_truths.truths(), soak_trials.verdicts())
