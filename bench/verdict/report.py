"""The table: what was asked of the verdicts, and what the records say by today's rules."""
import collections
import math
import statistics as sample

from harness import Row

from . import pools
from .holdout import PLAN, hash_of_all, trials
from .bounds import clustered_upper, exact_lower, upper_of_clusters

CLAIMED_SLOWER = ("slower", "slower in a workload")
# With fewer trials not even none of them failing would bring the bound to 5 %.
FEWEST_FOR_BOUND = 59
FEWEST_FOR_RATE = 20
NULLS = {"copy": "byte copy", "relink": "another link of the same objects", "edits": "no-op edit of the hot function",
         "noisy": "no-op edit, a load or another trial on the other processor", "known nothing": "no-op edit, base64 and interpreter, 60 s"}


class Outcome:
    """A trial that was run, judged again."""

    def __init__(self, kept):
        self.condition = kept["trial"]["condition"]
        self.subject = kept["trial"]["subject"]
        self.variant = kept["trial"]["variant"]
        self.cluster = self.subject.rpartition(".")[0]  # a kernel, whatever its compiler
        self.seconds = kept["seconds"]
        self.has_neighbour = self.condition == "noisy" or kept.get("at_once", 1) > 1
        self.judged = pools.decided_again(kept["record"])
        self.kind, self.reason = self.judged["verdict"], self.judged["reason"]
        self.changed = [self.kind, self.reason] != kept["verdict"]

    @property
    def claim(self):
        """-1: said to be better, 1: said to be slower, 0: neither."""
        if self.kind == "ACCEPT":
            return -1
        return 1 if self.kind == "REVERT" and self.reason in CLAIMED_SLOWER else 0

    @property
    def direction(self):
        return self.judged["workloads"][0]["intrinsic_direction"]


def read_all():
    """Outcomes by condition, and how many were left out or failed, by condition."""
    outcomes, left_out, failed = collections.defaultdict(list), collections.Counter(), []
    for trial in trials():
        path = pools.path_of(trial)
        if not path.exists():
            continue
        kept = pools.read(path)
        if kept["holdout"] != hash_of_all():
            raise SystemExit(f"bench verdict: {path.name} is of hold-out {kept['holdout']}, not of {hash_of_all()}")
        if "left_out" in kept:
            left_out[trial.condition] += 1
        elif "error" in kept:
            failed.append((trial, kept["error"]))
        else:
            outcomes[trial.condition].append(Outcome(kept))
    return outcomes, left_out, failed


def clustered(outcomes, failed):
    clusters = collections.defaultdict(list)
    for outcome in outcomes:
        clusters[outcome.cluster].append(int(failed(outcome)))
    return list(clusters.values())


def planned(condition):
    return sum(trial.condition == condition for trial in trials())


def bounded_row(work, outcomes, failed, most, most_bound, still_to_come):
    """A rate that is to be small, with the bound of it."""
    clusters = clustered(outcomes, failed)
    n, bad = len(outcomes), sum(map(sum, clusters))
    to_reach = f"at most {most:.0%}" + (f", upper bound {most_bound:.0%}" if most_bound else "")
    raw = {"trials": n, "clusters": len(clusters), "failed": bad, "still_to_come": still_to_come,
           "which": [f"{o.subject} {o.variant}: {o.kind} {o.reason}" for o in outcomes if failed(o)]}
    if n == 0:
        return Row(work, "not enough trials yet: none", to_reach, None, raw)
    raw |= {"rate": bad / n, "upper_bound": clustered_upper(clusters), "upper_bound_of_clusters": upper_of_clusters(clusters)}
    measured = (f"{bad} of {n} = {bad / n:.1%}, in {len(clusters)} clusters; 95 % upper bound "
                f"{raw['upper_bound']:.1%} (each cluster one trial: {raw['upper_bound_of_clusters']:.1%})")
    met = bad / n <= most and (not most_bound or raw["upper_bound"] <= most_bound)
    few = n < (FEWEST_FOR_BOUND if most_bound else FEWEST_FOR_RATE)
    if few or (not met and still_to_come and bad <= most * (n + still_to_come)):
        return Row(work, measured + "; not enough trials yet", to_reach, None, raw)
    return Row(work, measured, to_reach, met, raw)


def null_rows(outcomes, left_out):
    for condition, words in NULLS.items():
        mine = outcomes[condition]
        coming = planned(condition) - len(mine) - left_out[condition]
        if condition == "noisy":
            mine = mine + [o for o in outcomes["edits"] if o.has_neighbour]
        row = bounded_row(f"called better or slower: {words}", mine, lambda o: o.claim != 0, 0.02, 0.05, coming)
        timed = sum(o.kind != "SAME" for o in mine)
        row.measured += f"; {timed} timed, {len(mine) - timed} by closure, {left_out[condition]} pairs left out"
        row.raw |= {"timed": timed, "left_out": left_out[condition],
                    "intrinsic_claims": sum(o.direction in ("better", "worse") for o in mine)}
        yield row


def power_row(conditions, least, right, outcomes):
    """Of one or several conditions with the same effect, pooled."""
    outcomes = [o for condition in conditions for o in outcomes[condition]]
    share = next(c["share"] for c in PLAN["condition"] if c["name"] == conditions[0])
    hits, n = sum(map(right, outcomes)), len(outcomes)
    to_reach = f"{least:.0%}" if least else "printed"
    where = ", base64 and interpreter" if conditions[0].startswith("known") else ", kernels and programs"
    work = f"right verdict at a true {share:+.0%}" + (", pooled" if least else where)
    raw = {"trials": n, "right": hits, "verdicts": dict(collections.Counter(f"{o.kind} {o.reason}" for o in outcomes))}
    if n == 0:
        return Row(work, "not enough trials yet: none", to_reach, None, raw)
    measured = f"{hits} of {n} = {hits / n:.0%}, 95 % lower bound {exact_lower(hits, n):.0%}"
    enough = least and n >= FEWEST_FOR_RATE
    return Row(work, measured + ("" if not least or enough else "; not enough trials yet"), to_reach,
               hits / n >= least if enough else None, raw)


def power_rows(outcomes):
    slower, better = (lambda o: o.claim == 1), (lambda o: o.claim == -1)
    yield power_row(("slower 1%", "known slower 1%"), 0.55, slower, outcomes)
    yield power_row(("slower 2%",), 0.82, slower, outcomes)
    yield power_row(("faster 2%", "known faster 2%"), 0.82, better, outcomes)
    for condition, right in (("slower 1%", slower), ("known slower 1%", slower), ("faster 2%", better),
                             ("known faster 2%", better)):
        yield power_row((condition,), None, right, outcomes)
    worked = [o for c in ("slower 1%", "slower 2%", "faster 2%", "known slower 1%", "known faster 2%") for o in outcomes[c]]
    wrong = lambda o: o.claim == (1 if "faster" in o.condition else -1)  # noqa: E731
    yield bounded_row("wrong sign at +1 %, +2 % and -2 %", worked, wrong, 0.01, None, 0)


def same_rows(outcomes):
    copies = outcomes["copy"]
    slowest = max((o.seconds for o in copies), default=0)
    right = sum(o.kind == "SAME" for o in copies)
    yield Row("byte copies are SAME", f"{right} of {len(copies)}, the slowest in {slowest:.2f} s" if copies else
              "not enough trials yet: none", "all, each under 1 s",
              right == len(copies) and slowest < 1 if len(copies) >= FEWEST_FOR_RATE else None,
              {"trials": len(copies), "same": right, "slowest_seconds": slowest})
    words = outcomes["data word"]
    fooled = sum(o.kind == "SAME" for o in words)
    yield Row("one word of .data differs: SAME", f"{fooled} of {len(words)}" if words else "not enough trials yet: none",
              "never", fooled == 0 if len(words) >= FEWEST_FOR_RATE else None, {"trials": len(words), "same": fooled})
    equal = [o for o in outcomes["known nothing"] if o.cluster == "base64" and o.kind != "SAME"]
    proven = sum(o.direction == "equal" for o in equal)
    layouts = collections.Counter(s["layouts"] for o in equal for s in o.judged["layout_stages"] if s["stage"] == "placement")
    enough = len(equal) >= FEWEST_FOR_RATE // 2
    yield Row("proven no change at a floor of 0.5 %, base64",
              f"{proven} of {len(equal)} timed, layouts {dict(layouts)}" if equal else "not enough trials yet: none", "90 %",
              proven / len(equal) >= 0.9 if enough else None, {"trials": len(equal), "proven": proven})


def placement_effect(record):
    """log(AFTER / BEFORE) of the mean over the placement layouts' medians: no test, no rule."""
    field = {name: i for i, name in enumerate(record["run_fields"])}
    values = collections.defaultdict(list)
    for run in record["runs"]:
        if run[field["stage"]] == "placement" and not run[field["repeated"]]:
            values[run[field["arm"]], run[field["layout"]]].append(math.log(run[field["value"]]))
    arms = collections.defaultdict(list)
    for (arm, _), logs in values.items():
        arms[arm].append(sample.median(logs))
    if len(arms) < 2:
        return None
    return sample.mean(arms["after"]) - sample.mean(arms["before"])


def flip_row(outcomes, truths):
    """`truths`: per flip the effects of the repeats, each over 64 fresh layouts a build."""
    right = wrong = settled = equal = silent = 0
    for outcome in outcomes["flip"]:
        effects = truths.get((outcome.subject, outcome.variant), [])
        if len(effects) < PLAN["flip_truth"]["repeats"]:
            continue
        mean = sample.mean(effects)
        # Student's t of four degrees of freedom, 99 %.
        error = 4.604 * sample.stdev(effects) / math.sqrt(len(effects))
        if abs(mean) - error < 0.005:
            equal += abs(mean) + error < 0.005
            continue
        settled += 1
        right += outcome.claim == math.copysign(1, mean)
        wrong += outcome.claim == -math.copysign(1, mean)
        silent += outcome.claim == 0
    n = len(outcomes["flip"])
    measured = (f"{right} of {settled} settled effects of 0.5 % or more called, {wrong} with the wrong sign, {silent} not called; "
                f"{equal} flips settled to be less, {n} tried") if n else "not enough trials yet: none"
    return Row("power for flipped compiler flags", measured, "printed", None,
               {"tried": n, "settled": settled, "right": right, "wrong": wrong, "proven_small": equal})


def soak_rows(soaks):
    for name, words, wanted in (("byte_an_operation", "soak finds a byte an operation", "LEAK"),
                                ("ten_kilobytes_a_minute", "soak finds 10 KB a minute", "LEAK"),
                                ("sawtooth", "soak calls a sawtooth no leak", "not LEAK")):
        mine = soaks.get(name, [])
        right = sum((v == "LEAK") == (wanted == "LEAK") for v in mine)
        yield Row(words, f"{right} of {len(mine)}" if mine else "not enough trials yet: none", "all of 20",
                  right == len(mine) if len(mine) >= 20 else None,
                  {"trials": len(mine), "verdicts": dict(collections.Counter(mine))})


def rows_of(outcomes, left_out, failed, truths, soaks):
    rows = [*null_rows(outcomes, left_out), *power_rows(outcomes), *same_rows(outcomes), flip_row(outcomes, truths),
            *soak_rows(soaks)]
    count = sum(map(len, outcomes.values()))
    changed = sum(o.changed for of in outcomes.values() for o in of)
    rows.append(Row("trials that ended without a verdict", f"{len(failed)} of {count + len(failed)}", "none",
                    not failed if count else None, {"failed": [f"{t.name}: {why}" for t, why in failed]}))
    rows.append(Row("verdicts that today's rules change", f"{changed} of {count}", "printed", None,
                    {"holdout": hash_of_all()}))
    return rows
