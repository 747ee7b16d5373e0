"""Runs what README.md and docs/ show.

    run_blocks.py SOURCE BUILD WORK COMPILER PYTHON [PAGE...]

- `sh` blocks run with bash in a scratch folder that has datasets/ and the program on the PATH. Commands of scripts/ are not
  run from here (they run the tests that run this); they must exist.
- `cpp` blocks are whole programs: they are compiled against the library and run in the same folder.
- `python` blocks run with PYTHON in the same folder.
- `toml` blocks must parse.
Blocks of one page run in order, in one folder.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
KNOWN = {"sh", "cpp", "python", "toml", "text", "json", "csv", "cmake", "html"}
ELSEWHERE = re.compile(r"^\s*(scripts/\S+|git clone|cd regio|cmake |sudo )")


def run_shell(text, folder, environment, source):
    kept = []
    for line in text.splitlines():
        if ELSEWHERE.match(line):
            command = line.split()[0]
            if command.startswith("scripts/") and not os.access(source / command, os.X_OK):
                return f"{command} does not exist or cannot be run"
            continue
        kept.append(line)
    completed = subprocess.run(["bash", "-euo", "pipefail", "-c", "\n".join(kept)], cwd=folder, env=environment, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    return None if completed.returncode == 0 else f"status {completed.returncode}:\n{completed.stdout[-3000:]}"


def run_program(text, folder, build, source, compiler):
    (folder / "block.cpp").write_text(text, encoding="utf-8")
    for command in ([compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", f"-I{source}/include", "block.cpp", "-o", "block",
                     f"-L{build}", f"-Wl,-rpath,{build}", "-lregio"], ["./block"]):
        completed = subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
        if completed.returncode != 0:
            return f"{command[0]} ended with {completed.returncode}:\n{completed.stdout[-3000:]}"
    return None


def run_python(text, folder, python):
    completed = subprocess.run([python, "-c", text], cwd=folder, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, timeout=300)
    return None if completed.returncode == 0 else f"status {completed.returncode}:\n{completed.stdout[-3000:]}"


def main():
    source, build, work = (pathlib.Path(p).resolve() for p in sys.argv[1:4])
    compiler = sys.argv[4]
    python = sys.argv[5]
    pages = [source / page for page in sys.argv[6:]]
    if not pages:
        pages = [source / "README.md"] + sorted(p for p in (source / "docs").rglob("*.md") if "template" not in p.parts)
    environment = dict(os.environ, PATH=f"{build / 'bin'}:{os.environ['PATH']}")
    failures, count = [], 0
    for page in pages:
        folder = work / page.relative_to(source).with_suffix("")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copytree(source / "datasets", folder / "datasets")
        text = page.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            language, block = match.groups()
            where = f"{page.relative_to(source)}:{text.count(chr(10), 0, match.start()) + 1}"
            problem = None
            if language not in KNOWN:
                problem = f"a block of '{language}' is not checked by anything"
            elif language == "sh":
                problem = run_shell(block, folder, environment, source)
            elif language == "cpp":
                problem = run_program(block, folder, build, source, compiler)
            elif language == "python":
                problem = run_python(block, folder, python)
            elif language == "toml":
                try:
                    tomllib.loads(block)
                except tomllib.TOMLDecodeError as error:
                    problem = str(error)
            count += 1
            if problem:
                failures.append(f"{where}: {problem}")
    print("\n\n".join(failures) if failures else f"{count} blocks of {len(pages)} pages ran")
    return 1 if failures or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
