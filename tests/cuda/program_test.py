"""--device simt is a word of the tests' program alone.

    program_test.py PROGRAM TESTS_PROGRAM
"""
import json
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

    def test_a_table_is_balanced_on_the_device_as_on_the_cpu(self):
        with tempfile.TemporaryDirectory() as folder:
            files = {"table.csv": ",x,y\na,1,2\nb,3,4\n", "rows.csv": "label,value\na,4\nb,6\n", "columns.csv": "label,value\nx,5\ny,5\n"}
            for name, text in files.items():
                pathlib.Path(folder, name).write_text(text, encoding="utf-8")
            results = {}
            for device in ("simt", "cpu"):
                arguments = [TESTS_PROGRAM, "balance", "table.csv", "--row-totals", "rows.csv", "--column-totals", "columns.csv",
                             "--device", device, "--out", device]
                completed = subprocess.run(arguments, cwd=folder, text=True, capture_output=True, check=False)
                self.assertEqual(completed.returncode, 0, completed.stderr)
                results[device] = [pathlib.Path(folder, device, name).read_bytes() for name in ("balanced.csv", "multipliers.csv")]
                manifest = json.loads(pathlib.Path(folder, device, "manifest.json").read_text(encoding="utf-8"))
                self.assertEqual("CUDA device" in manifest["run"]["device"], device == "simt")
            self.assertEqual(results["simt"], results["cpu"])

    def test_threads_of_the_cpu_side_are_those_asked_for(self):
        with tempfile.TemporaryDirectory() as folder:
            panel, out = pathlib.Path(folder) / "panel.csv", pathlib.Path(folder) / "out"
            rows = [f"R{region},{year},{region % 3 + 0.1 * year},{region % 2}" for region in range(9) for year in (1, 2)]
            panel.write_text("\n".join(["region,year,x,y", *rows]) + "\n", encoding="utf-8")
            completed = run(TESTS_PROGRAM, "cluster", str(panel), "-k", "2", "--restarts", "2", "--device", "simt",
                            "--threads", "3", "--out", str(out), "--quiet")
            self.assertEqual(completed.returncode, 0, completed.stderr)
            manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
            self.assertEqual(manifest["run"]["threads"], 3)
            self.assertIn("3 threads of the CPU", manifest["run"]["device"])


if __name__ == "__main__":
    unittest.main()
