"""Checks what a reader relies on: no empty or placeholder files, no vague names, nothing of one machine.

    layout.py FOLDER     prints the findings; exit status 1 when there is one
"""
import pathlib
import re
import subprocess
import sys

VAGUE = re.compile(r"(^|[_/.-])(utils?|helpers?|common|misc|stuff)([_/.-]|$)")
MACHINE = re.compile(r"(?<![\w./-])/(?:home|root|work|Users)/\w")
DATA = {".csv", ".json", ".geojson", ".svg", ".png", ".npy", ".gz"}


def tracked(root):
    listing = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True, check=False)
    if listing.returncode == 0 and listing.stdout:
        return [name for name in listing.stdout.decode().split("\0") if name]
    return [p.relative_to(root).as_posix() for p in root.rglob("*")
            if p.is_file() and "build" not in p.relative_to(root).parts]


def findings(root):
    found = []
    for name in tracked(root):
        path = root / name
        if not path.is_file():
            continue
        if "tests/fuzz/corpus" in name or path.suffix in DATA:
            continue
        if VAGUE.search(name):
            found.append(f"{name}: a name that says nothing")
        text = path.read_bytes().decode("utf-8", errors="replace")
        if not text.strip():
            found.append(f"{name}: empty")
        for number, line in enumerate(text.splitlines(), start=1):
            if MACHINE.search(line) and not name.startswith("tests/structure/"):
                found.append(f"{name}:{number}: names a folder of one machine")
    return found


def main():
    found = findings(pathlib.Path(sys.argv[1]))
    print("\n".join(found) if found else "nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
