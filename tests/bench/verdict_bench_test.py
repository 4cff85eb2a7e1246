#!/usr/bin/env python3
"""The campaign's own arithmetic and edits, on tables and code whose truth is known."""
import collections
import pathlib
import random
import subprocess
import sys
import tempfile
import types
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))
from verdict import bounds, edits, holdout, report  # noqa: E402


def clustered_table(draw, clusters, size, rate, same):
    """Clusters in which with probability `same` all trials share one fate."""
    table = []
    for _ in range(clusters):
        fate = int(draw.random() < rate)
        table.append([fate if draw.random() < same else int(draw.random() < rate) for _ in range(size)])
    return table


class Bounds(unittest.TestCase):
    def test_published_values(self):
        self.assertAlmostEqual(bounds.exact_upper(0, 59), 0.0495, 4)
        self.assertAlmostEqual(bounds.exact_upper(1, 68), 0.0679, 4)
        self.assertAlmostEqual(bounds.exact_lower(20, 20), 0.05**(1 / 20), 6)
        self.assertEqual(bounds.exact_upper(3, 3), 1)
        self.assertEqual(bounds.exact_upper(0, 0), 1)

    def test_design_effect(self):
        draw = random.Random(1)
        alone = [bounds.design_effect(clustered_table(draw, 40, 5, 0.3, 0)) for _ in range(50)]
        self.assertLess(sum(alone) / 50, 1.2)
        alike = bounds.design_effect(clustered_table(draw, 40, 5, 0.3, 1))
        self.assertAlmostEqual(alike, 5, 6)
        self.assertEqual(bounds.design_effect([[0, 0], [0, 0]]), 1)

    def test_clustered_bound_covers(self):
        """At a true 8 %, it lies above in about 95 of 100 tables, and where trials of a kernel are
        alike the bound of independent trials does not."""
        draw = random.Random(2)
        tables = [clustered_table(draw, 40, 4, 0.08, 0.9) for _ in range(150)]
        covered = sum(bounds.clustered_upper(t) >= 0.08 for t in tables) / len(tables)
        blind = sum(bounds.exact_upper(sum(map(sum, t)), 160) >= 0.08 for t in tables) / len(tables)
        self.assertGreater(covered, 0.88)
        self.assertLess(blind, covered - 0.05)

    def test_no_failure(self):
        self.assertAlmostEqual(bounds.clustered_upper([[0, 0]] * 30), bounds.exact_upper(0, 60))
        self.assertAlmostEqual(bounds.upper_of_clusters([[0, 0]] * 30), bounds.exact_upper(0, 30))


def outcome(condition, subject, claim, direction="unknown", kind=None, seconds=0.5):
    kind = kind or {-1: "ACCEPT", 0: "INVESTIGATE", 1: "REVERT"}[claim]
    return types.SimpleNamespace(condition=condition, subject=subject, variant="entry", claim=claim, kind=kind,
                                 reason="made up", direction=direction, seconds=seconds, changed=False,
                                 has_neighbour=condition == "noisy",
                                 cluster=subject.rpartition(".")[0], judged={"layout_stages": []})


def outcomes_of(condition, claims, **more):
    """Two trials a kernel."""
    table = collections.defaultdict(list)
    table[condition] = [outcome(condition, f"kernel{i // 2}.gcc-12", claim, **more) for i, claim in enumerate(claims)]
    return table


class Table(unittest.TestCase):
    def row(self, table, start, left_out=None):
        rows = report.rows_of(table, left_out or collections.Counter(), [], {}, {})
        return next(row for row in rows if row.work.startswith(start))

    def test_false_claims(self):
        edits_row = "called better or slower: no-op edit of the hot function"
        count = report.planned("edits")
        self.assertTrue(self.row(outcomes_of("edits", [0] * count), edits_row).met)
        # Better and slower are both false.
        for claim in (-1, 1):
            row = self.row(outcomes_of("edits", [claim] * 12 + [0] * (count - 12)), edits_row)
            self.assertIs(row.met, False)
            self.assertEqual(row.raw["failed"], 12)
        few = self.row(outcomes_of("edits", [0] * 20), edits_row)
        self.assertIsNone(few.met)
        self.assertIn("not enough trials yet", few.measured)
        # So many false ones that no trial to come can mend it.
        self.assertIs(self.row(outcomes_of("edits", [1] * 30 + [0] * 40), edits_row).met, False)

    def test_a_neighbour_is_a_noisy_one(self):
        start = "called better or slower: no-op edit, a load or another trial"
        table = outcomes_of("edits", [0] * 60)
        self.assertEqual(self.row(table, start).raw["trials"], 0)
        for one in table["edits"][:40]:
            one.has_neighbour = True
        self.assertEqual(self.row(table, start).raw["trials"], 40)

    def test_effects_are_pooled(self):
        table = outcomes_of("slower 1%", [1] * 20 + [0] * 20)
        table["known slower 1%"] = outcomes_of("known slower 1%", [1] * 20)["known slower 1%"]
        row = self.row(table, "right verdict at a true +1%, pooled")
        self.assertEqual((row.raw["right"], row.raw["trials"]), (40, 60))
        self.assertTrue(row.met)

    def test_power_and_sign(self):
        good = outcomes_of("slower 2%", [1] * 36 + [0] * 4)
        self.assertTrue(self.row(good, "right verdict at a true +2%").met)
        poor = outcomes_of("slower 2%", [1] * 30 + [0] * 10)
        self.assertIs(self.row(poor, "right verdict at a true +2%").met, False)
        self.assertTrue(self.row(good, "wrong sign").met)
        self.assertIs(self.row(outcomes_of("slower 2%", [1] * 38 + [-1] * 2), "wrong sign").met, False)
        # Of a faster one slower is the wrong sign.
        self.assertIs(self.row(outcomes_of("faster 2%", [1] * 2 + [-1] * 38), "wrong sign").met, False)
        better = outcomes_of("faster 2%", [-1] * 40)
        self.assertTrue(self.row(better, "right verdict at a true -2%").met)
        self.assertTrue(self.row(better, "wrong sign").met)

    def test_same(self):
        copies = outcomes_of("copy", [0] * 20, kind="SAME")
        self.assertTrue(self.row(copies, "byte copies").met)
        copies["copy"][3].seconds = 1.5
        self.assertIs(self.row(copies, "byte copies").met, False)
        words = outcomes_of("data word", [1] * 20)
        self.assertTrue(self.row(words, "one word").met)
        words["data word"][0].kind = "SAME"
        self.assertIs(self.row(words, "one word").met, False)

    def test_flips(self):
        table = outcomes_of("flip", [1, -1, 1, 0])
        for i, o in enumerate(table["flip"]):
            o.variant = f"flip{i}"
        key = [(o.subject, o.variant) for o in table["flip"]]
        steady = [0.0, 0.0001, -0.0001, 0.0001, 0.0]
        truths = {key[0]: [0.03 + e for e in steady], key[1]: [0.03 + e for e in steady], key[2]: steady,
                  key[3]: [0.02, -0.02, 0.03, -0.03, 0.05]}
        row = report.flip_row(table, truths)
        self.assertEqual({k: row.raw[k] for k in ("settled", "right", "wrong", "proven_small")},
                         {"settled": 2, "right": 1, "wrong": 1, "proven_small": 1})

    def test_nothing_measured(self):
        rows = report.rows_of(collections.defaultdict(list), collections.Counter(), [], {}, {})
        self.assertTrue(all(row.met is None for row in rows))

    def test_placement_effect(self):
        fields = ["arm", "stage", "layout", "value", "repeated"]
        runs = [[arm, "placement", layout, value * (1 + layout / 10), 0] for arm, value in (("before", 1.0), ("after", 1.02))
                for layout in range(8) for _ in range(3)]
        runs += [["after", "natural", None, 5.0, 0]] + [["after", "placement", 2, 9.0, 1]] * 4
        self.assertAlmostEqual(report.placement_effect({"run_fields": fields, "runs": runs}), 0.0198026, 6)


class HoldOut(unittest.TestCase):
    USED_BEFORE = {"base64", "fnv", "interpreter", "mix", "tokenizer", "variance", "insertion", "partition", "hash", "utf8",
                   "lz", "huffman", "dfa", "bmh", "matrix", "number_format", "crc", "hex", "rle", "bitset", "column_sum",
                   "heap", "glob", "escape"}

    def test_size(self):
        kernels, programs = holdout.subjects(("kernel",)), holdout.subjects(("program",))
        self.assertGreaterEqual(len({s.name for s in kernels}), 20)
        self.assertGreaterEqual(len({s.name for s in programs}), 10)
        self.assertFalse({s.name for s in kernels} & self.USED_BEFORE)
        self.assertGreaterEqual(report.planned("edits"), 160)
        names = [trial.name for trial in holdout.trials()]
        self.assertEqual(len(names), len(set(names)))

    def test_any_part_is_balanced(self):
        whole = collections.Counter(t.condition for t in holdout.trials())
        done = collections.Counter()
        for number, trial in enumerate(holdout.trials(), 1):
            done[trial.condition] += 1
            for condition, count in whole.items():
                self.assertLess(abs(done[condition] / count - number / sum(whole.values())), 1.6 / count + 0.01)


CODE = """
#include <stdio.h>
#include <stdlib.h>
__attribute__((noinline)) unsigned hot(unsigned n, unsigned limit) {
  unsigned sum = 0;
  for (unsigned i = 0; i < n; i++) {
    if (sum > limit) { puts("over"); abort(); }
    if (i > limit) { puts("far"); exit(3); }
    sum = sum * 3 % 1001 + i;
  }
  return sum;
}
int main(int argc, char **argv) { (void)argv; printf("%u\\n", hot((unsigned)argc * 1000, 100000)); return 0; }
"""


class Edits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.folder = pathlib.Path(cls.scratch.name)
        (cls.folder / "code.c").write_text(CODE)
        subprocess.run(["gcc", "-O2", "-ffunction-sections", "-S", "code.c"], cwd=cls.folder, check=True)
        cls.assembly = edits.Assembly((cls.folder / "code.s").read_text(), "hot")
        cls.right = cls.ran(cls.assembly.text())

    @classmethod
    def ran(cls, text):
        """What the program of this assembly prints; None when it dies."""
        (cls.folder / "tried.s").write_text(text)
        subprocess.run(["gcc", "tried.s", "-o", "tried"], cwd=cls.folder, check=True)
        done = subprocess.run([cls.folder / "tried"], capture_output=True, check=False)
        return done.stdout if done.returncode == 0 else None

    def test_traps_tell_blocks_apart(self):
        survived = [self.ran(edits.trap_at(self.assembly, s)) == self.right for s in self.assembly.segments()]
        self.assertIn(True, survived)

    def test_no_ops(self):
        cold = [s for s in self.assembly.segments() if self.ran(edits.trap_at(self.assembly, s)) == self.right]
        tried = [edits.entry(self.assembly, 13), edits.cold(self.assembly, cold[0], 13), edits.rename(self.assembly, "_other")]
        tried += [edits.swap(self.assembly, *pair) for pair in edits.movable_pairs(self.assembly, cold)]
        for text in tried:
            self.assertNotEqual(text, self.assembly.text())
            self.assertEqual(self.ran(text), self.right)

    def test_work_is_done_in_each_nth_call(self):
        for every in (1, 5):
            text = edits.inject(self.assembly, 1000, every)
            self.assertEqual(self.ran(text), self.right)
            self.assertIn("imulq", text)

    def test_a_function_that_is_not_there(self):
        with self.assertRaises(edits.Unavailable):
            edits.Assembly(self.assembly.text(), "absent")


if __name__ == "__main__":
    unittest.main()
