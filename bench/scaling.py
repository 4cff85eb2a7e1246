"""Time per instruction from 0.1 to 20 million instructions of the same code."""
import pathlib
import re
import shutil
import subprocess
import tempfile

from harness import ASMFORGE, Contender, Row, side_by_side

# One unit is all of zstd's static library; the larger files hold it many times
# over under other names, so that only the size differs.
ARCHIVE = pathlib.Path("/usr/lib/x86_64-linux-gnu/libzstd.a")
COPIES = (1, 4, 16, 64, 126)
# The machine is now fast and now slow, by as much as half, for seconds. A long run has the
# mean of that, and the median of short ones either: so short ones run often enough to
# have a mean as well.
UNITS_A_ROUND = 32


def program_of(copies, folder):
    unit = folder / "unit.o"
    if not unit.exists():
        subprocess.run(["ld", "-r", "--whole-archive", ARCHIVE, "-o", unit], check=True)
    objects = []
    for copy in range(copies):
        path = folder / f"copy{copy}.o"
        if not path.exists():
            subprocess.run(["objcopy", f"--prefix-symbols=copy{copy}_", unit, path], check=True)
        objects.append(path)
    program = folder / f"program{copies}"
    subprocess.run(["ld.lld-19", "-static", "--unresolved-symbols=ignore-all", "-e", "0", "-o", program, *objects],
                   check=True)
    return program


def smallest_program(folder):
    path = folder / "smallest"
    if not path.exists():
        source = folder / "smallest.s"
        source.write_text(".globl _start\n.type _start, @function\n_start: ret\n.size _start, 1\n")
        subprocess.run(["clang-19", "-nostdlib", "-static", "-fuse-ld=lld", source, "-o", path], check=True)
    return path


def instructions_of(program):
    text = subprocess.run([ASMFORGE, "list", program, "--limit", "1"], capture_output=True, text=True,
                          check=True).stdout
    return int(re.search(r"^total .*?([\d,]+) instructions", text, re.MULTILINE).group(1).replace(",", ""))


def run():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="asmforge-scaling-"))
    try:
        programs = {copies: program_of(copies, folder) for copies in COPIES}
        counts = {copies: instructions_of(program) for copies, program in programs.items()}
        rows = []
        # Starting the program costs the same for every file; it is measured in the same
        # rounds, on a program of one instruction, and printed. On one core, time and
        # processor time say whether the work grows as the file does; on all cores the
        # time has in it what starting the others costs, which a file of 50 ms feels and
        # one of 5 s does not.
        clocks = (("processor time", "", lambda o: o.cpu_median),
                  ("time on one core", "one core ", lambda o: o.median),
                  ("time on all cores", "", lambda o: o.median))
        for verb in ("list", "audit"):
            files = [("start", smallest_program(folder), UNITS_A_ROUND)]
            files += [(str(c), programs[c], max(1, UNITS_A_ROUND // c)) for c in COPIES]
            outcome = side_by_side(
                [Contender(name, [ASMFORGE, verb, file], times=times) for name, file, times in files] +
                [Contender(f"one core {name}", ["taskset", "-c", "0", ASMFORGE, verb, file], times=times)
                 for name, file, times in files])
            for clock, kind, median in clocks:
                start = median(outcome[f"{kind}start"])
                each = {c: (median(outcome[f"{kind}{c}"]) - start) / counts[c] * 1e9 for c in COPIES}
                spread = max(each.values()) / min(each.values()) - 1
                rows.append(Row(
                    f"{verb}: nanoseconds of {clock} per instruction",
                    ", ".join(f"{counts[c] / 1e6:.2f} M: {each[c]:.0f}" for c in COPIES) + f"; spread {spread:.0%}; "
                    f"start {start * 1000:.0f} ms",
                    "within 15 %", spread <= 0.15,
                    {"start_seconds": start, "nanoseconds_per_instruction": each, "instructions": counts,
                     "peak_megabytes": {c: outcome[f"{kind}{c}"].peak_megabytes for c in COPIES}}))
        return rows
    finally:
        shutil.rmtree(folder)
