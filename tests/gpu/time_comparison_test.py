"""The comparison of times with the model: made-up times of a made-up device, never measured ones.

    time_comparison_test.py TIME_COMPARISON
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
# 100 multiprocessors at 1 GHz, with the rates of compute capability 9.0.
DEVICE = "device;made-up device;100;1e9;90;233472"


class TimeComparisonTest(unittest.TestCase):
    def compare(self, *lines):
        with tempfile.TemporaryDirectory() as folder:
            measured = pathlib.Path(folder) / "measured.txt"
            measured.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
            return subprocess.run([PROGRAM, str(measured)], capture_output=True, text=True, check=False)

    def row(self, milliseconds):
        """The cells for 10^6 runs of n=24 d=15 k=6 with three iterations."""
        done = self.compare(DEVICE, f"fits;24;15;6;1;1000000;3;{milliseconds}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("made-up device: 100 multiprocessors at 1.00 GHz, compute capability 9.0", done.stdout)
        line = next(line for line in done.stdout.splitlines() if line.startswith("| 1 x"))
        return [cell.strip() for cell in line.strip("|").split("|")], done.stdout

    def test_times_as_expected_are_not_marked(self):
        # 913 passes of the start, 12 and 238 of each iteration: docs/performance.md has the parts.
        passes = 913 + 10 + 3 * (109 + 129)
        cells, text = self.row(4 * passes * 1e-2)
        self.assertEqual(float(cells[1].split()[0]), float(f"{passes * 1e-2:.3g}"))
        self.assertAlmostEqual(float(cells[4]), 1, delta=0.02)
        self.assertEqual(cells[5], "as expected")
        self.assertIn("0 of 1 times are off by more than a factor of 2.", text)

    def test_what_is_off_is_marked(self):
        expected = float(self.row(50)[0][2].split()[0])
        for factor, verdict in ((2.1, "**slower than expected**"), (1.9, "as expected"), (0.55, "as expected"),
                                (0.45, "**faster than expected**"), (0.2, "**faster than the limit: the model is wrong**")):
            cells, text = self.row(factor * expected)
            self.assertEqual(cells[5], verdict)
            self.assertAlmostEqual(float(cells[4]), factor, delta=0.02)
            self.assertIn(f"{int(verdict != 'as expected')} of 1 times", text)

    def test_copies_count(self):
        own, shared = (self.compare(DEVICE, f"fits;24;15;6;{problems};{runs};3;50").stdout.splitlines()[-3]
                       for problems, runs in ((100000, 1), (1, 100000)))
        difference = float(own.split("|")[3].split()[0]) - float(shared.split("|")[3].split()[0])
        self.assertAlmostEqual(difference, 1e3 * 1e5 * (8 * 24 * 15 + 4 * 24 + 8 * 6 * 15 + 40) / 55e9, delta=0.1)

    def test_what_has_no_model_is_said(self):
        done = self.compare(DEVICE, "fits;1000;15;6;1;10000;9;50")
        self.assertIn("| 50 ms | | made by blocks: no model |", done.stdout)

    def test_what_is_no_record_is_refused(self):
        for lines, message in (((), "holds no measured time"), ((DEVICE,), "holds no measured time"),
                               (("fits;1;2;3",), "line 1: the first line is to begin with 'device'"),
                               ((DEVICE, "fits;24;15"), "line 2: field 4 is missing"),
                               ((DEVICE, "fits;24;15;6;1;1;3;soon"), "line 2: 'soon' is no number above zero"),
                               ((DEVICE, "fits;24;15;6;1;1;3;-1"), "line 2: '-1' is no number above zero")):
            done = self.compare(*lines)
            self.assertEqual(done.returncode, 1)
            self.assertIn(message, done.stderr)


if __name__ == "__main__":
    unittest.main()
