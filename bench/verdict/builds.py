"""Makes the builds that are compared, each captured, and what is known of them without timing
them against each other: that an edit is a no-op, and how much work was injected."""
import dataclasses
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

from . import calibrate, edits
from .edits import Assembly, Unavailable
from .holdout import EDITS, FOLDER, PLAN, draw, flips, hash_of_all

ROOT = FOLDER.parent.parent
ASMFORGE = ROOT / "build" / "asmforge"
sys.path.insert(0, str(ROOT / "tools"))
import debian_source  # noqa: E402

CALLS_TO_WORK_IN = 100  # a run; between these the injected work rests
CALLS_AT_MOST = 20000
COLD_PLACES_TRIED = 12
ATTEMPTS = 3  # at an edit that turns out to be none
COUNTED_PASSES = 16  # enough that one instruction more a pass is seen


def home():
    cache = pathlib.Path(os.environ.get("ASMFORGE_CACHE", pathlib.Path.home() / ".cache" / "asmforge"))
    return cache / "verdict" / hash_of_all()


class NotANoOp(Exception):
    """The edit changed what is executed."""


def run(command, **more):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{shlex.join(map(str, command))}: {(done.stderr or done.stdout).strip()[-800:]}")
    return done.stdout


@dataclasses.dataclass
class Recipe:
    """How one subject is compiled."""
    hot: pathlib.Path
    function: str
    inject: str
    main: list       # sources of the driver
    others: list     # sources of the rest
    flags: list
    libraries: list

    @staticmethod
    def of(subject, folder):
        if subject.kind != "program":
            places = {"kernel": "kernels", "known": "known"}
            hot = next((FOLDER / places[subject.kind]).glob(f"{subject.name}.*"))
            libraries = ["-lstdc++"] if hot.suffix == ".cc" else []
            return Recipe(hot, "hot", "hot", [FOLDER / "main.c"], [], ["-I", FOLDER], libraries)
        spec = next(p for p in PLAN["program"] if p["name"] == subject.name)
        source = debian_source.source(spec["package"])
        configured = folder / "configured"
        configured.mkdir(exist_ok=True)
        for name, text in spec.get("configured", {}).items():
            (configured / name).write_text(text)
        hot = source / spec["hot"]
        others = [path for pattern in spec["sources"] for path in sorted(source.glob(pattern)) if path != hot]
        flags = ["-w", "-I", configured, "-I", FOLDER / "programs"] + spec.get("flags", [])
        flags += [part for name in spec["include"] for part in ("-I", source / name)]
        return Recipe(hot, spec["function"], spec.get("inject", spec["function"]),
                      [FOLDER / "programs" / f"{subject.name}.c"], others, flags, spec.get("libraries", []))


class Workshop:
    """One subject's folder: what does not change, and its arms by name."""

    def __init__(self, subject):
        self.subject = subject
        self.folder = home() / "subjects" / subject.key
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "rest").mkdir(parents=True)
        self.work = self.folder / "work"
        self.work.mkdir()
        self.recipe = Recipe.of(subject, self.folder)
        self.rest = [self.compile(path, self.folder / "rest" / f"{i}-{path.stem}.o", ["-c"])
                     for i, path in enumerate(self.recipe.main + self.recipe.others)]
        self.base = self.assembly([])

    def compile(self, source, output, more):
        compiler = self.subject.compiler
        language = ["-x", "c++"] if source.suffix == ".cc" else []
        run([compiler, *PLAN["flags"], *self.recipe.flags, *more, *language, source, "-o", output])
        return output

    def assembly(self, flags):
        """The compiler's text of the hot file."""
        path = self.folder / "hot.s"
        # An address-significance table is for LLVM's assembler alone.
        own = ["-fno-addrsig"] if self.subject.compiler.startswith("clang") else []
        self.compile(self.recipe.hot, path, ["-S", *own, *flags])
        return path.read_text()

    def link_command(self, objects, output):
        return [self.subject.compiler, *objects, *self.recipe.libraries, "-o", output]

    def try_out(self, text, more=()):
        """A program of this text, uncaptured; None when it cannot be assembled."""
        path = self.work / "tried.s"
        path.write_text(text)
        try:
            run(["as", "-o", self.work / "tried.o", path])
            run(self.link_command([*self.rest, self.work / "tried.o", *more], self.work / "tried"))
        except RuntimeError as why:
            raise Unavailable(str(why)) from why
        return self.work / "tried"

    def make(self, name, text, order=None):
        """Captures a build; all are built at one path, as two commits would be."""
        (self.work / "hot.s").write_text(text)
        objects = order(self.rest, self.work / "hot.o") if order else [*self.rest, self.work / "hot.o"]
        script = f"as -o hot.o hot.s && {shlex.join(map(str, self.link_command(objects, self.work / 'prog')))}"
        run([ASMFORGE, "capture", "-o", self.folder / f"{name}.cap", "--", "sh", "-c", script], cwd=self.work)
        shutil.copy2(self.work / "prog", self.folder / name)

    def output(self, program, passes=1):
        """What it prints, or None when it dies."""
        try:
            done = subprocess.run([program, str(passes)], capture_output=True, check=False, timeout=20)
        except subprocess.TimeoutExpired:
            return None
        return done.stdout if done.returncode == 0 else None


def never_run(shop, assembly, passes, right, rng):
    """Segments of the hot function in which a trap is never met."""
    candidates = assembly.segments()
    rng.shuffle(candidates)
    cold = []
    for segment in candidates[:COLD_PLACES_TRIED]:
        try:
            trapped = shop.try_out(edits.trap_at(assembly, segment))
        except Unavailable:
            continue
        if shop.output(trapped, passes) == right:
            cold.append(segment)
    return sorted(cold)


def edited(assembly, edit, cold, rng, attempt):
    # Alignment within the function may turn a shift into executed no-operations; whole
    # multiples of what it aligns to shift nothing against it.
    count = rng.randrange(1, 60) if attempt + 1 < ATTEMPTS else 16 * rng.randrange(1, 4)
    if edit == "entry":
        return edits.entry(assembly, count), f"{count} bytes"
    if edit == "rename":
        return edits.rename(assembly, f"_{rng.randrange(100, 1000)}"), "renamed"
    if not cold:
        raise Unavailable("every block tried runs")
    if edit == "cold":
        return edits.cold(assembly, rng.choice(cold), count), f"{count} bytes"
    pairs = edits.movable_pairs(assembly, cold)
    if not pairs:
        raise Unavailable("no two blocks that never run can change places")
    return edits.swap(assembly, *rng.choice(pairs)), "swapped"


def with_work(shop, share, facts, cold, rng):
    """The base with work of `share` of its time added, and a cold block grown besides, if there is one."""
    calls = facts["inject_calls"]
    if not 0 < calls <= CALLS_AT_MOST:
        raise Unavailable(f"{shop.recipe.inject} is called {calls} times: counting the calls would be work too")
    every = max(1, calls // CALLS_TO_WORK_IN)
    turns = round(share * facts["seconds"] / (calls // every) / facts["seconds_of_turn"])
    if turns < 50:
        raise Unavailable(f"{turns} turns a call are too few to be exact")
    base = Assembly(shop.base, shop.recipe.function)
    grown = edits.cold(base, rng.choice(cold), rng.randrange(1, 60)) if cold else shop.base
    text = edits.inject(Assembly(grown, shop.recipe.inject), turns, every)
    true = turns * (calls // every) * facts["seconds_of_turn"] / facts["seconds"]
    return text, {"turns": turns, "every": every, "true_share": true,
                  "added_instructions": turns * (calls // every) * 4}


def file_name(variant):
    return variant.replace(" ", "_").replace("%", "pc")


def relinked(rest, hot):
    """Another order of the same objects."""
    return [*reversed(rest), hot] if len(rest) > 1 else [hot, *rest]


def prepare_subject(subject):
    shop = Workshop(subject)
    shop.make("before", shop.base)
    before = shop.folder / "before"
    kind = "programs" if subject.kind == "program" else "known" if subject.kind == "known" else "kernels"
    facts = calibrate.timing(before, PLAN[kind]["milliseconds"] / 1000)
    passes, right = facts["passes"], shop.output(before, facts["passes"])
    facts["seconds_of_turn"] = calibrate.seconds_of_turn(shop.work / "turn")
    try:
        facts["inject_calls"] = calibrate.calls(shop, passes)
    except Unavailable:  # inlined by this compiler
        facts["inject_calls"] = 0
    facts["variants"] = {}
    assembly = Assembly(shop.base, shop.recipe.function)
    cold = never_run(shop, assembly, passes, right, draw("cold", subject.key))

    def keep(name, text, detail, no_op, order=None):
        shop.make(file_name(name), text, order)
        built = shop.folder / file_name(name)
        if shop.output(built, passes) != right:
            raise Unavailable("it prints something else")
        executed = calibrate.executed(before, built, max(1, min(COUNTED_PASSES, passes // 16)), shop.work) if no_op else None
        if no_op and executed and executed[0] != executed[1]:
            raise NotANoOp(f"executes {executed[1]} instead of {executed[0]} instructions")
        facts["variants"][name] = {"detail": detail, "instructions": executed}

    def attempt_edit(edit):
        rng = draw("edit", subject.key, edit)
        for attempt in range(ATTEMPTS):
            try:
                return keep(edit, *edited(assembly, edit, cold, rng, attempt), True)
            except NotANoOp as why:
                if attempt + 1 == ATTEMPTS:
                    raise Unavailable(str(why)) from why

    def attempt_work(name, share):
        keep(name, *with_work(shop, share, facts, cold, draw("work", subject.key, name)), False)

    jobs = [(edit, attempt_edit, (edit,)) for edit in EDITS]
    jobs += [(name, attempt_work, (name, share)) for name, share in (("slower 1%", 0.01), ("slower 2%", 0.02))]
    jobs += [(f"flip{i}", lambda name, f: keep(name, shop.assembly(shlex.split(f)), f, False), (f"flip{i}", flags))
             for i, (of, flags) in enumerate(flips()) if of == subject]
    for name, job, arguments in jobs:
        try:
            job(*arguments)
        except (Unavailable, RuntimeError) as why:
            facts["variants"][name] = {"unavailable": str(why)}
    keep("relink", shop.base, "the objects in another order", False, relinked)
    shutil.rmtree(shop.work)
    (shop.folder / "facts.json").write_text(json.dumps(facts, indent=1))
    return subject.key
