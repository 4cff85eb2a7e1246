"""From the end of the compiler to the answer: audit of one changed object of zstd with -g."""
import pathlib
import subprocess
import sys
import tempfile

from harness import ASMFORGE, ROOT, Contender, Row, side_by_side

sys.path.insert(0, str(ROOT / "tools"))
from debian_source import Unavailable, source  # noqa: E402

# The largest objects of the library, and one of middling size.
UNITS = ("compress/zstd_compress.c", "compress/zstd_lazy.c", "decompress/zstd_decompress_block.c",
         "compress/fse_compress.c")
LIMIT_MILLISECONDS = 300


def run():
    try:
        library = source("zstd") / "lib"
    except Unavailable as reason:
        return [Row("audit of a zstd object", f"not measured: {reason}", f"{LIMIT_MILLISECONDS} ms", False, {})]
    with tempfile.TemporaryDirectory(prefix="asmforge-bench-") as folder:
        contenders = []
        for unit in UNITS:
            for compiler in ("clang-19", "gcc"):
                built = pathlib.Path(folder) / f"{pathlib.Path(unit).stem}-{compiler}.o"
                subprocess.run([compiler, "-O3", "-g", "-I", library, "-c", library / unit, "-o", built], check=True)
                contenders.append(Contender(built.stem, [ASMFORGE, "audit", built]))
        outcome = side_by_side(contenders)
    slowest = max(outcome.values(), key=lambda o: o.median)
    return [Row("audit of one object of zstd with -g, slowest of " + str(len(contenders)),
                f"{slowest.median * 1000:.0f} ms ({slowest.name}), "
                f"{max(o.peak_megabytes for o in outcome.values()):.0f} MB",
                f"{LIMIT_MILLISECONDS} ms", slowest.median * 1000 <= LIMIT_MILLISECONDS,
                {o.name: {"seconds": o.seconds, "peak_megabytes": o.peak_megabytes} for o in outcome.values()})]
