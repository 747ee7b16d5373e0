"""scripts/setup without the rights to install, and on a system without apt.

A copy of scripts/ is asked for a package that exists nowhere, with a PATH of chosen commands.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv.pop(1))
TOOLS = ("bash", "env", "dirname", "grep", "cmp", "cp", "sed", "sh")


class Setup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="regio setup ")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        shutil.copytree(SOURCE / "scripts", self.root / "scripts")
        self.commands = self.root / "commands"
        self.commands.mkdir()
        for tool in TOOLS:
            (self.commands / tool).symlink_to(shutil.which(tool))
        (self.root / "scripts/packages").write_text("build nowhere-dev command:a-command-of-nowhere\n")

    def command(self, name, text):
        path = self.commands / name
        path.write_text(f"#!{shutil.which('bash')}\n{text}\n")
        path.chmod(0o755)

    def run_setup(self, *options):
        return subprocess.run([self.root / "scripts/setup", *options], env={"PATH": str(self.commands)}, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)

    def test_without_root_it_prints_the_line_to_run(self):
        self.command("id", "echo 1000")
        self.command("apt-get", f"touch {self.root}/apt-was-called")
        completed = self.run_setup()
        self.assertEqual(completed.returncode, 2)
        self.assertIn("sudo apt-get update && sudo apt-get install -y --no-install-recommends nowhere-dev", completed.stderr)
        self.assertFalse((self.root / "apt-was-called").exists())

    def test_without_apt_it_names_the_packages(self):
        self.command("id", "echo 0")
        completed = self.run_setup()
        self.assertEqual(completed.returncode, 2)
        self.assertIn("no apt-get", completed.stderr)
        self.assertIn("\n  nowhere-dev\n", completed.stderr)

    def test_as_root_it_installs_what_is_missing(self):
        self.command("id", "echo 0")
        self.command("apt-get", f'echo "$*" >> "{self.root}/calls"; exit 7')
        completed = self.run_setup()
        self.assertEqual(completed.returncode, 7, "a failed installation must end the set-up")
        self.assertEqual((self.root / "calls").read_text(), "update -qq\n")

    def test_when_nothing_is_missing_it_installs_nothing(self):
        self.command("a-command-of-nowhere", "")
        self.command("apt-get", f"touch '{self.root}/apt-was-called'")
        for purpose in ("build", "test"):
            stamp = self.root / f"build/venv/.installed-{purpose}"
            stamp.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.root / f"scripts/requirements-{purpose}.txt", stamp)
        completed = self.run_setup()
        self.assertEqual((completed.returncode, completed.stdout, completed.stderr), (0, "", ""))
        self.assertFalse((self.root / "apt-was-called").exists())

    def test_an_unknown_option_is_refused(self):
        completed = self.run_setup("--buidl")
        self.assertEqual(completed.returncode, 2)
        self.assertIn("unknown option '--buidl'", completed.stderr)


if __name__ == "__main__":
    unittest.main()
