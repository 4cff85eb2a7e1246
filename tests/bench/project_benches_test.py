#!/usr/bin/env python3
"""What the benches of planted and of upstream's defects make of runs and plans that were made up."""
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))
import guilty_loops  # noqa: E402
import seeded_projects  # noqa: E402
from source_project import Place, Unusable  # noqa: E402

RECIPES = {recipe["name"]: recipe for recipe in seeded_projects.PROJECTS}


def patch(file, old, new):
    return f"--- a/{file}\n+++ b/{file}\n@@ -1,1 +1,1 @@\n-{old}\n+{new}\n"


def outcome(*steps, holds=True, plan=(), at_place=(), **more):
    return {"run": {"steps": list(steps), "holds": holds, "outcome": ""}, "plan": list(plan), "at_place": list(at_place), **more}


def step(text, state="kept", name="a step"):
    return {"name": name, "state": state, "patch": text}


def judged(name, what):
    return seeded_projects.judge(RECIPES[name], what)


class Judge(unittest.TestCase):
    fix = step(patch("Makefile", "CFLAGS = -O1", "CFLAGS = -O3"))

    def test_found(self):
        self.assertEqual(judged("zlib_o1", outcome(self.fix)), ("found", []))
        away = patch("src/lvm.c", "__attribute__((cold)) void f", "void f")
        self.assertEqual(judged("lua_cold", outcome(step(away)))[0], "found")

    def test_missed(self):
        self.assertEqual(judged("zlib_o1", outcome(self.fix, holds=False))[0], "missed")
        self.assertEqual(judged("zlib_o1", outcome({**self.fix, "state": "dropped"}))[0], "missed")
        elsewhere = patch("src/ldo.c", "__attribute__((cold)) void f", "void f")
        self.assertEqual(judged("lua_cold", outcome(step(elsewhere)))[0], "missed")
        unrelated = patch("src/lvm.c", "for (;;)", '_Pragma("GCC unroll 4") for (;;)')
        self.assertEqual(judged("lua_cold", outcome(step(unrelated)))[0], "missed")

    def test_offered(self):
        words = {"check": "x", "title": "", "suggestion": "take volatile away"}
        self.assertEqual(judged("zlib_volatile", outcome(plan=[words], at_place=[1]))[0], "offered")
        self.assertEqual(judged("zlib_volatile", outcome(plan=[words]))[0], "missed")
        self.assertEqual(judged("zlib_volatile", outcome(plan=[{**words, "check": None}], at_place=[1]))[0], "missed")
        self.assertEqual(judged("zlib_volatile", outcome(plan=[{**words, "suggestion": ""}], at_place=[1]))[0], "missed")
        self.assertEqual(judged("zlib_volatile", {})[0], "unknown")

    def test_false(self):
        decoy = step(patch("inffast.c", "", "nops"), name="decoy0.patch")
        self.assertEqual(judged("zlib_as_it_is", outcome(decoy))[1], ["decoy0.patch, a decoy"])
        self.assertEqual(judged("zlib_as_it_is", outcome(decoy, holds=False)), ("clean", []))
        slower = {"confirmed": {"verdict": "REVERT", "reason": "slower"}}
        self.assertEqual(judged("zlib_o1", outcome(self.fix, **slower)), ("found", ["1 kept, then REVERT slower"]))
        unsure = {"confirmed": {"verdict": "INVESTIGATE", "reason": "underpowered"}}
        self.assertEqual(judged("zlib_o1", outcome(self.fix, **unsure))[1], [])


class Places(unittest.TestCase):
    def test_lines(self):
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch)
            (folder / "src").mkdir()
            (folder / "src/a.c").write_text("do {\n} while (a);\nhere\ndo {\n  x();\n} while (b);\n")
            where = {"file": "src/a.c", "within": "here", "first": "do {", "last": "} while"}
            place = Place(folder, where)
            self.assertEqual(str(place), "src/a.c:4-6")
            for source, holds in (("src/a.c:5", True), ("b.h:9 (inlined at src/a.c:6)", True), ("a.c:4", True),
                                  ("src/a.c:3", False), ("src/a.c:7", False), ("aa.c:5", False), ("", False), (None, False)):
                self.assertEqual(place.holds(source), holds, source)
            with self.assertRaises(Unusable):
                Place(folder, {**where, "first": "for ("})


class Named(unittest.TestCase):
    def test_rank(self):
        def row(*found):
            return guilty_loops.Row("", "", "", None, {"found": [{"rank": rank, "check": check} for rank, check in found]})
        self.assertTrue(guilty_loops.is_named(row((5, None))))
        self.assertFalse(guilty_loops.is_named(row((6, None), (7, None))))
        self.assertFalse(guilty_loops.is_named(row()))
        self.assertTrue(guilty_loops.is_explained(row((1, None), (3, "x"))))
        self.assertFalse(guilty_loops.is_explained(row((1, None), (6, "x"))))


if __name__ == "__main__":
    unittest.main()
