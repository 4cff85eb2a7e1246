"""What the checks of `audit` might report, enumerated without asmforge's audit.

Only blocks, loops and texts of instructions are taken, from `asmforge show --json`. What a
register holds is decided as a reader of a listing would, from the texts alone, and rather
too generously: a value that one instruction of the loop always makes the same way is taken
for unchanging. Each innermost loop with candidates is one row. A row carries the first rule
of the check's page that its mildest candidate meets:

    float      floating-point division           role       remainder, peel, fallback
    cold       in a cold block                   call       the loop calls
    atomic     locked or fenced                  written    the loop stores to the same place
    some       some iterations leave it out      frame      stores go to the stack alone
    assertion  the failure is about no index     none       no rule: it should be reported
"""
import collections
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

BOUNDS, DIVIDE, LOAD = "bounds-check-in-loop", "invariant-divide", "invariant-load-in-loop"
HOT_ROLES = ("only", "main", "unknown")
LONGEST_WAY_TO_A_FAILURE = 24  # blocks

FULL_REGISTER = {}
for letter in "abcd":
    for name in (f"r{letter}x", f"e{letter}x", f"{letter}x", f"{letter}l", f"{letter}h"):
        FULL_REGISTER[name] = f"r{letter}x"
for pair in ("si", "di", "bp", "sp"):
    for name in (f"r{pair}", f"e{pair}", pair, f"{pair}l"):
        FULL_REGISTER[name] = f"r{pair}"
for number in range(8, 16):
    for suffix in ("", "d", "w", "b"):
        FULL_REGISTER[f"r{number}{suffix}"] = f"r{number}"

STRING = re.compile(r"(movs|stos|lods|scas|cmps)[bwdq]$")
DIVISION = re.compile(r"i?div$|v?div[sp][sd]$|fi?divr?p?$")
READ_ONLY_FIRST = ("cmp", "test", "push", "ret", "ucomis", "comis", "vucomis", "vcomis", "prefetch",
                   "nop", "j", "div", "idiv", "mul", "call")
FAILURE = re.compile(r"bounds_check|slice_\w*_?fail|out_of_range|assert_fail|operator\[\]\(unsigned")
# Conditions of libstdc++'s assertions that compare no index: front(), back(), pop_back().
EMPTY_CONTAINER = re.compile(r"bits/stl_vector\.h|stl_vector\.h")
CALLER_SAVED = {"rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"}


def answer(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr}")
    return json.loads(done.stdout)


class Insn:
    """An instruction as its text has it."""

    def __init__(self, row):
        self.address = row["address"]
        self.text = row["text"]
        self.mnemonic = row["mnemonic"].split()[-1]
        self.locked = "lock" in row["mnemonic"] or self.mnemonic == "mfence"
        self.source = row.get("source")
        self.target = row.get("target")
        self.target_name = row.get("target_name") or ""
        words = row["text"].split(row["mnemonic"], 1)[-1].strip()
        self.operands = re.split(r",\s*(?![^\[]*\])", words) if words else []

    def is_string(self):
        return bool(STRING.match(self.mnemonic)) and ("rsi" in self.text or "rdi" in self.text)

    def only_reads_first(self):
        if self.mnemonic.startswith(("cmpxchg", "cmpp", "cmps", "mulx", "mulp", "muls")):
            return False
        return self.mnemonic.startswith(READ_ONLY_FIRST) or self.mnemonic == "bt"

    def writes(self):
        one = len(self.operands) == 1
        if self.mnemonic in ("div", "idiv", "mul") or (self.mnemonic == "imul" and one):
            return {"rax", "rdx"}
        if self.mnemonic in ("cdq", "cqo", "cwd"):
            return {"rdx"}
        if self.mnemonic in ("cdqe", "cwde", "cbw"):
            return {"rax"}
        if self.mnemonic == "call":
            return CALLER_SAVED
        if self.is_string():
            return {"rsi", "rdi", "rcx", "rax"}
        written = {"rax"} if self.mnemonic.startswith("cmpxchg") else set()
        if self.only_reads_first():
            return written
        destinations = self.operands[:2] if self.mnemonic in ("xchg", "xadd", "mulx") else self.operands[:1]
        for operand in destinations:
            if "[" not in operand:
                written |= registers(operand)
        return written

    def loads(self):
        if "[" not in self.text or self.mnemonic.startswith(("lea", "nop", "prefetch", "call", "j", "ret",
                                                             "push", "pop")):
            return False
        if self.is_string():
            return not self.mnemonic.startswith("stos")
        if "[" in self.operands[0]:
            return self.only_reads_first() or (self.mnemonic == "imul" and len(self.operands) == 1)
        return True

    def stores(self):
        if self.is_string():
            return self.mnemonic.startswith(("movs", "stos"))
        return bool(self.operands) and "[" in self.operands[0] and not self.only_reads_first() \
            and not self.mnemonic.startswith(("lea", "imul")) and not self.mnemonic.startswith("push")


def registers(text):
    return {FULL_REGISTER[word] for word in re.findall(r"\b[a-z][a-z0-9]+\b", text) if word in FULL_REGISTER}


def address_in(text):
    found = re.search(r"\[([^\]]*)\]", text)
    return found.group(1) if found else None


def reached(successors, start, without, within):
    seen = {start} - {without}
    todo = list(seen)
    while todo:
        for block in successors[todo.pop()]:
            if block in within and block != without and block not in seen:
                seen.add(block)
                todo.append(block)
    return seen


class LoopText:
    """An innermost loop: its instructions, and what it leaves unchanged."""

    def __init__(self, loop, blocks, successors, insns):
        self.loop = loop
        self.blocks = set(loop["blocks"])
        self.successors = successors
        self.block_rows = blocks
        self.insns = [(block, insn) for block in loop["blocks"] for insn in insns[block]]
        self.last_of = {block: insns[block][-1] for block in loop["blocks"] if insns[block]}
        self.writers = collections.defaultdict(dict)
        for _, insn in self.insns:
            for register in insn.writes():
                self.writers[register][insn.text] = insn
        self.stored = [insn for _, insn in self.insns if insn.stores()]
        self.stored_addresses = {address_in(insn.text) for insn in self.stored}
        self.calls = any(insn.mnemonic == "call" for _, insn in self.insns)
        self.locks = any(insn.locked for _, insn in self.insns)
        self.known = {}

    def stays(self, register):
        if register not in self.writers:
            return True
        if register not in self.known:
            self.known[register] = False  # what depends on itself changes
            self.known[register] = self.made_alike(register)
        return self.known[register]

    def made_alike(self, register):
        if len(self.writers[register]) != 1:
            return False
        insn = next(iter(self.writers[register].values()))
        if insn.mnemonic not in ("mov", "movsxd", "movsx", "movzx", "lea") or len(insn.operands) != 2:
            return False
        if FULL_REGISTER.get(insn.operands[0]) != register or register in registers(insn.operands[1]):
            return False
        return self.all_stay(insn.operands[1]) and address_in(insn.operands[1]) not in self.stored_addresses

    def all_stay(self, text):
        return all(self.stays(register) for register in registers(text))

    def every_iteration(self, block):
        if block == self.loop["header"]:
            return True
        seen = reached(self.successors, self.loop["header"], block, self.blocks)
        return not any(latch in seen for latch in self.loop["latches"])

    def rules(self, block):
        if self.loop["role"] not in HOT_ROLES:
            yield "role"
        if self.block_rows[block]["cold"]:
            yield "cold"
        if self.calls:
            yield "call"
        if self.locks:
            yield "atomic"
        if not self.every_iteration(block):
            yield "some"

    def divisions(self):
        for block, insn in self.insns:
            if not DIVISION.match(insn.mnemonic):
                continue
            divisor = insn.operands[-1] if insn.operands else ""
            if insn.mnemonic in ("div", "idiv"):
                # Whether it divides in every iteration is the check's confidence, not a rule,
                # unless the loop calls.
                rules = [rule for rule in self.rules(block) if rule not in ("some", "call")]
                if self.calls and not self.every_iteration(block):
                    rules.append("call")
                if self.all_stay(divisor):
                    yield insn, rules
            elif not any(insn2.operands and insn2.operands[0] == divisor for _, insn2 in self.insns) \
                    and self.all_stay(divisor):
                yield insn, ["float"]

    def loads(self, is_constant):
        for block, insn in self.insns:
            if not self.stored or not insn.loads():
                continue
            address = address_in(insn.text)
            used = registers(address)
            if re.search(r"[xyz]mm", address) or used == {"rsp"} or "fs:" in insn.text:
                continue
            if not self.all_stay(address) or ("rip" in address and insn.target and is_constant(insn.target)):
                continue
            rules = list(self.rules(block))
            if address in self.stored_addresses:
                rules.append("written")
            if all((registers(a) if a else set()) == {"rsp"} for a in self.stored_addresses):
                rules.append("frame")
            yield insn, rules

    def failures(self, all_insns):
        for block, insn in self.last_of.items():
            if insn.mnemonic == "jmp" or not insn.mnemonic.startswith("j"):
                continue
            for out in self.successors[block]:
                if out in self.blocks:
                    continue
                way = reached(self.successors, out, None, set(self.successors))
                ends = [self.block_rows[b]["exit"] for b in way if not self.successors[b]]
                names = [i.target_name for b in way for i in all_insns[b] if i.mnemonic == "call"]
                if len(way) > LONGEST_WAY_TO_A_FAILURE or not ends or any(e != "no-return" for e in ends):
                    continue
                named = [name for name in names if FAILURE.search(name)]
                if not named:
                    continue
                rules = [rule for rule in self.rules(block) if rule == "role"]
                about_size = insn.source and EMPTY_CONTAINER.search(insn.source["file"]) \
                    and not insn.source["function"].split("(")[0].endswith("operator[]")
                if about_size or any("__assert_fail" in name and "glibcxx" not in name for name in named):
                    rules.append("assertion")
                yield insn, rules


def constant_ranges(path):
    text = subprocess.run(["llvm-readelf-19", "-S", "--wide", path], capture_output=True, text=True,
                          check=True).stdout
    ranges = []
    for line in text.splitlines():
        row = re.match(r"\s*\[\s*\d+\]\s+(\S+)\s+\S+\s+([0-9a-f]{16})\s+\S+\s+([0-9a-f]+)\s+\S+\s+([A-Z]*)", line)
        if row and ("W" not in row[4] or row[1] in (".got", ".got.plt", ".data.rel.ro")):
            ranges.append(range(int(row[2], 16), int(row[2], 16) + int(row[3], 16)))
    return ranges


def outer_line(source):
    if not source:
        return 0
    return (source["inlined_at"][-1] if source["inlined_at"] else source)["line"]


def candidate_rows(asmforge, path):
    """(functions with loops, innermost loops, rows); a row is check, function, number of
    the function, loop, line, rule, and the texts of its candidates."""
    constants = constant_ranges(path)

    def is_constant(address):
        return any(int(address, 16) in r for r in constants)

    with_loops = [f for f in answer(asmforge, "list", "--json", path)["functions"] if f["loops"]]

    def look(function):
        shown = answer(asmforge, "show", "--json", path, str(function["number"]))
        successors = {b["block"]: [e["block"] for e in b["successors"]] for b in shown["blocks"]}
        blocks = {b["block"]: b for b in shown["blocks"]}
        insns = collections.defaultdict(list)
        for row in shown["instructions"]:
            if row["block"] is not None:
                insns[row["block"]].append(Insn(row))
        inner = [loop for loop in shown["loops"] if loop["innermost"]]
        rows = []
        for loop in inner:
            text = LoopText(loop, blocks, successors, insns)
            for check, found in ((BOUNDS, text.failures(insns)), (DIVIDE, text.divisions()),
                                 (LOAD, text.loads(is_constant))):
                found = list(found)
                if not found:
                    continue
                mildest = min(found, key=lambda one: len(one[1]))
                rows.append({"check": check, "function": function["name"], "number": function["number"],
                             "loop": loop["loop"], "line": outer_line(mildest[0].source),
                             "rule": mildest[1][0] if mildest[1] else "none",
                             "texts": [f"{insn.address} {insn.text}" for insn, _ in found]})
        return len(inner), rows

    with ThreadPoolExecutor() as pool:
        looked = list(pool.map(look, with_loops))
    return len(with_loops), sum(n for n, _ in looked), [row for _, rows in looked for row in rows]
