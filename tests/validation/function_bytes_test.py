#!/usr/bin/env python3
"""Every byte of every function is in one instruction of one block, padding, or data.

    function_bytes_test.py --build BUILD
"""
import argparse
import pathlib
import subprocess
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--build", required=True, type=pathlib.Path)
options = parser.parse_args()
FACTS = options.build / "tests" / "graph_facts"
BINARIES = ["/bin/bash", "/usr/bin/perl", "/usr/bin/sort", "/usr/bin/grep", "/usr/bin/zstd", "/usr/bin/python3",
            "/usr/bin/xz", "/usr/bin/tar", "/usr/bin/openssl", "/usr/bin/as", "/usr/bin/qemu-x86_64",
            "/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
            "/usr/lib/x86_64-linux-gnu/libcrypto.so.3", "/lib/x86_64-linux-gnu/libm.so.6"]
checked, failed = 0, []
for path in BINARIES:
    if not pathlib.Path(path).exists():
        print(f"{path}: not installed here, not checked")
        continue
    done = subprocess.run([FACTS, "bytes", path], capture_output=True, text=True, timeout=300, check=False)
    print(done.stdout + done.stderr, end="")
    checked += 1
    if done.returncode != 0:
        failed.append(path)
print(f"{checked} binaries, {len(failed)} wrong: {', '.join(failed)}")
sys.exit(1 if failed or checked < 8 else 0)
