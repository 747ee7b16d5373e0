"""scripts/gpu-check: a pack runs in another place than the build, and what goes wrong is reported.

    gpu_check_test.py SOURCE BUILD
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop())
SOURCE = pathlib.Path(sys.argv.pop())
MOST_BYTES = 64 * 2**20


def run(program, *words, **variables):
    return subprocess.run([str(program), *words], capture_output=True, text=True, check=False, env={**os.environ, **variables})


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


class PackTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        made = run(SOURCE / "scripts/gpu-check", "--simt", "--build-folder", str(BUILD), "--pack", str(cls.folder / "made"))
        assert made.returncode == 0, made.stdout + made.stderr
        shutil.move(cls.folder / "made", cls.folder / "moved")
        cls.pack = cls.folder / "moved"

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def report(self):
        return (self.pack / "build/gpu-check/report.md").read_text(encoding="utf-8")

    def test_it_is_small(self):
        self.assertLess(sum(path.stat().st_size for path in self.pack.rglob("*") if path.is_file()), MOST_BYTES)

    def test_its_programs_take_their_libraries_from_it(self):
        for name in ("gpu_small_fits", "regio", "gpu_time_comparison"):
            found = subprocess.run(["ldd", str(self.pack / "programs" / name)], capture_output=True, text=True, check=True,
                                   env={**os.environ, "LD_LIBRARY_PATH": str(self.pack / "lib")}).stdout
            self.assertNotIn("not found", found)
            self.assertNotIn(str(BUILD), found)

    def test_every_part_runs_from_it(self):
        # A filter keeps the tests of engines short; that they pass on the simulated device is tested elsewhere.
        done = run(self.pack / "scripts/gpu-check", "--simt", GTEST_FILTER="*.RaggedBatch*/simt:*.PointsMustBeFinite/simt:*.AllPointsEqual/simt")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        text = self.report()
        for line in ("# Check of the CUDA backend", "- commit: ", "- device: none; the simulated device of tests/simt",
                     "- build: made elsewhere", "- tests-cluster_kmeans_test: passed", "- small-fits: passed",
                     "- timing: needs a device", "Everything passed: build tests sanitizer program timing."):
            self.assertIn(line, text)
        for name in (self.pack / "programs/engine-tests").read_text(encoding="utf-8").split():
            self.assertIn(f"- tests-{name}: passed", text)
        for name in ("test", "contract_test", "victims_test"):  # one test of each matches the filter
            log = (self.pack / f"build/gpu-check/tests-cluster_kmeans_{name}.log").read_text(encoding="utf-8")
            self.assertIn("[  PASSED  ] 1 test", log, name)

    def test_a_failure_is_in_the_report_and_in_the_status(self):
        # Without the library that it loads the program cannot say that the device gives the CPU's bits.
        library = self.pack / "lib/libregio_cuda_simt.so"
        library.rename(library.with_suffix(".away"))
        try:
            done = run(self.pack / "scripts/gpu-check", "--simt", "sanitizer")
        finally:
            library.with_suffix(".away").rename(library)
        self.assertEqual(done.returncode, 1)
        self.assertIn("- small-fits: FAILED, with status 1", self.report())
        self.assertIn("the CUDA backend could not be loaded", self.report())
        self.assertIn("Something FAILED (see above): sanitizer.", self.report())

    def run_with(self, driver, *words):
        """With this text as the shell's nvidia-smi."""
        with tempfile.TemporaryDirectory() as folder:
            script(pathlib.Path(folder) / "nvidia-smi", driver)
            return run(self.pack / "scripts/gpu-check", *words, PATH=f"{folder}:{os.environ['PATH']}")

    def test_times_stand_beside_the_model(self):
        # A made-up record of a made-up device: nothing is measured here.
        timing = self.pack / "programs/gpu_kmeans_timing"
        script(timing, "echo 'device;made-up device;100;1e9;90;233472'; echo 'fits;24;15;6;1;1000000;3;500'")
        done = self.run_with("exit 0", "timing")
        timing.unlink()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("made-up device: 100 multiprocessors", self.report())
        self.assertIn("**slower than expected**", self.report())
        self.assertIn("1 of 1 times are off by more than a factor of 2.", self.report())

    def test_a_step_that_takes_too_long_is_stopped(self):
        timing = self.pack / "programs/gpu_kmeans_timing"
        script(timing, "exit 124")  # as timeout ends
        done = self.run_with("exit 0", "timing")
        timing.unlink()
        self.assertEqual(done.returncode, 1)
        self.assertIn("- timing: FAILED, stopped after its limit of 120 s", self.report())

    def test_without_a_device_it_says_so(self):
        done = self.run_with("exit 9")
        self.assertEqual(done.returncode, 4)
        self.assertIn("no CUDA driver or no device here", done.stderr)

    def test_unknown_words_are_refused(self):
        for words in (("everything",), ("--pack",)):
            done = run(SOURCE / "scripts/gpu-check", *words)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words[0], done.stderr)


if __name__ == "__main__":
    unittest.main()
