"""What a user meets before any study: help, version, devices, completions, the manual page, and misspelt words."""
import json
import re
import shutil
import subprocess
import unittest

from program import DONE, PROGRAM, SOURCE, WRONG_USAGE, ProgramTest, environment


class Commands(ProgramTest):
    def commands(self):
        text = self.regio("--help").stdout.split("Subcommands:")[1]
        return re.findall(r"^  (\w+)  ", text, re.MULTILINE)

    def options(self, command):
        return re.findall(r"(?<![\w-])--[a-z][a-z-]*", self.regio(command, "--help").stdout)

    def test_help_names_every_command_and_goes_to_standard_output(self):
        completed = self.regio("--help")
        self.assertEqual(completed.stderr, "")
        self.assertLessEqual({"run", "new", "cluster", "dynamics", "devices"}, set(self.commands()))
        for command in self.commands():
            self.assertIn(f"regio {command}", self.regio(command, "--help").stdout)

    def test_nothing_said_is_wrong_usage_and_shows_the_help(self):
        completed = self.regio(status=WRONG_USAGE)
        self.assertEqual(completed.stdout, "")
        self.assertIn("Subcommands:", completed.stderr)

    def test_version_lists_the_optional_parts(self):
        text = self.regio("--version").stdout
        self.assertRegex(text, r"\Aregio \d+\.\d+\.\d+\n")
        self.assertIn("CUDA", text)

    def test_devices_give_a_reason_for_each_engine_that_is_not_usable(self):
        text = self.regio("devices").stdout
        self.assertRegex(text, r"(?m)^cpu +usable: CPU, \d+ thread")
        devices = self.json_of("devices")["devices"]
        self.assertEqual([devices[0]["device"], devices[0]["usable"]], ["cpu", True])
        for device in devices:
            self.assertEqual("failure" in device, not device["usable"])

    def test_a_missing_cuda_library_is_named(self):
        devices = self.json_of("devices", env=environment(REGIO_CUDA_LIBRARY="/nowhere/libcuda backend.so"))["devices"]
        self.assertEqual(devices[1]["failure"], "library-missing")
        self.assertIn("/nowhere/libcuda backend.so", devices[1]["description"])

    def test_the_library_is_looked_for_by_auto_too(self):
        env = environment(REGIO_CUDA_LIBRARY="/nowhere/libcuda backend.so")
        self.write("panel.csv", "region,year,a\nX,2000,1\nY,2000,2\nZ,2000,4\n")
        self.regio("cluster", "panel.csv", "-k", "2", env=env)
        manifest = json.loads((self.folder / "panel-results/manifest.json").read_text(encoding="utf-8"))
        self.assertIn("/nowhere/libcuda backend.so", manifest["run"]["device"])

    def test_misspelt_words_get_a_suggestion(self):
        for arguments, message in (
                (["devces"], "there is no command 'devces'; did you mean 'devices'?"),
                (["--versoin"], "there is no option '--versoin'; did you mean '--version'?"),
                (["devices", "--jsno"], "'regio devices' has no option '--jsno'; did you mean '--json'?"),
                (["completion", "bsh"], "did you mean 'bash'?"),
                (["devices", "now"], "'now' is one argument too many for 'regio devices'")):
            completed = self.regio(*arguments, status=WRONG_USAGE)
            self.assertEqual(completed.stdout, "")
            self.assertIn(message, completed.stderr)

    def test_a_failure_with_json_is_one_document(self):
        document = json.loads(self.regio("devices", "--json", "now", status=WRONG_USAGE).stdout)
        self.assertEqual(document["error"]["status"], WRONG_USAGE)
        self.assertEqual(document["error"]["kind"], "input")

    def test_a_full_disk_under_standard_output_is_an_error(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            completed = self.regio("--help", stdout=full, status=WRONG_USAGE)
        self.assertIn("No space left on device", completed.stderr)

    def test_a_reader_that_goes_away_ends_the_program_without_a_message(self):
        with subprocess.Popen([PROGRAM, "manual"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=environment()) as process:
            process.stdout.close()
            self.assertEqual(process.stderr.read(), b"")
            self.assertIn(process.wait(), (-13, DONE))

    def test_the_manual_page_has_every_command_option_and_argument(self):
        page = self.regio("manual").stdout.replace("\\-", "-")
        for command in self.commands():
            self.assertIn(f".SS {command}\n", page)
            section = page.split(f".SS {command}\n")[1].split(".SS")[0]
            for option in self.options(command):
                if option != "--help":
                    self.assertIn(f"\\fB{option}\\fR", section, command)

    @unittest.skipUnless(shutil.which("man"), "man is not installed")
    def test_the_manual_page_formats_without_a_warning(self):
        page = self.write("regio.1", self.regio("manual").stdout)
        completed = subprocess.run(["man", "--warnings", "-l", page], env=environment(MANWIDTH="80", LC_ALL="C.UTF-8"),
                                   capture_output=True, text=True, check=False)
        self.assertEqual((completed.returncode, completed.stderr), (0, ""))

    def test_the_guide_shows_the_study_files_that_new_writes(self):
        guide = (SOURCE / "docs/guide/study-file.md").read_text(encoding="utf-8")
        for kind in ("cluster", "dynamics", "balance", "points"):
            self.assertIn(f"```toml\n{self.regio('new', kind).stdout}```\n", guide)

    def test_a_new_study_file_does_not_replace_one_that_exists(self):
        self.regio("new", "cluster", "--out", "study.toml")
        before = (self.folder / "study.toml").read_text(encoding="utf-8")
        self.assertIn("--force", self.regio("new", "dynamics", "--out", "study.toml", status=WRONG_USAGE).stderr)
        self.assertEqual((self.folder / "study.toml").read_text(encoding="utf-8"), before)
        self.regio("new", "dynamics", "--out", "study.toml", "--force")
        self.assertNotEqual((self.folder / "study.toml").read_text(encoding="utf-8"), before)

    def complete_in_bash(self, *words):
        script = self.write("completion.bash", self.regio("completion", "bash").stdout)
        line = " ".join(f"'{word}'" for word in words)
        completed = subprocess.run(
            ["bash", "--norc", "-c", f"set -u; source '{script}'; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; "
             "COMPREPLY=(); _regio; printf '%s\\n' \"${COMPREPLY[@]}\""],
            capture_output=True, text=True, env=environment(), cwd=self.folder, check=True)
        return completed.stdout.splitlines()

    def test_bash_completes_commands_options_and_choices(self):
        self.assertEqual(self.complete_in_bash("regio", "dev"), ["devices"])
        self.assertEqual(sorted(self.complete_in_bash("regio", "devices", "--")), ["--help", "--json"])
        self.assertEqual(self.complete_in_bash("regio", "completion", ""), ["bash", "zsh"])
        self.assertEqual(self.complete_in_bash("regio", "cluster", "panel.csv", "--chain", "p"), ["pooled"])
        self.assertEqual(self.complete_in_bash("regio", "cluster", "--rest"), ["--restarts"])
        self.write("my study.toml", "")
        self.assertEqual(self.complete_in_bash("regio", "run", "my"), ["my study.toml"])

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_accepts_its_script(self):
        script = self.write("_regio", self.regio("completion", "zsh").stdout)
        completed = subprocess.run(
            ["zsh", "-f", "-c", f"autoload -Uz compinit; compinit -u -d '{self.folder}/dump'; source '{script}'; "
             "print $_comps[regio]; functions _regio"],
            capture_output=True, text=True, env=environment(), check=False)
        self.assertEqual((completed.returncode, completed.stderr), (0, ""))
        self.assertTrue(completed.stdout.startswith("_regio\n"))
        for command in self.commands():
            self.assertIn(command, completed.stdout)


if __name__ == "__main__":
    unittest.main()
