"""docs/performance.md prints the tables of the cost model as the model gives them.

    page_test.py COST_TABLES PAGE
"""
import pathlib
import subprocess
import sys

lines = subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True).stdout.splitlines()
page = pathlib.Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()
missing = [line for line in lines if line not in page]
print("\n".join(["not on the page:", *missing]) if missing else f"{len(lines)} lines, all on the page")
sys.exit(1 if missing or not lines else 0)
