"""The hold-out: what is built and tried, in which order, and a hash of all that decides it."""
import dataclasses
import functools
import hashlib
import pathlib
import random
import tomllib
import zlib

FOLDER = pathlib.Path(__file__).resolve().parent
PLAN = tomllib.loads((FOLDER / "holdout.toml").read_text())
EDITS = tuple(PLAN["edits"])


@functools.cache
def hash_of_all():
    """Over every file that decides what is tried; the code that judges is not among them."""
    digest = hashlib.sha256()
    files = [FOLDER / name for name in ("holdout.toml", "holdout.py", "edits.py", "builds.py", "kernel.h", "main.c", "count_calls.c", "data_word.c",
                                      "calibrate.py")]
    for folder in ("kernels", "programs", "known", "soaks"):
        files += (FOLDER / folder).glob("*.*")
    for path in sorted(files):
        digest.update(f"{path.relative_to(FOLDER)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def draw(*what):
    """Random numbers that depend on the plan's seed and on what they are for."""
    return random.Random(zlib.crc32("|".join(map(str, (PLAN["seed"], *what))).encode()))


@dataclasses.dataclass(frozen=True)
class Subject:
    """A program as one compiler builds it."""
    name: str
    compiler: str
    kind: str  # kernel, program or known

    @property
    def key(self):
        return f"{self.name}.{self.compiler}"


def subjects(kinds=("kernel", "program", "known")):
    names = [(pathlib.Path(name).stem, "kernel") for name in PLAN["kernels"]["names"]]
    names += [(program["name"], "program") for program in PLAN["program"]]
    names += [(pathlib.Path(name).stem, "known") for name in PLAN["known"]["names"]]
    return [Subject(name, compiler, kind) for name, kind in names if kind in kinds for compiler in PLAN["compilers"]]


def flips():
    """(subject, flags of AFTER), each flag once, on kernels drawn without replacement."""
    chosen = []
    for compiler, flags in PLAN["flips"].items():
        kernels = [s for s in subjects(("kernel",)) if s.compiler == compiler]
        draw("flips", compiler).shuffle(kernels)
        chosen += list(zip(kernels, flags))
    return chosen


@dataclasses.dataclass(frozen=True)
class Trial:
    condition: str
    subject: str   # key
    variant: str   # which pair of the subject's
    budget: int
    seed: int

    @property
    def name(self):
        return f"{self.condition}-{self.subject}-{self.variant}-{self.seed}".replace(" ", "_").replace("%", "pc")


def variants_of(condition, count):
    """(subject key, variant) of the trials of a condition, in their order."""
    name = condition["name"]
    rng = draw("trials", name)
    if name == "flip":
        return [(subject.key, f"flip{i}") for i, (subject, _) in enumerate(flips())]
    if name == "data word":
        return [(f"data_word.{PLAN['compilers'][i % 2]}", f"word{i // 2}") for i in range(count)]
    kinds = ("known",) if name.startswith("known") else ("kernel", "program")
    everything = subjects(kinds)
    if name in ("edits", "noisy", "known nothing"):
        # One edit of each subject, then another of each: a part of the list has all subjects.
        rounds = [[(s.key, EDITS[(i + turn) % len(EDITS)]) for i, s in enumerate(everything)]
                  for turn in range(1 + count // len(everything))]
    else:
        variant = name.removeprefix("known ")
        rounds = [[(s.key, variant) for s in everything] for _ in range(1 + count // len(everything))]
    for part in rounds:
        rng.shuffle(part)
    chosen = [trial for part in rounds for trial in part][:count]
    if name == "copy":  # of a program of a hundred megabytes, too
        chosen[::16] = [("big.copy", "copy")] * len(chosen[::16])
    return chosen


def trials(conditions=None):
    """All trials in the order in which they are run: after any part of them, each condition
    has had about the same share of its own."""
    placed = []
    for number, condition in enumerate(PLAN["condition"]):
        if conditions and condition["name"] not in conditions:
            continue
        chosen = variants_of(condition, condition.get("trials", 0))
        for i, (subject, variant) in enumerate(chosen):
            seed = draw("seed", condition["name"], subject, variant, i).randrange(1, 1 << 31)
            placed.append(((i + 0.5) / len(chosen), number,
                           Trial(condition["name"], subject, variant, condition["budget"], seed)))
    return [trial for _, _, trial in sorted(placed, key=lambda p: p[:2])]
