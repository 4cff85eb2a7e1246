"""Runs asmforge and holds its exit status and both of its streams against what is expected."""
import subprocess


class Runner:
    """`failures` collects what was not as expected, for the end of the test."""

    def __init__(self, command, folder, timeout):
        self.command, self.folder, self.timeout = command, folder, timeout
        self.failures = []

    def run(self, *words, status, out="", err="", where=None, **more):
        """Demands the status, that each stream holds the given text, and one sentence for an error."""
        done = subprocess.run([*self.command, *map(str, words)], cwd=where or self.folder, capture_output=True,
                              text=True, timeout=self.timeout, check=False, **more)
        if done.returncode != status:
            self.failures.append(f"{words}: status {done.returncode}, not {status}\n{done.stdout}{done.stderr}")
        for what, found, wanted in (("output", done.stdout, out), ("errors", done.stderr, err)):
            for part in [wanted] if isinstance(wanted, str) else wanted:
                if part not in found:
                    self.failures.append(f"{words}: no '{part}' in its {what}:\n{found}")
        if status in (2, 3) and not done.stdout and len(done.stderr.splitlines()) != 1:
            self.failures.append(f"{words}: not one sentence:\n{done.stderr}")
        return done.stdout
