"""--device simt is a word of the tests' program alone.

    program_test.py PROGRAM TESTS_PROGRAM
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM, TESTS_PROGRAM = (str(pathlib.Path(sys.argv.pop(1)).resolve()) for _ in range(2))


def run(program, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run([program, *arguments], cwd=folder, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


class Word(unittest.TestCase):
    def test_the_program_that_is_installed_does_not_know_it(self):
        refused = run(PROGRAM, "cluster", "no.csv", "--device", "simt")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--device: simt not in {cpu,cuda,auto}", refused.stderr)
        for command in ("manual", "completion"):
            arguments = [command] + (["bash"] if command == "completion" else [])
            self.assertNotIn("simt", run(PROGRAM, *arguments).stdout)

    def test_the_program_of_the_tests_does(self):
        help_text = run(TESTS_PROGRAM, "cluster", "--help").stdout
        self.assertIn("cpu|cuda|auto|simt", help_text)


if __name__ == "__main__":
    unittest.main()
