"""Sums up the JUnit files of ctest: what failed, what was skipped and why, and how many passed."""
import argparse
import collections
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("results", nargs="*", type=pathlib.Path)
    arguments.add_argument("--failed-steps", nargs="*", default=[])
    options = arguments.parse_args()

    passed, failed, skipped = 0, [], collections.defaultdict(list)
    for path in options.results:
        if not path.exists():
            continue
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            name = f"{path.stem}: {case.get('name')}"
            if case.find("failure") is not None or case.get("status") == "fail":
                failed.append(name)
            elif case.find("skipped") is not None or case.get("status") == "notrun":
                output = case.findtext("system-out") or ""
                reasons = [line for line in output.splitlines() if "SKIPPED:" in line]
                skipped[reasons[0].split("SKIPPED:")[1].strip() if reasons else "no reason given"].append(name)
            else:
                passed += 1

    for reason, names in skipped.items():
        print(f"skipped ({reason}): {', '.join(names)}")
    print("not run here: tests on a CUDA device (this command needs none)")
    for name in failed:
        print(f"failed: {name}")
    steps = [name for name in options.failed_steps if not name.startswith("tests-")]
    for name in steps:
        print(f"failed step: {name}")
    print(f"{passed} passed, {len(failed) + len(steps)} failed, {sum(map(len, skipped.values()))} skipped")
    return 1 if failed or options.failed_steps or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
