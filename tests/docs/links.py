"""Every relative link and picture of README.md, CONTRIBUTING.md and docs/ leads to a file.

    links.py SOURCE
"""
import pathlib
import re
import sys

LINK = re.compile(r"\]\(([^)\s]+)\)")


def main():
    source = pathlib.Path(sys.argv[1])
    pages = [source / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    pages += [p for folder in ("docs", "datasets") for p in (source / folder).rglob("*.md") if "template" not in p.parts]
    broken = []
    for page in pages:
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            if re.match(r"[a-z]+:", target) or target.startswith("#"):
                continue
            if not (page.parent / target.split("#")[0]).exists():
                broken.append(f"{page.relative_to(source)}: {target}")
    print("\n".join(broken) if broken else f"{len(pages)} pages, no broken link")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
