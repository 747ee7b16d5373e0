"""What CONTRIBUTING.md says about adding an algorithm is done here, step by step, in a copy of the project: the template's
files are copied, one word is added to CMake, and the new algorithm must build, pass its test and run its benchmark.

    newcomer_test.py SOURCE WORK_FOLDER PYTHON     PYTHON: the one whose packages the tests use
"""
import os
import pathlib
import shutil
import subprocess
import sys


def run(*command, **options):
    completed = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if completed.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {completed.returncode}:\n{completed.stdout[-6000:]}")
    return completed.stdout


def main():
    source, work = map(pathlib.Path, sys.argv[1:3])
    shutil.rmtree(work, ignore_errors=True)
    copied = ("CMakeLists.txt", "CMakePresets.json", "cmake", "include", "host", "kernels", "tests", "bench", "docs", "examples", "datasets", "scripts")
    for name in copied:
        if (source / name).is_dir():
            shutil.copytree(source / name, work / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            work.mkdir(exist_ok=True)
            shutil.copy(source / name, work / name)

    before = {p.relative_to(work) for p in work.rglob("*")}
    template = work / "docs/template"
    added = [p.relative_to(template) for p in template.rglob("*") if p.is_file()]
    if not 0 < len(added) <= 9:
        sys.exit(f"the template has {len(added)} files; an algorithm is at most nine")
    for name in added:
        if name in before:
            sys.exit(f"the template would overwrite {name}")
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(template / name, work / name)
    with open(work / "host/cluster/CMakeLists.txt", "a", encoding="utf-8") as cmake:
        cmake.write("regio_algorithm(cluster theil_index)\n")

    environment = dict(os.environ, CCACHE_BASEDIR=str(work), CCACHE_NOHASHDIR="1")
    run("cmake", "--preset", "release", f"-DREGIO_PYTHON={sys.argv[3]}", cwd=work, env=environment)
    run("cmake", "--build", "build/release", "-j2", "--target", "cluster_theil_index_test", "theil_index_bench", cwd=work,
        env=environment)
    run("build/release/tests/cluster_theil_index_test", cwd=work)
    output = run("build/release/bench/theil_index_bench", "--benchmark_min_time=0.01", cwd=work)
    if "years_of_regions/50" not in output:
        sys.exit(f"the benchmark printed:\n{output}")
    print("the template builds, passes its test and runs its benchmark")


if __name__ == "__main__":
    main()
