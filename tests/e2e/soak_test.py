#!/usr/bin/env python3
"""`asmforge soak` on small programs that leak fast, hold still, crash and fork. What a
run says of a program is tested, never how long anything takes."""
import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build")
options, rest = parser.parse_known_args()

PROGRAM = r"""
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "still";
  char *base = malloc(4 << 20);
  memset(base, 1, 4 << 20);
  if (!strcmp(how, "fork") && fork() == 0) for (;;) pause();
  for (long i = 1;; i++) {
    if (!strcmp(how, "leak")) { char *p = malloc(20000); memset(p, 1, 20000); }
    if (!strcmp(how, "crash") && i == 300) abort();
    if (!strcmp(how, "quit") && i == 300) return 7;
    printf("done %ld\n", i);
    fflush(stdout);
    usleep(1000);
  }
}
"""


def processes_named(name):
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if (entry / "comm").read_text().strip() == name and \
                    (entry / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
                found.append(int(entry.name))
        except OSError:
            pass
    return found


class SoakTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="asmforge-soak-")
        cls.path = pathlib.Path(cls.folder.name)
        cls.name = f"soaked{os.getpid()}"[:15]
        (cls.path / "p.c").write_text(PROGRAM)
        subprocess.run(["cc", "-O1", "p.c", "-o", cls.name], cwd=cls.path, check=True)
        cls.program = str(cls.path / cls.name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def soak(self, *arguments, how="still", expect=None):
        run = subprocess.run([options.asmforge, "soak", *arguments, "--", self.program, how],
                             capture_output=True, text=True)
        if expect is not None:
            self.assertEqual(run.returncode, expect, run.stdout + run.stderr)
        self.assertEqual(processes_named(self.name), [])
        return run

    def test_a_leak_is_found_and_replayed(self):
        run = self.soak("--for", "4s", "--limit", "1MB/h", "--operations", "^done", "--json",
                        how="leak", expect=1)
        record = json.loads(run.stdout)
        self.assertEqual(record["verdict"], "LEAK")
        arm = record["arms"][0]
        self.assertGreater(arm["report"]["growth_bytes_per_operation"], 5000)
        self.assertGreater(arm["report"]["operations"], 50)
        self.assertGreater(len(arm["samples"]), 24)
        file = self.path / "leak.json"
        file.write_text(run.stdout)
        again = subprocess.run([options.asmforge, "soak", "--replay", file, "--json"],
                               capture_output=True, text=True)
        self.assertEqual(again.returncode, 1)
        self.assertEqual(again.stdout, run.stdout)

    def test_what_holds_still_is_flat_under_a_coarse_limit(self):
        run = self.soak("--for", "4s", "--limit", "1GB/h", "--operations", "done ([0-9]+)",
                        expect=0)
        self.assertIn("FLAT", run.stdout)
        self.assertIn("operations", run.stdout)

    def test_a_short_run_cannot_say(self):
        run = self.soak("--for", "3s", "--limit", "1KB/h", expect=3)
        self.assertIn("INCONCLUSIVE", run.stdout)
        self.assertIn("would tell", run.stdout)

    def test_system_calls_are_counted_or_said_to_be_unknown(self):
        run = self.soak("--for", "2s", "--operations", "^done", "--json")
        arm = json.loads(run.stdout)["arms"][0]
        if arm["system_calls_unknown"]:
            self.assertIsNone(arm["report"]["system_calls"])
        else:  # a write and a sleep
            self.assertGreater(arm["report"]["system_calls"]["per_operation"], 1.5)
            self.assertLess(arm["report"]["system_calls"]["per_operation"], 3)
            self.assertGreater(arm["report"]["system_calls"]["upper"],
                               arm["report"]["system_calls"]["per_operation"])

    def test_the_end_of_the_program_is_told(self):
        self.assertIn("was killed by SIGABRT",
                      self.soak("--for", "60s", "--epoch", "50ms", how="crash").stdout)
        self.assertIn("ended with status 7",
                      self.soak("--for", "60s", "--epoch", "50ms", how="quit").stdout)

    def test_its_children_end_with_it(self):
        self.soak("--for", "1s", how="fork")

    def test_interrupted_it_reports_so_far(self):
        run = subprocess.Popen([options.asmforge, "soak", "--for", "1h", "--epoch", "50ms", "--",
                                self.program], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
        while not processes_named(self.name):
            time.sleep(0.05)
        time.sleep(2)
        run.send_signal(signal.SIGINT)
        output, _ = run.communicate(timeout=120)
        self.assertIn("interrupted", output)
        self.assertIn("resident", output)
        self.assertEqual(processes_named(self.name), [])

    def test_two_programs_run_in_turn(self):
        run = subprocess.run([options.asmforge, "soak", "--for", "3s", "--operations", "^done",
                              "--json", self.program, self.program, "--", "still"],
                             capture_output=True, text=True)
        record = json.loads(run.stdout)
        self.assertEqual(len(record["arms"]), 2)
        for arm in record["arms"]:
            self.assertGreater(arm["samples"][-1][1], 20)
        self.assertEqual(processes_named(self.name), [])

    def test_bad_input_is_one_sentence(self):
        for arguments, status in [
            (["--", "/no/such/program"], 3), ([], 2), (["--for", "soon", "--", "true"], 2),
            (["--limit", "much", "--", "true"], 2), (["--operations", "(", "--", "true"], 2),
            (["--replay", "/no/such/file"], 2), (["one", "--", "x"], 2),
        ]:
            run = subprocess.run([options.asmforge, "soak", *arguments], capture_output=True,
                                 text=True)
            self.assertEqual(run.returncode, status, (arguments, run.stderr))
            self.assertTrue(run.stderr.startswith("asmforge: "), run.stderr)

    def test_a_record_of_rubbish_is_refused(self):
        file = self.path / "bad.json"
        for text in ["{}", "[]", '{"schema":"asmforge/soak/1"}',
                     '{"schema":"asmforge/soak/1","arms":[{"samples":[[1,2]]}]}',
                     '{"schema":"asmforge/soak/1","settings":{"warmup":7},"arms":[{"samples":[]}]}']:
            file.write_text(text)
            run = subprocess.run([options.asmforge, "soak", "--replay", file],
                                 capture_output=True, text=True)
            self.assertEqual(run.returncode, 2, run.stdout)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *rest])
