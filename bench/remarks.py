"""Reading remarks of -fsave-optimization-record: hundreds of megabytes of them, beside LLVM's own parser."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

from harness import ASMFORGE, ROOT, Contender, Row, side_by_side

sys.path.insert(0, str(ROOT / "tools"))
from debian_source import Unavailable, source  # noqa: E402

BYTES = 400_000_000
UNITS = ("compress/zstd_compress.c", "compress/zstd_lazy.c", "compress/zstd_opt.c", "decompress/zstd_decompress_block.c")
LEAST_MEGABYTES_PER_SECOND = 100
MOST_MEGABYTES = 64  # that the size of the file may add
ROUNDS = 3


def remarks_of_zstd(library, folder):
    """What clang says of some files at -O2, and the object of one with -g, in which findings are."""
    said = b""
    for unit in UNITS:
        built = folder / f"{pathlib.Path(unit).stem}.o"
        subprocess.run(["clang-19", "-O2", "-g", "-fsave-optimization-record", "-I", library, "-c", library / unit, "-o", built],
                       check=True)
        said += built.with_suffix(".opt.yaml").read_bytes()
    return said, folder / f"{pathlib.Path(UNITS[1]).stem}.o"


def run():
    try:
        library = source("zstd") / "lib"
    except Unavailable as reason:
        return [Row("remarks of zstd", f"not measured: {reason}", f"{LEAST_MEGABYTES_PER_SECOND} MB/s", False, {})]
    with tempfile.TemporaryDirectory(prefix="asmforge-bench-") as name:
        folder = pathlib.Path(name)
        said, built = remarks_of_zstd(library, folder)
        small, large = folder / "small.yaml", folder / "large.yaml"
        small.write_bytes(said)
        copies = BYTES // len(said) + 1
        with open(large, "wb") as out:
            for _ in range(copies):
                out.write(said)
        megabytes = large.stat().st_size / 1e6
        count = ["llvm-remarkutil-19", "count", "--parser=yaml", "--count-by=remark-name", "--group-by=total"]
        outcome = side_by_side([
            Contender("none", [ASMFORGE, "audit", built]),
            Contender("small", [ASMFORGE, "audit", built, "--remarks", small]),
            Contender("large", [ASMFORGE, "audit", built, "--remarks", large]),
            Contender("llvm-remarkutil", [*count, large, "-o", folder / "counted"]),
            *([Contender("llvm-opt-report", ["llvm-opt-report-19", large, "-o", folder / "report"])]
              if shutil.which("llvm-opt-report-19") else []),
        ], rounds=ROUNDS)
    # Processor time: each of them runs on one thread, and waits for nothing but the disk.
    reading = outcome["large"].cpu_median - outcome["none"].cpu_median
    speed = megabytes / reading
    peers = {peer: megabytes / outcome[peer].cpu_median for peer in ("llvm-remarkutil", "llvm-opt-report") if peer in outcome}
    beside = ", ".join(f"{peer} {rate:.0f} MB/s" for peer, rate in peers.items())
    added = outcome["large"].peak_megabytes - outcome["small"].peak_megabytes
    raw = {name: {"seconds": o.seconds, "cpu_seconds": o.cpu_seconds, "peak_megabytes": o.peak_megabytes}
           for name, o in outcome.items()}
    return [
        Row(f"audit --remarks: {megabytes:.0f} MB read, each remark looked at",
            f"{speed:.0f} MB/s of processor time ({reading:.2f} s); {beside}", f"{LEAST_MEGABYTES_PER_SECOND} MB/s, and faster than they",
            speed >= LEAST_MEGABYTES_PER_SECOND and speed > max(peers.values()), {"megabytes": megabytes, **raw}),
        Row(f"memory: {megabytes:.0f} MB of remarks against {len(said) / 1e6:.0f} MB",
            f"{added:.1f} MB more ({outcome['large'].peak_megabytes:.0f} MB); "
            + ", ".join(f"{peer} {outcome[peer].peak_megabytes:.0f} MB" for peer in peers),
            f"{MOST_MEGABYTES} MB more", added <= MOST_MEGABYTES, {}),
    ]
