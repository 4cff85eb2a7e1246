"""A small project in a git repository, for whoever tries changes on it."""
import os
import subprocess

# No settings of the user's, so that the repository behaves the same everywhere.
ENVIRONMENT = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


def counted_project(build, candidates):
    """An asmforge.toml: ./tool is counted, not timed, and nothing but the candidates is tried."""
    return f"""[project]
build = "{build}"
binaries = ["tool"]
[[workload]]
name = "usual"
command = "./tool"
metric = "instructions"
[forge]
forbid = ["automatic"]
[candidates]
{candidates}
"""


class GitProject:
    """A folder that is there, with these files; git("init") makes a repository of it."""

    def __init__(self, folder, files=None):
        self.folder = folder
        for name, text in (files or {}).items():
            self.write(name, text)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def git(self, *words):
        return subprocess.run(["git", "-c", "user.name=me", "-c", "user.email=me@example.org", *words], cwd=self.folder,
                              check=True, capture_output=True, text=True, env=ENVIRONMENT).stdout

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def patch(self, name, file, *changes, words=""):
        """A patch file of texts that are replaced in a file that is committed."""
        whole = text = (self.folder / file).read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        self.write(file, text)
        self.write(name, words + self.git("diff", file))
        self.write(file, whole)
