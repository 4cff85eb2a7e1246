"""Edits of a compiler's assembly: no-ops of several kinds, and injected work of known size.

All are made on the text that gcc or clang wrote, so that nothing but the edit differs:
no register is allocated anew, no block is laid out otherwise.

An edit that grows a block that never runs, f being the hot function:

    .L7:                          .L7:
                        ->                nop            # 13 of them
            call refuse                   call refuse
"""
import re

# What nothing falls through: a jump, a return, or a call of what never returns.
BARRIER = re.compile(r"^\s+(?:(?:notrack\s+)?(?:jmpq?|retq?|rep\s+ret|ud2)\b|callq?\s+(?:refuse|abort|exit)\b)")
LABEL = re.compile(r"^([\w.$]+):")
CODE = re.compile(r"^\s+[a-z]")
UNMOVABLE = re.compile(r"^\s*\.(?:cfi|section|text|data|type|size|globl|set|quad|long|value|byte)")


class Unavailable(Exception):
    """This assembly has no place for the edit; the reason is the text."""


class Assembly:
    """The lines, and where the hot function's own code is among them: the first of several
    names, NAME|NAME, that there is."""

    def __init__(self, text, function):
        self.lines = text.splitlines()
        starts = []
        for name in function.split("|"):
            entry = re.compile(rf"^{re.escape(name)}(\.(isra|constprop|part)\.\d+)*:")
            starts += [i for i, line in enumerate(self.lines) if entry.match(line)]
        if not starts:
            raise Unavailable(f"there is no function {function}")
        self.entry = starts[0]
        self.name = LABEL.match(self.lines[self.entry])[1]
        self.end = next(i for i in range(self.entry, len(self.lines))
                        if re.match(r"\s*\.(cfi_endproc|size|section|text)\b", self.lines[i]))

    def text(self, lines=None):
        return "\n".join(self.lines if lines is None else lines) + "\n"

    def inserted(self, at, lines):
        return self.text(self.lines[:at] + lines + self.lines[at:])

    def body_start(self):
        """After the entry's label, its landing pad and the directives between."""
        at = self.entry + 1
        while at < self.end and (not CODE.match(self.lines[at]) or "endbr64" in self.lines[at]):
            if LABEL.match(self.lines[at]) and not re.match(r"^\.L(FB|func_begin|FUNC)", self.lines[at]):
                break
            at += 1
        return at

    def segments(self):
        """[first, last) of what lies between two barriers, so can be put anywhere, but the first."""
        found, first = [], None
        for i in range(self.entry, self.end):
            if BARRIER.match(self.lines[i]):
                if first is not None:
                    found.append((first, i + 1))
                first = i + 1
        return [s for s in found if any(LABEL.match(line) for line in self.lines[s[0]:s[1]])]

    def label_of(self, segment):
        """The line after the segment's first label."""
        return next(i for i in range(*segment) if LABEL.match(self.lines[i])) + 1


def trap_at(assembly, segment):
    """A program that dies when the segment runs: how it is shown never to."""
    return assembly.inserted(assembly.label_of(segment), ["\tud2"])


def entry(assembly, count):
    # Before directives such as .type stand before the label; they make no bytes.
    return assembly.inserted(assembly.entry, ["\tnop"] * count)


def cold(assembly, segment, count):
    return assembly.inserted(assembly.label_of(segment), ["\tnop"] * count)


def swap(assembly, first, second):
    lines = assembly.lines
    return assembly.text(lines[:first[0]] + lines[second[0]:second[1]] + lines[first[1]:second[0]] +
                         lines[first[0]:first[1]] + lines[second[1]:])


def movable_pairs(assembly, segments):
    """Pairs that can change places: nothing in or between them says how the stack is unwound."""
    pairs = []
    for i, first in enumerate(segments):
        for second in segments[i + 1:]:
            if not any(UNMOVABLE.match(line) for line in assembly.lines[first[0]:second[1]]):
                pairs.append((first, second))
    return pairs


def rename(assembly, suffix):
    """Local labels and static functions get other names; an unrelated function is put first."""
    text = assembly.text()
    exported = set(re.findall(r"^\s*\.(?:globl|weak)\s+([\w.$]+)", text, re.MULTILINE))
    functions = set(re.findall(r"^\s*\.type\s+([\w.$]+),\s*@function", text, re.MULTILINE)) - exported
    labels = set(re.findall(r"^(\.L[\w.$]+):", text, re.MULTILINE))
    names = functions | labels
    # Names end where no name goes on, so that .L1 is not found in .L12; the section
    # .text.NAME keeps its name and with it the linker's order.
    text = re.sub(r"(?<![\w.$])[\w.$]+", lambda m: m[0] + suffix if m[0] in names else m[0], text)
    unrelated = ["\t.section\t.text.unrelated_before,\"ax\",@progbits", "\t.p2align 4",
                 "\t.globl\tunrelated_before", "\t.type\tunrelated_before, @function", "unrelated_before:",
                 "\tleaq\t(%rdi,%rdi,4), %rax", "\txorq\t%rsi, %rax", "\tret",
                 "\t.size\tunrelated_before, .-unrelated_before"]
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if re.match(r"\s*\.(section|text|globl)\b", line))
    return assembly.text(lines[:first] + unrelated + lines[first:])


def inject(assembly, turns, every=1):
    """Work at the function's entry, in each `every`-th call: a chain of multiplications that
    nothing before or after can overlap, so that it costs the same wherever it lies."""
    skip = ["\tdecl\t.Linjected_left(%rip)", "\tjne\t.Linjected_end",
            f"\tmovl\t${every}, .Linjected_left(%rip)"] if every > 1 else []
    data = ["\t.data", "\t.p2align 2", ".Linjected_left:", f"\t.long\t{every}"] if every > 1 else []
    work = skip + ["\tpushq\t%r10", "\tpushq\t%r11", "\tlfence", f"\tmovl\t${turns}, %r10d", "\tmovl\t$3, %r11d",
                   ".Linjected_turn:", "\timulq\t$-5, %r11, %r11", "\timulq\t$-7, %r11, %r11", "\tdecl\t%r10d",
                   "\tjne\t.Linjected_turn", "\tlfence", "\tpopq\t%r11", "\tpopq\t%r10"] + \
        ([".Linjected_end:"] if every > 1 else [])
    at = assembly.body_start()
    return assembly.text(assembly.lines[:at] + work + assembly.lines[at:] + data)


def count_calls(assembly):
    """Counts how often the function is entered, in a global that a counting main prints."""
    return assembly.inserted(assembly.body_start(), ["\tincq\tinjected_calls(%rip)"])
