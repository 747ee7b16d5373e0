"""Runs that are interrupted, killed, or find no room: nothing half-written, and --resume gives the same bytes."""
import csv
import hashlib
import json
import os
import pathlib
import pty
import random
import resource
import shutil
import signal
import subprocess
import time
import unittest

from program import INTERRUPTED, PROGRAM, WRONG_USAGE, ProgramTest, environment

SEED = 20220901
KILLS = 50


def digest(content):
    return hashlib.sha256(content).hexdigest()


def panel():
    generator = random.Random(SEED)
    lines = ["region,year,a,b,c,d"]
    for year in range(1990, 2000):
        for region in range(40):
            lines.append(f"R{region:02},{year}," + ",".join(f"{generator.gauss(region % 4, 1):.6f}" for _ in range(4)))
    return "\n".join(lines) + "\n"


class Interruptions(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("panel.csv", panel())

    def study(self, bootstrap):
        return ["cluster", "panel.csv", "-k", "5", "--k-range", "2", "6", "--restarts", "20", "--gap-references", "2",
                "--bootstrap", str(bootstrap), "--bootstrap-restarts", "5"]

    def start(self, *arguments):
        return subprocess.Popen([PROGRAM, *arguments], cwd=self.folder, env=environment(), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def interrupted(self, folder, interrupt, ended_by):
        """
        Starts a study, calls interrupt(process) once the first block of its bootstrap has been kept, and returns the study and what it
        wrote to standard error. How fast the machine is must not matter: a run that ends before it is interrupted is done again with
        twice the bootstrap.
        """
        bootstrap = 8000
        while bootstrap < 10**7:
            study = self.study(bootstrap)
            with self.start(*study, "--out", folder) as process:
                while not list((self.folder / folder).rglob("*bootstrap-0*")) and process.poll() is None:
                    time.sleep(0.002)
                interrupt(process)
                _, messages = process.communicate(timeout=60)
            if process.returncode in ended_by:
                return study, messages
            self.assertEqual(process.returncode, 0, messages)
            shutil.rmtree(self.folder / folder)
            bootstrap *= 2
        self.fail("no run was long enough to be interrupted")

    def contents(self, folder):
        """Digest of every file of a folder, the run object of the manifest aside."""
        result = {}
        for path in sorted((self.folder / folder).rglob("*")):
            if path.is_file():
                result[str(path.relative_to(self.folder / folder))] = digest(path.read_bytes())
        manifest = json.loads((self.folder / folder / "manifest.json").read_text(encoding="utf-8"))
        del manifest["run"]
        result["manifest.json"] = manifest
        return result

    def test_killed_at_seeded_points_and_resumed_gives_the_same_bytes(self):
        study = self.study(300)
        started = time.monotonic()
        self.regio(*study, "--out", "whole")
        duration = time.monotonic() - started
        expected = self.contents("whole")
        generator = random.Random(SEED)
        killed = 0
        for attempt in range(20 * KILLS):
            if killed == KILLS:
                break
            shutil.rmtree(self.folder / "cut", ignore_errors=True)
            delay = generator.uniform(0, 1.1 * duration)
            started = time.monotonic()
            with self.start(*study, "--out", "cut") as process:
                try:
                    process.wait(timeout=delay)
                    # Points beyond the end of a run cut nothing: the next ones lie within what this one took.
                    duration = min(duration, time.monotonic() - started)
                except subprocess.TimeoutExpired:
                    process.kill()
                    killed += 1
            for path in (self.folder / "cut").rglob("*"):
                # Whatever has its final name is whole.
                name = str(path.relative_to(self.folder / "cut"))
                if name in expected and name != "manifest.json":
                    self.assertEqual(digest(path.read_bytes()), expected[name], f"{name} after {delay:.3f} s, seed {SEED}")
            self.regio(*study, "--out", "cut", "--resume")
            self.assertEqual(self.contents("cut"), expected, f"attempt {attempt} after {delay:.3f} s, seed {SEED}")
        self.assertEqual(killed, KILLS)

    def test_ctrl_c_is_status_130_and_can_be_resumed(self):
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            out = f"cut {signal_number}"
            study, messages = self.interrupted(out, lambda process: process.send_signal(signal_number), [INTERRUPTED])
            self.assertIn(b"--resume", messages)
            self.assertFalse((self.folder / out / "manifest.json").exists())
        refused = self.regio(*study, "--out", out, status=WRONG_USAGE)
        self.assertIn("--resume", refused.stderr)
        self.regio(*study, "--out", out, "--resume")
        self.regio(*study, "--out", "whole")
        self.assertEqual(self.contents(out), self.contents("whole"))

    def test_a_second_ctrl_c_ends_the_program_at_once(self):
        def both(process):
            # A stopped process gets both signals before it can react to the first.
            for signal_number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT):
                process.send_signal(signal_number)

        # Between the two the program may have ended by itself, in order, for the first: then that is seen, and it is tried again.
        for attempt in range(20):
            with self.subTest(attempt=attempt), self.start(*self.study(10**6), "--out", f"cut {attempt}") as process:
                while not list((self.folder / f"cut {attempt}").rglob("*bootstrap-0*")):
                    self.assertIsNone(process.poll())
                    time.sleep(0.002)
                both(process)
                process.communicate(timeout=60)
            self.assertIn(process.returncode, (-signal.SIGTERM, -signal.SIGINT, INTERRUPTED))
            if process.returncode != INTERRUPTED:
                return
        self.fail("the second signal never ended the program")

    def test_a_terminal_shows_one_line_that_renews_itself(self):
        primary, secondary = pty.openpty()
        with subprocess.Popen([PROGRAM, *self.study(100_000)], cwd=self.folder, env=environment(TERM="xterm"),
                              stdout=subprocess.PIPE, stderr=secondary) as process:
            os.close(secondary)
            shown = b""
            try:
                while chunk := os.read(primary, 4096):
                    shown += chunk
            except OSError:  # the other side was closed
                pass
            process.communicate()
        os.close(primary)
        self.assertEqual(process.returncode, 0)
        self.assertRegex(shown.decode(), r"\r\x1b\[K[^\r\n]+: \d+ of \d+ [^\r\n]+/s, \d+:\d\d left")

    def test_a_resumed_bootstrap_does_not_start_again(self):
        study, _ = self.interrupted("cut", lambda process: process.kill(), [-signal.SIGKILL])
        kept = [path.read_bytes() for path in sorted((self.folder / "cut").glob("**/*bootstrap-0*"))]
        self.assertTrue(kept[0])
        self.regio(*study, "--out", "cut", "--resume")
        self.regio(*study, "--out", "whole")
        self.assertEqual(self.contents("cut"), self.contents("whole"))
        self.assertFalse(list((self.folder / "cut").glob("**/*bootstrap-0*")), "finished runs keep no checkpoints")

    def test_another_study_is_not_resumed(self):
        self.interrupted("cut", lambda process: process.send_signal(signal.SIGINT), [INTERRUPTED])
        refused = self.regio(*self.study(10), "--out", "cut", "--resume", status=WRONG_USAGE)
        self.assertIn("cut", refused.stderr)

    def test_force_and_resume_exclude_each_other(self):
        refused = self.regio(*self.study(0), "--force", "--resume", status=WRONG_USAGE)
        self.assertIn("--force", refused.stderr)

    def test_a_full_disk_is_an_error_and_leaves_nothing(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

        refused = self.regio(*self.study(0), "--out", "full", status=WRONG_USAGE, preexec_fn=limit)
        self.assertIn("File too large", refused.stderr)
        self.assertFalse((self.folder / "full").exists())

    def test_a_file_in_the_place_of_the_folder(self):
        self.write("taken", "mine")
        refused = self.regio(*self.study(0), "--out", "taken", status=WRONG_USAGE)
        self.assertIn("taken", refused.stderr)
        refused = self.regio(*self.study(0), "--out", "taken/below", status=WRONG_USAGE)
        self.assertIn("taken", refused.stderr)
        self.assertEqual((self.folder / "taken").read_text(encoding="utf-8"), "mine")

    def test_an_unwritable_folder(self):
        refused = self.regio(*self.study(0), "--out", "/proc/nowhere", status=WRONG_USAGE)
        self.assertIn("/proc/nowhere", refused.stderr)
        if os.geteuid() != 0:
            (self.folder / "locked").mkdir(mode=0o500)
            refused = self.regio(*self.study(0), "--out", "locked/results", status=WRONG_USAGE)
            self.assertIn("Permission denied", refused.stderr)

    def test_more_memory_than_allowed_is_an_error_and_leaves_nothing(self):
        study = self.study(0)
        study[study.index("--restarts") + 1] = "1000000"
        refused = self.regio(*study, "--memory", "100MB", "--threads", "1", "--out", "large", status=WRONG_USAGE)
        self.assertRegex(refused.stderr, r"regio: --memory: found '100MB', expected at least \d\d\d+MB for this study\n")
        self.assertFalse((self.folder / "large").exists())

    def test_a_lost_reader_of_the_messages_does_not_end_the_run(self):
        reading, writing = os.pipe()
        os.close(reading)
        try:
            with subprocess.Popen([PROGRAM, *self.study(0), "--progress", "plain"], cwd=self.folder, env=environment(),
                                  stdout=subprocess.PIPE, stderr=writing) as process:
                self.assertEqual(process.wait(timeout=60), 0)
        finally:
            os.close(writing)
        self.assertTrue((self.folder / "panel-results/manifest.json").exists())


class Names(ProgramTest):
    def test_names_of_every_kind_pass_through_unchanged(self):
        names = ["New York", "Ç, \"quoted\"", "Čerkasy", "C\u030cerkasy", "أبوظبي", "🌻", "a;b", "</script>", "-x", "=1+1"]
        lines = ["region,year,a"]
        for year in (2001, 2002):
            for i, name in enumerate(names):
                quoted = '"' + name.replace('"', '""') + '"'
                lines.append(f"{quoted},{year},{i * i + year}")
        folder = pathlib.Path("Ärger und Freude 🌻")
        self.write(folder / "my panel.csv", "\r\n".join(lines) + "\r\n")
        self.regio("cluster", folder / "my panel.csv", "-k", "3")
        with open(self.folder / folder / "my panel-results/clusters.csv", encoding="utf-8", newline="") as file:
            regions = [row["region"] for row in csv.DictReader(file)]
        self.assertEqual(regions, names * 2)

    def test_numbers_do_not_depend_on_the_locale(self):
        self.write("panel.csv", panel())
        locales = self.folder / "locales"
        locales.mkdir()
        made = shutil.which("localedef") and subprocess.run(
            ["localedef", "-i", "de_DE", "-f", "UTF-8", locales / "de_DE.UTF-8"], check=False,
            capture_output=True).returncode == 0
        if not made:
            self.skipTest("the locale de_DE cannot be made here (package locales)")
        study = ["cluster", "panel.csv", "-k", "3", "--restarts", "5"]
        self.regio(*study, "--out", "plain")
        self.regio(*study, "--out", "german", env=environment(LC_ALL="de_DE.UTF-8", LOCPATH=str(locales)))
        for name in ("clusters.csv", "choice_of_k.csv", "report.html"):
            self.assertEqual((self.folder / "plain" / name).read_bytes(), (self.folder / "german" / name).read_bytes())


if __name__ == "__main__":
    unittest.main()
