"""The program as the tests of this folder see it: a process with arguments, an exit status and two streams.

Test files are started by ctest with two arguments, the program and the source folder.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
SOURCE = pathlib.Path(sys.argv.pop(1)).resolve()
STATES = SOURCE / "datasets/us-states-1970-1986"
UKRAINE = SOURCE / "datasets/ukraine-2022"

# A sanitizer takes memory of its own, so that limits on it say nothing.
SANITIZED = bool(os.environ.get("REGIO_TEST_SANITIZE"))

# Exit statuses of docs/guide/command-line.md.
DONE, DEFECT, WRONG_USAGE, NOT_ALL_SOLVED, DEVICE_ERROR, INTERRUPTED = 0, 1, 2, 3, 4, 130


def environment(**changes):
    """The environment of a user in no particular country, without a terminal."""
    result = {key: value for key, value in os.environ.items()
              if not key.startswith(("LC_", "REGIO_")) and key not in ("LANG", "LANGUAGE")}
    result.update(changes)
    return result


class ProgramTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="regio with spaces ")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def regio(self, *arguments, status=DONE, env=None, **options):
        """Runs the program in the test's folder and checks its exit status."""
        completed = subprocess.run([PROGRAM, *arguments], cwd=self.folder, env=env or environment(), text=True,
                                   stdin=subprocess.DEVNULL, stdout=options.pop("stdout", subprocess.PIPE),
                                   stderr=options.pop("stderr", subprocess.PIPE), check=False, **options)
        self.assertEqual(completed.returncode, status, f"{arguments}\n{completed.stdout}\n{completed.stderr}")
        return completed

    def write(self, name, text):
        """A file of the test's folder; text is written as it is, bytes too."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def json_of(self, *arguments, **options):
        return json.loads(self.regio(*arguments, "--json", **options).stdout)
