#!/usr/bin/env python3
"""Our loops, their vector width and their spills against what clang says of the same code.

zlib and zstd are compiled here to assembly, in which clang marks each header of its
own machine loops ("# =>This Inner Loop Header: Depth=2"). The labels of blocks are
kept as symbols, so that the header of each loop has an address. The remarks of the
vectoriser say which loops it made vector loops of; its comments ("# 8-byte Spill") say which
values did not fit into registers.

    compiler_loops_test.py --build BUILD [--limit FILES]

Sources come from Debian's archive (tools/debian_source.py) and are kept outside the
tree; when the archive cannot be reached the test fails and says so.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import debian_source  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--build", required=True, type=pathlib.Path)
parser.add_argument("--limit", type=int, default=0)
parser.add_argument("--flags", default="-O3")
options = parser.parse_args()
FACTS = options.build / "tests" / "graph_facts"
LABEL = re.compile(r"^\.?L?(BB\d+_\d+):|^# %bb\.(\d+):")
FUNCTION = re.compile(r"^(?P<name>[\w.$]+):\s+# @")
HEADER = re.compile(r"=>\s*This (?:Inner )?Loop Header: Depth=(\d+)")
IN_LOOP = re.compile(r"in Loop: Header=(BB\d+_\d+) Depth=(\d+)")
LOC = re.compile(r"^\s+\.loc\s+(\d+)\s+(\d+)\s+(\d+)")
FILE = re.compile(r'^\s+\.file\s+(\d+)\s+(?:"([^"]*)"\s+)?"([^"]*)"')
PACKED = re.compile(r"^\s+v?(p[a-z]+|[a-z]+p[sd]|[a-z]*shuf[a-z]*|unpck[a-z]+|punpck[a-z]+|cvt[a-z0-9]+)\s.*%([xyz])mm")
COPIES = re.compile(r"^\s+v?mov(?:[ua]p[sd]|dq[ua]|[hl]p[sd]|q|d)\w*\s.*%[xyz]mm")
# A value that did not fit: where it waits. What is folded into another instruction is both for a
# memory destination: incl 4(%rsp).
SPILLED = re.compile(r"(-?\d*\(%r[sb]p\))(?:, %\S+)?\s+# \d+-byte (Folded )?(Spill|Reload)")
VECTOR_SPILLED = re.compile(r"%[xyz]mm")
CHECKS = ("loop-spill", "vector-spill")
KERNELS = 120
BITS = {"x": 128, "y": 256, "z": 512}


class Loop:
    def __init__(self, function, label, depth):
        self.function, self.label, self.depth = function, label, depth
        self.places = set()  # (file, line, column) of its own blocks
        self.bits = 0        # of the widest register that packed arithmetic names
        self.copies = False  # through vector registers
        self.calls = False
        self.spilled = {check: (set(), set()) for check in CHECKS}  # slots that are stored, and loaded

    def spills(self, check):
        stored, loaded = self.spilled[check]
        return stored & loaded

    def note_spill(self, line):
        if not (match := SPILLED.search(line)):
            return
        stored, loaded = self.spilled[CHECKS[VECTOR_SPILLED.search(line) is not None]]
        if match[3] == "Spill":
            stored.add(match[1])
        if match[3] == "Reload" or match[2]:
            loaded.add(match[1])


def run(command, **more):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, errors="replace",
                          check=False, timeout=600, **more)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.stderr[-2000:]}")
    return done.stdout


def sources():
    zlib, zstd = debian_source.source("zlib"), debian_source.source("zstd")
    for path in sorted(zlib.glob("*.c")):
        yield path, ["-I", zlib, "-DHAVE_UNISTD_H", "-w"]
    for folder in ("common", "compress", "decompress", "dictBuilder"):
        for path in sorted((zstd / "lib" / folder).glob("*.c")):
            yield path, ["-I", zstd / "lib", "-I", zstd / "lib" / "common", "-DZSTD_DISABLE_ASM", "-w"]


KERNEL = """{result} kernel{number}(const {type} *in, size_t n) {{
  {type} {values};
  for (size_t i = 0; i < n; i++) {{
    const {type} x = in[i];
    {body}
  }}
  return {sum};
}}
"""


def kernels(folder):
    """Loops of 6 to 28 values that all live through an iteration: some fit into registers, some do not."""
    draw = random.Random(20261127)
    text = "#include <stddef.h>\n#include <stdint.h>\ntypedef float vec __attribute__((vector_size(16)));\n"
    for number in range(KERNELS):
        kind = draw.choice(("uint64_t", "double", "vec"))
        count = draw.randint(6, 28)
        update = "v{0} = (v{0} ^ x) + (v{1} >> {2});" if kind == "uint64_t" else "v{0} = v{0} * x + v{1};"
        text += KERNEL.format(
            result=kind, number=number, type=kind, values=", ".join(f"v{k} = in[{k}]" for k in range(count)),
            body="\n    ".join(update.format(k, draw.randrange(count), draw.randint(1, 9)) for k in range(count)),
            sum=" + ".join(f"v{k}" for k in range(count)))
    path = folder / "kernels.c"
    path.write_text(text)
    return path, ["-w", "-fno-vectorize", "-fno-slp-vectorize", "-fno-unroll-loops"]


def read_headers(text):
    """Clang's loops, by function and label. Blocks of a loop may stand before its header."""
    loops, function, block = {}, None, None
    for line in text.splitlines():
        if match := FUNCTION.match(line):
            function = match["name"]
        elif match := LABEL.match(line):
            block = match[1]
        if match := HEADER.search(line):
            loops[function, block] = Loop(function, block, int(match[1]))
    return loops


def read_assembly(text):
    """Clang's loops with the source places in their own blocks, and all functions."""
    loops, functions, files = read_headers(text), set(), {}
    function = block = header = None
    for line in text.splitlines():
        if match := FILE.match(line):
            files[match[1]] = os.path.basename(match[3])
        elif match := FUNCTION.match(line):
            function, header = match["name"], None
            functions.add(function)
        elif match := LABEL.match(line):
            block, header = match[1], None
        if match := HEADER.search(line):
            header = (function, block)
        elif match := IN_LOOP.search(line):
            header = (function, match[1])
        if header not in loops:
            continue
        if match := PACKED.match(line):
            loops[header].bits = max(loops[header].bits, BITS[match[2]])
        loops[header].copies |= COPIES.match(line) is not None
        loops[header].calls |= line.startswith("\tcall")
        loops[header].note_spill(line)
        if match := LOC.match(line):
            loops[header].places.add((files.get(match[1]), int(match[2]), int(match[3])))
    return loops, functions


def addresses(path):
    """Symbol -> address within its section."""
    table = {}
    for line in run(["llvm-nm-19", path]).splitlines():
        fields = line.split()
        if len(fields) == 3:
            table[fields[2]] = int(fields[0], 16)
    return table


def our_loops(path):
    """(function, offset of the header) -> (depth, bits of packed arithmetic, and with copies, is innermost,
    role), in the order of each function's loops."""
    loops, functions = {}, {}
    for line in run([FACTS, "loops", path]).splitlines():
        fields = line.split()
        if fields[0] == "F":
            name, base = (fields + [""])[2], int(fields[1], 16)
            functions[name] = base
        elif fields[0] == "U" and int(fields[1]):
            functions[name] = None  # a jump of it is not resolved
        elif fields[0] == "L":
            loops[name, int(fields[1], 16) - base] = (int(fields[2]), int(fields[4]), int(fields[5]), fields[3] == "1",
                                                      fields[6])
    return loops, functions


def vectorised(yaml):
    """Passed remarks of the loop vectoriser: (function, file, line, factor)."""
    for remark in yaml.split("--- !")[1:]:
        if not remark.startswith("Passed") or "Pass:            loop-vectorize" not in remark:
            continue
        place = re.search(r"DebugLoc:\s+\{ File: '?([^',]+)'?,\s+Line: (\d+)", remark)
        factor = re.search(r"VectorizationFactor: '(\d+)'", remark)
        function = re.search(r"^Function:\s+'?([^'\s]+)", remark, re.M)[1]
        if place and factor:
            yield function, os.path.basename(place[1]), int(place[2]), int(factor[1])


def check(job):
    path, flags, folder = job
    work = folder / f"{path.parent.name}.{path.stem}"
    work.mkdir()
    flags = [*options.flags.split(), *flags, "-gline-tables-only"]
    run(["clang-19", *flags, "-S", "-o", work / "x.s", "-fsave-optimization-record",
         f"-foptimization-record-file={work / 'x.yaml'}", path])
    text = (work / "x.s").read_text()
    # The object that we look at has no labels; the other one has them as symbols.
    (work / "labels.s").write_text(re.sub(r"\.L(BB\d+_\d+)", r"af\1", text))
    for name in ("x", "labels"):
        run(["clang-19", "-c", "-o", work / f"{name}.o", work / f"{name}.s"])
    place, plain = addresses(work / "labels.o"), addresses(work / "x.o")
    clang, functions = read_assembly(text)
    for function in functions:
        if place[function] != plain[function]:
            sys.exit(f"{path}: keeping the labels moved {function}")
    ours, known = our_loops(work / "x.o")
    result = collections.Counter(functions=len(functions), files=1)
    notes = []
    found = {}
    for (function, label), loop in clang.items():
        offset = place["af" + label] - place[function]
        found[function, offset] = loop
        mine = ours.get((function, offset))
        result["loops of clang"] += 1
        if mine is None:
            unresolved = known.get(function, 0) is None
            result["not ours, in a function with an unresolved jump" if unresolved else "not ours"] += 1
            notes.append(f"{'explained' if unresolved else 'WRONG'} {path.name}: {function}+{offset:#x} ({label}, "
                         f"depth {loop.depth}): no loop of ours" + (", a jump is unresolved" if unresolved else ""))
        elif mine[0] != loop.depth:
            result["other depth"] += 1
            notes.append(f"WRONG {path.name}: {function}+{offset:#x} ({label}): depth {loop.depth}, ours {mine[0]}")
        else:
            result["agree"] += 1
    for function, offset in ours:
        if (function, offset) not in found:
            result["only ours"] += 1
            notes.append(f"WRONG {path.name}: {function}+{offset:#x}: a loop that clang does not have")
    check_width(path, work, found, ours, result, notes)
    check_spills(path, work, found, ours, result, notes)
    return result, notes


def check_spills(path, work, found, ours, result, notes):
    """Findings of the checks of spills against the slots that clang's comments name."""
    of_function = collections.defaultdict(list)
    for function, offset in ours:
        of_function[function].append(offset)
    done = subprocess.run([options.build / "asmforge", "audit", work / "x.o", "--all", "--json",
                           *(word for name in CHECKS for word in ("--check", name))],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{path}: audit: {done.stderr}")
    said, sure = collections.defaultdict(set), {}
    for finding in json.loads(done.stdout)["findings"]:
        name = finding["function"]["name"]
        place = (name, of_function[name][finding["loop"]["loop"]])
        said[finding["check"]].add(place)
        sure[place] = finding["confidence"]
    for name in CHECKS:
        for place, loop in found.items():
            if place not in ours or not ours[place][3]:
                continue
            spills, reported = bool(loop.spills(name)), place in said[name]
            role = ours[place][4]
            words = f"{path.name}: {place[0]}+{place[1]:#x} ({loop.label}): {name}"
            if reported:
                result[f"{name}: reported"] += 1
                result[f"{name}: reported rightly"] += spills
                result[f"{name}: {sure[place]}, {'right' if spills else 'wrong'}"] += 1
                if not spills:
                    notes.append(f"FALSE {words}, {sure[place]}")
            elif spills and role not in ("only", "main", "unknown"):
                result[f"{name}: in a loop that is {role}"] += 1
            elif spills and loop.calls:
                result[f"{name}: in a loop with calls, not reported"] += 1
            elif spills:
                notes.append(f"MISSED {words}: {', '.join(sorted(loop.spills(name)))}")
            if spills and not loop.calls and role in ("only", "main", "unknown"):
                result[f"{name}: to be reported"] += 1
                result[f"{name}: found"] += reported


def check_width(path, work, found, ours, result, notes):
    """Widths against the registers in clang's text, and against its remarks."""
    of_function = collections.defaultdict(list)
    for (function, offset), loop in found.items():
        of_function[function].append((offset, loop))
        bits = ours.get((function, offset), (0, 0))[1]
        if (function, offset) not in ours or bits == 0:
            continue
        result["vector loops of ours"] += 1
        if bits == loop.bits:
            result["vector loops as wide in clang's text"] += 1
        else:
            result["wrong width"] += 1
            notes.append(f"WRONG {path.name}: {function}+{offset:#x} ({loop.label}): {bits} bits, clang's text {loop.bits}")
    yaml = (work / "x.yaml").read_text() if (work / "x.yaml").exists() else ""
    for function, file, line, factor in vectorised(yaml):
        at_place = [(offset, loop) for offset, loop in of_function[function]
                    if any(p[:2] == (file, line) for p in loop.places)]
        result["remarks of vectorised loops"] += 1
        if factor == 1 or any(ours.get((function, o), (0, 0, 0))[2] >= 64 for o, loop in at_place):
            result["remarks whose loop is vector for us"] += 1
        elif not any(loop.bits or loop.copies for o, loop in at_place):
            # The vector loop had a known number of iterations and was unrolled, or its
            # work was found to be dead: nothing of it is a loop in clang's own text.
            result["remarks whose vector loop clang removed later"] += 1
            notes.append(f"explained {path.name}:{line}: {function}: by {factor}, no loop with packed instructions is left in clang's text")
        elif any((function, o) not in ours for o, loop in at_place):
            result["remarks in functions with an unresolved jump"] += 1
            notes.append(f"explained {path.name}:{line}: {function}: by {factor}, in a function with an unresolved jump")
        else:
            result["wrong vector"] += 1
            notes.append(f"WRONG {path.name}:{line}: {function}: vectorised by {factor}, but no loop of ours is vector: "
                         + ", ".join(f"+{o:#x}" for o, loop in at_place))


def main():
    try:
        files = list(sources())
    except debian_source.Unavailable as reason:
        sys.exit(f"the sources of zlib and zstd cannot be fetched: {reason}")
    if options.limit:
        files = files[::max(1, len(files) // options.limit)]
    total, notes = collections.Counter(), []
    with tempfile.TemporaryDirectory() as name:
        jobs = [(path, flags, pathlib.Path(name)) for path, flags in [*files, kernels(pathlib.Path(name))]]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for result, more in pool.map(check, jobs):
                total += result
                notes += more
    print("\n".join(notes))
    for what, count in total.items():
        print(f"{count:8} {what}")
    wrong = sum(total[what] for what in ("not ours", "other depth", "only ours", "wrong width", "wrong vector"))
    print(f"loops: {total['agree'] / max(1, total['loops of clang']):.2%} agree, {wrong} disagreements without explanation")
    bad = wrong > 0 or (total["functions"] < 300 and not options.limit)
    for name in CHECKS:
        precision = total[f"{name}: reported rightly"] / max(1, total[f"{name}: reported"])
        recall = total[f"{name}: found"] / max(1, total[f"{name}: to be reported"])
        print(f"{name}: precision {precision:.1%}, recall {recall:.1%}; at least 95 and 90 %")
        bad |= precision < 0.95 or recall < 0.9 or total[f"{name}: to be reported"] < 10
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
