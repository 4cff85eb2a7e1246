"""Native exact counts of programs that run for about a second, beside the programs themselves.

The copy of a program is made before it runs and costs what the program is large, not what
it does; it is timed apart, with a run that has nothing to do, and taken off both sides."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

from harness import ASMFORGE, ROOT, Contender, Row, side_by_side

sys.path.insert(0, str(ROOT / "tools"))
import debian_source  # noqa: E402

LIMIT = 2.0
ROUNDS = 5
RELOCATIONS = "-Wl,--emit-relocs"


def compile_all(command, output, sources, *flags):
    subprocess.run([*command, "-O2", "-g", RELOCATIONS, *flags, "-o", output, *sources, "-lm", "-lpthread"],
                   check=True, stderr=subprocess.DEVNULL)
    return output


def programs(folder):
    """Name, command, and a command of the same program that does next to nothing."""
    mixed = pathlib.Path(__file__).resolve().parent / "programs" / "mixed.c"
    source = {name: pathlib.Path(debian_source.source(name)) for name in ("zlib", "lz4", "zstd")}
    text, large, none = folder / "text", folder / "large", folder / "none"
    none.write_bytes(b"x")
    pieces = sorted((source["zstd"] / "lib").rglob("*.[ch]"))
    text.write_bytes(b"".join(piece.read_bytes() for piece in pieces) * 3)
    large.write_bytes(text.read_bytes() * 6)
    for compiler in (["gcc"], ["clang-19"]):
        tag = compiler[0].split("-")[0]
        program = compile_all(compiler, folder / f"mixed-{tag}", [mixed])
        yield f"mixed.c, {tag}", [program, "220"], [program, "0"]
        library = [source["zlib"] / f"{name}.c" for name in (
            "adler32", "crc32", "deflate", "inffast", "inflate", "inftrees", "trees", "zutil", "compress", "uncompr",
            "gzclose", "gzlib", "gzread", "gzwrite")]
        program = compile_all(compiler, folder / f"minigzip-{tag}", [source["zlib"] / "test" / "minigzip.c", *library],
                              "-DHAVE_UNISTD_H", f"-I{source['zlib']}")
        yield f"zlib's minigzip, {tag}", [program, "-c", text], [program, "-c", none]
        lz4 = source["lz4"]
        program = compile_all(compiler, folder / f"lz4-{tag}",
                              [*(lz4 / "programs").glob("*.c"), *(lz4 / "lib").glob("*.c")], f"-I{lz4 / 'lib'}")
        yield f"lz4 -9, {tag}", [program, "-9", "-c", large], [program, "-9", "-c", none]
        zstd = source["zstd"]
        sources = [*(zstd / "programs").glob("*.c")]
        for part in ("common", "compress", "decompress", "dictBuilder"):
            sources += (zstd / "lib" / part).glob("*.c")
        program = compile_all(compiler, folder / f"zstd-{tag}", sources, "-DZSTD_MULTITHREAD", "-DZSTD_DISABLE_ASM",
                              f"-I{zstd / 'lib'}", f"-I{zstd / 'lib' / 'common'}")
        yield f"zstd -6, two threads, {tag}", [program, "-6", "-T2", "-q", "-c", large], [program, "-6", "-T2", "-q", "-c", none]


def row(name, outcome):
    idle, idle_counted = outcome["idle"].median, outcome["idle counted"].median
    native, counted = outcome["native"].median - idle, outcome["counted"].median - idle_counted
    processor = ((outcome["counted"].cpu_median - outcome["idle counted"].cpu_median) /
                 (outcome["native"].cpu_median - outcome["idle"].cpu_median))
    return Row(f"native exact counts of {name}",
               f"{counted / native:.2f} of its time ({counted:.2f} s : {native:.2f} s; of processor time "
               f"{processor:.2f}); the copy is made in {idle_counted - idle:.2f} s",
               f"at most {LIMIT:.0f}", counted / native <= LIMIT,
               {"ratio": counted / native, "processor_ratio": processor, "copy_seconds": idle_counted - idle,
                **{f"{key} seconds": one.seconds for key, one in outcome.items()}})


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
