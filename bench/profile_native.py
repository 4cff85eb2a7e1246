"""Native exact counts of programs that run for about a second, beside the programs themselves.

The copy of a program is made before it runs and costs what the program is large, not what
it does; it is timed apart, with a run that has nothing to do, and taken off both sides.
Processor time is what decides: it does not count the neighbours."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

from harness import ASMFORGE, ROOT, Contender, Row, side_by_side

sys.path.insert(0, str(ROOT / "tools"))
import debian_source  # noqa: E402

LIMIT = 2.0
ROUNDS = 3
RELOCATIONS = "-Wl,--emit-relocs"


def compile_all(command, output, sources, *flags):
    subprocess.run([*command, "-O2", "-g", RELOCATIONS, *flags, "-o", output, *sources, "-lm", "-lpthread"],
                   check=True, stderr=subprocess.DEVNULL)
    return output


def programs(folder):
    """Name, command, and a command of the same program that does next to nothing."""
    mixed = pathlib.Path(__file__).resolve().parent / "programs" / "mixed.c"
    source = {name: pathlib.Path(debian_source.source(name)) for name in ("zlib", "lz4", "zstd")}
    text, more, none = folder / "text", folder / "more", folder / "none"
    none.write_bytes(b"x")
    pieces = sorted((source["zstd"] / "lib").rglob("*.[ch]"))
    text.write_bytes(b"".join(piece.read_bytes() for piece in pieces) * 7)
    more.write_bytes(text.read_bytes() * 7)
    library = [source["zlib"] / f"{name}.c" for name in (
        "adler32", "crc32", "deflate", "inffast", "inflate", "inftrees", "trees", "zutil", "compress", "uncompr",
        "gzclose", "gzlib", "gzread", "gzwrite")]
    lz4, zstd = source["lz4"], source["zstd"]
    for compiler in ("gcc", "clang-19"):
        program = compile_all([compiler], folder / f"mixed-{compiler}", [mixed])
        yield f"mixed.c, {compiler}", [program, "220"], [program, "0"]
        program = compile_all([compiler], folder / f"minigzip-{compiler}",
                              [source["zlib"] / "test" / "minigzip.c", *library],
                              "-DHAVE_UNISTD_H", f"-I{source['zlib']}")
        yield f"zlib's minigzip, {compiler}", [program, "-c", text], [program, "-c", none]
        program = compile_all([compiler], folder / f"lz4-{compiler}",
                              [*(lz4 / "programs").glob("*.c"), *(lz4 / "lib").glob("*.c")], f"-I{lz4 / 'lib'}")
        yield f"lz4 -9, {compiler}", [program, "-9", "-c", text], [program, "-9", "-c", none]
    sources = [*(zstd / "programs").glob("*.c")]
    for part in ("common", "compress", "decompress", "dictBuilder"):
        sources += (zstd / "lib" / part).glob("*.c")
    program = compile_all(["clang-19"], folder / "zstd", sources, "-DZSTD_MULTITHREAD", "-DZSTD_DISABLE_ASM",
                          f"-I{zstd / 'lib'}", f"-I{zstd / 'lib' / 'common'}")
    yield ("zstd -6 with two threads, clang-19", [program, "-6", "-T2", "-q", "-c", more],
           [program, "-6", "-T2", "-q", "-c", none])


def row(name, outcome):
    def ratio(of):
        return ((of(outcome["counted"]) - of(outcome["idle counted"])) /
                (of(outcome["native"]) - of(outcome["idle"])))
    processor, wall = ratio(lambda one: one.cpu_median), ratio(lambda one: one.median)
    copy = outcome["idle counted"].median - outcome["idle"].median
    return Row(f"native exact counts of {name}",
               f"{processor:.2f} of its processor time ({outcome['native'].cpu_median:.2f} s; {wall:.2f} by the "
               f"clock); the copy is made in {copy:.2f} s", f"at most {LIMIT:.0f}", processor <= LIMIT,
               {"processor_ratio": processor, "wall_ratio": wall, "copy_seconds": copy,
                **{f"{key} processor seconds": one.cpu_seconds for key, one in outcome.items()}})


def run():
    if shutil.which("llvm-bolt-19") is None:
        return [Row("native exact counts", "llvm-bolt-19 is not installed", f"at most {LIMIT:.0f}", None, {})]
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        counting = [ASMFORGE, "profile", "--native", "-o", folder / "p", "--"]
        for what, work, idle in programs(folder):
            rows.append(row(what, side_by_side([
                Contender("native", work),
                Contender("counted", [*counting, *work]),
                Contender("idle", idle),
                Contender("idle counted", [*counting, *idle]),
            ], rounds=ROUNDS)))
    return rows
