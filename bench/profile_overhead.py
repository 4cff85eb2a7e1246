"""Counting every instruction of a program, beside the program itself and plain QEMU."""
import pathlib
import subprocess
import tempfile

from harness import ASMFORGE, Contender, Row, side_by_side

SOURCE = pathlib.Path(__file__).resolve().parent / "programs" / "mixed.c"
ROUNDS_OF_WORK = "250"  # about a second
LIMIT = 10.0


def run():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        program = folder / "mixed"
        subprocess.run(["clang-19", "-O2", "-o", program, SOURCE, "-lm"], check=True)
        work = [program, ROUNDS_OF_WORK]
        outcome = side_by_side([
            Contender("native", work),
            Contender("qemu alone", ["qemu-x86_64", "-cpu", "max", *work]),
            Contender("counted", [ASMFORGE, "profile", "-o", folder / "p", "--", *work]),
            Contender("sampled", [ASMFORGE, "profile", "--sample", "-o", folder / "q", "--", *work]),
        ], rounds=5)
    native = outcome["native"].median
    ratio = {name: outcome[name].median / native for name in outcome}
    return [
        Row("exact counts against the program itself",
            f"{ratio['counted']:.2f} of its time ({outcome['counted'].median:.2f} s : {native:.2f} s; "
            f"QEMU without counting {ratio['qemu alone']:.2f})",
            f"at most {LIMIT:.0f}", ratio["counted"] <= LIMIT,
            {"ratio": ratio["counted"], "qemu_alone": ratio["qemu alone"], "seconds": outcome["counted"].seconds,
             "native_seconds": outcome["native"].seconds}),
        Row("native samples against the program itself", f"{ratio['sampled']:.2f} of its time", "nothing is asked",
            None, {"ratio": ratio["sampled"], "seconds": outcome["sampled"].seconds}),
    ]
