"""Speed and memory on libLLVM.so.19.1 (129 MB, 14.1 M instructions), beside llvm-objdump."""
import pathlib
import subprocess

from harness import ASMFORGE, Contender, Row, side_by_side

OBJDUMP = "llvm-objdump-19"
LIBRARY = pathlib.Path("/usr/lib/x86_64-linux-gnu/libLLVM.so.19.1")
# A function with loops and calls, in the middle of the library.
SYMBOL = "_ZN4llvm9MCContext16createTempSymbolEv"


def address_of(symbol):
    lines = subprocess.run(["llvm-nm-19", "-D", "--defined-only", LIBRARY], capture_output=True, text=True,
                           check=True).stdout.splitlines()
    return next("0x" + line.split()[0].lstrip("0") for line in lines if line.split()[-1].split("@")[0] == symbol)


def whole_library():
    outcome = side_by_side([
        Contender("objdump", [OBJDUMP, "-d", LIBRARY]),
        Contender("list", [ASMFORGE, "list", LIBRARY]),
        Contender("audit", [ASMFORGE, "audit", LIBRARY]),
    ])
    rows = []
    for verb, share, megabytes in (("list", 0.2, 300), ("audit", 0.5, 600)):
        ratio = outcome[verb].median / outcome["objdump"].median
        peak = outcome[verb].peak_megabytes
        rows.append(Row(
            f"{verb} of the library against {OBJDUMP} -d",
            f"{ratio:.3f} of its time ({outcome[verb].median:.2f} s : {outcome['objdump'].median:.2f} s), {peak:.0f} MB",
            f"{share} of its time, {megabytes} MB", ratio <= share and peak <= megabytes,
            {"ratio": ratio, "peak_megabytes": peak, "seconds": outcome[verb].seconds,
             "objdump_seconds": outcome["objdump"].seconds}))
    return rows


def one_function():
    outcome = side_by_side([
        Contender("objdump", [OBJDUMP, "-d", f"--disassemble-symbols={SYMBOL}", LIBRARY]),
        Contender("exact", [ASMFORGE, "show", LIBRARY, SYMBOL]),
        Contender("address", [ASMFORGE, "show", LIBRARY, address_of(SYMBOL)]),
        Contender("part", [ASMFORGE, "show", LIBRARY, "MCContext::createTempSymbol()"]),
    ])
    rows = []
    for name, limit in (("exact", 60), ("address", 60), ("part", 400)):
        milliseconds = outcome[name].median * 1000
        rows.append(Row(
            f"show of one function, by {'part of its demangled name' if name == 'part' else name}",
            f"{milliseconds:.0f} ms (objdump {outcome['objdump'].median * 1000:.0f} ms), "
            f"{outcome[name].peak_megabytes:.0f} MB",
            f"{limit} ms", milliseconds <= limit,
            {"seconds": outcome[name].seconds, "objdump_seconds": outcome["objdump"].seconds,
             "peak_megabytes": outcome[name].peak_megabytes}))
    return rows


def run():
    return whole_library() + one_function()
