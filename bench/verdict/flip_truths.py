"""What a flipped compiler flag really does, settled once: the mean over 320 layouts of each build,
from the placement runs of five comparisons whose verdicts are not looked at."""
import pathlib
import tempfile
import time

from . import pools
from .holdout import PLAN, Trial, draw, hash_of_all, variants_of
from .report import placement_effect
from .trials import whole_trial


def repeats():
    """One of each flip, then another of each."""
    flips = variants_of({"name": "flip"}, 0)
    return [Trial("flip truth", subject, variant, PLAN["flip_truth"]["budget"],
                  draw("flip truth", subject, variant, turn).randrange(1, 1 << 31))
            for turn in range(PLAN["flip_truth"]["repeats"]) for subject, variant in flips]


def placement_only(kept):
    """Without the runs that no truth comes from."""
    if "record" in kept:
        stage = kept["record"]["run_fields"].index("stage")
        kept["record"]["runs"] = [run for run in kept["record"]["runs"] if run[stage] == "placement"]
    return kept


def run_part(minutes):
    end = time.monotonic() + 60 * minutes
    left = [trial for trial in repeats() if not pools.path_of(trial).exists()]
    print(f"hold-out {hash_of_all()}: {len(left)} of {len(repeats())} truths to measure", flush=True)
    for trial in left:
        if time.monotonic() + 1.4 * trial.budget + 5 > end:
            break
        with tempfile.TemporaryDirectory(prefix="asmforge-verdict-") as folder:
            kept = placement_only(whole_trial(trial, pathlib.Path(folder)))
        pools.write(pools.path_of(trial), kept)
        print(f"  {trial.subject}, {trial.variant}: {kept.get('left_out') or kept.get('error') or 'measured'}, "
              f"{kept.get('seconds', 0):.1f} s", flush=True)


def truths():
    """(subject, variant) -> the effect in each repeat."""
    found = {}
    for trial in repeats():
        path = pools.path_of(trial)
        if not path.exists():
            continue
        kept = pools.read(path)
        if "record" not in kept:
            continue
        # Builds that are the same have no layouts and no difference.
        same = kept["verdict"][0] == "SAME"
        effect = 0.0 if same else placement_effect(kept["record"])
        if effect is not None:
            found.setdefault((trial.subject, trial.variant), []).append(effect)
    return found
