#!/usr/bin/env python3
"""A closed pipe is quiet, Ctrl-C ends with 130 and leaves no temporary files, on a
terminal of 80 columns no table, note or finding is wider, and progress leaves no trace."""
import argparse
import os
import pathlib
import pty
import signal
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser()
parser.add_argument("--asmforge", required=True)
parser.add_argument("--build")
asmforge = parser.parse_args().asmforge
environment = {**os.environ, "LC_ALL": "C.UTF-8"}
failures = []


def check(condition, what):
    if not condition:
        failures.append(what)


# More than a pipe holds, and a reader that leaves after one line.
pipe = subprocess.Popen([asmforge, "list", "--json", asmforge], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
pipe.stdout.readline()
pipe.stdout.close()
messages = pipe.stderr.read()
check(pipe.wait(120) == 0, f"closed pipe: status {pipe.returncode}")
check(messages == b"", f"closed pipe: {messages}")

# A compiler that waits: interrupted in the middle.
with tempfile.TemporaryDirectory() as folder:
    compiler = pathlib.Path(folder, "slow-compiler")
    compiler.write_text("#!/bin/sh\ntouch \"$0.started\"\nexec sleep 60\n")
    compiler.chmod(0o755)
    source = pathlib.Path(folder, "a.c")
    source.write_text("int a;\n")
    scratch = pathlib.Path(folder, "tmp")
    scratch.mkdir()
    waiting = subprocess.Popen([asmforge, "list", source, "--", compiler], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env={**environment, "TMPDIR": str(scratch)})
    begin = time.monotonic()
    while not pathlib.Path(f"{compiler}.started").exists() and time.monotonic() - begin < 60:
        time.sleep(0.05)
    waiting.send_signal(signal.SIGINT)
    waiting.communicate(timeout=30)
    check(waiting.returncode == 130, f"Ctrl-C: status {waiting.returncode}")
    check(not list(scratch.iterdir()), f"Ctrl-C leaves {list(scratch.iterdir())}")


def on_terminal(words, columns=80, stream="stdout", when_seen=None):
    """What it prints on a terminal of that width, and its status; the other stream goes
    nowhere. When `when_seen` was printed it gets a Ctrl-C."""
    primary, secondary = pty.openpty()
    import fcntl
    import struct
    import termios
    fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: secondary}
    shown = subprocess.Popen([asmforge, *words], **streams, stdin=subprocess.DEVNULL,
                             env={k: v for k, v in environment.items() if k != "NO_COLOR"})
    os.close(secondary)
    output = b""
    while True:
        try:
            part = os.read(primary, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        output += part
        if when_seen is not None and when_seen in output:
            shown.send_signal(signal.SIGINT)
            when_seen = None
    return output.decode(errors="replace").replace("\r\n", "\n"), shown.wait(120)


def plain(text):
    import re
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


table, _ = on_terminal(["list", asmforge])
check("\x1b[" in table, "no colour on a terminal")
check(len(table.splitlines()) > 20, "the table on a terminal is short")
for line in plain(table).splitlines():
    if "  " in line[:8] or line.startswith("no."):
        check(len(line) <= 80, f"wider than 80: {line}")

listing, _ = on_terminal(["show", asmforge, "asmforge::run_command_line", "--no-source"])
check("call" in listing, "no listing on a terminal")
for line in plain(listing).splitlines()[2:]:
    check(len(line) <= 80, f"wider than 80: {line}")

# Notes too long for a line, an archive's totals, and names too long for a finding.
archive = "/usr/lib/x86_64-linux-gnu/libm-2.36.a"
totals, _ = on_terminal(["list", archive, "--limit", "1"])
totals = plain(totals).split("\n\n")[-1].splitlines()
check(sum(line.startswith("total ") for line in totals) == 1, f"not one total: {totals}")
check("note     " in "\n".join(totals), "no note on an archive of which members are left out")
findings, _ = on_terminal(["audit", asmforge, "--limit", "30"])
check("predicts" in findings, "no findings on a terminal")
for line in totals + plain(findings).splitlines():
    check(len(line) <= 80, f"wider than 80: {line}")
piped = subprocess.run([asmforge, "list", archive, "--limit", "1"], capture_output=True, text=True, env=environment)
check(max(map(len, piped.stdout.splitlines()[-5:])) > 80, "a note is wrapped in a pipe")

# Progress: drawn, and gone at the end or at Ctrl-C; none in a pipe.
ERASE = "\r\x1b[K"
large = "/usr/lib/llvm-19/lib/libLLVM.so.19.1"
for command in "audit", "list":
    progress, status = on_terminal([command, large], stream="stderr", when_seen=b" functions")
    check(status == 130, f"Ctrl-C in {command}: status {status}")
    check(" functions" in progress, f"{command} draws no progress")
    check(progress.rpartition(ERASE)[1] == ERASE and "functions" not in progress.rpartition(ERASE)[2],
          f"Ctrl-C in {command} leaves {progress!r}")
progress, status = on_terminal(["audit", asmforge], stream="stderr")
check(status == 0 and (progress == "" or progress.endswith(ERASE)), f"audit leaves {progress!r}")
piped = subprocess.run([asmforge, "audit", asmforge], capture_output=True, env=environment)
check(piped.stderr == b"", f"progress in a pipe: {piped.stderr}")

print("\n".join(failures) or "streams ok")
sys.exit(bool(failures))
