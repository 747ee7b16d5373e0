"""What libregio_cuda shows to the process that loads it: its one function, and what exceptions need on their way out.

    exports_test.py LIBRARY
"""
import re
import subprocess
import sys

# Types of exceptions are told apart by name across libraries; templates of the standard library are everybody's.
SHARED = re.compile(r"(vtable|typeinfo|typeinfo name) for regio::\w+Error$|([\w ]+ for )?std::|guard variable for std::")


def main():
    listing = subprocess.run(["nm", "-D", "-C", "--defined-only", sys.argv[1]], stdout=subprocess.PIPE, text=True, check=True)
    names = [line.split(maxsplit=2)[2] for line in listing.stdout.splitlines()]
    if "regio_cuda_backend" not in names:
        sys.exit("regio_cuda_backend is not exported")
    others = [name for name in names if name != "regio_cuda_backend" and not SHARED.match(name)]
    if others:
        sys.exit("exported beside regio_cuda_backend:\n" + "\n".join(others))
    print("one function")


if __name__ == "__main__":
    main()
