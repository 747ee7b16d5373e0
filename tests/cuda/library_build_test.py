"""nvcc builds libregio_cuda, and what is installed finds it and says what a machine lacks.

    library_build_test.py SOURCE BUILD_FOLDER PYTHON     PYTHON: the one whose packages may bring nvcc

With a build folder beside that of the tests the compiler cache knows the main library already.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

SKIPPED = 77
DEVICE_ERROR = 4  # docs/guide/command-line.md


def run(*command, **options):
    completed = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               check=False, **options)
    if completed.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {completed.returncode}:\n{completed.stdout[-6000:]}")
    return completed.stdout


def find_nvcc(python):
    packages = run(python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])").strip()
    of_packages = pathlib.Path(packages) / "nvidia/cu13/bin/nvcc"
    return of_packages if of_packages.exists() else shutil.which("nvcc")


def main():
    source, build = map(pathlib.Path, sys.argv[1:3])
    nvcc = find_nvcc(sys.argv[3])
    if nvcc is None:
        print("no nvcc")
        sys.exit(SKIPPED)
    shutil.rmtree(build, ignore_errors=True)
    environment = dict(os.environ, CCACHE_BASEDIR=str(source), CCACHE_NOHASHDIR="1")
    run("cmake", "-S", source, "-B", build, "-G", "Ninja", f"-DCMAKE_CUDA_COMPILER={nvcc}", "-DREGIO_WITH_CUDA=ON",
        "-DREGIO_CUDA_ARCHITECTURES=80-real", "-DREGIO_WARNINGS_AS_ERRORS=ON", "-DREGIO_BUILD_TESTS=OFF",
        "-DREGIO_BUILD_BENCHMARKS=OFF", f"-DREGIO_PYTHON={sys.argv[3]}", f"-DCMAKE_INSTALL_PREFIX={build / 'prefix'}")
    run("cmake", "--build", build, "-j2", env=environment)
    run("cmake", "--install", build)

    backend, = (build / "prefix").rglob("libregio_cuda.so.?")
    print(run(sys.executable, pathlib.Path(__file__).with_name("exports_test.py"), backend))
    for program in [build / "prefix/bin/regio", *(build / "prefix").rglob("libregio.so")]:
        needed = [line for line in run("readelf", "-d", program).splitlines() if "NEEDED" in line]
        if not needed or any("cuda" in line or "cublas" in line for line in needed):
            sys.exit(f"{program} needs:\n" + "\n".join(needed))

    plain = {key: value for key, value in os.environ.items() if not key.startswith("REGIO_") and key != "LD_LIBRARY_PATH"}
    devices = json.loads(run(build / "prefix/bin/regio", "devices", "--json", env=plain))["devices"]
    for device in devices[1:]:
        print(device)
        if not device["usable"] and device["failure"] not in ("driver-missing", "no-device"):
            sys.exit("the backend was not loaded")

    study = source / "datasets/us-states-1970-1986/study.toml"
    completed = subprocess.run([build / "prefix/bin/regio", "run", study, "--device", "cuda", "--json", "--out", build / "study"],
                               stdout=subprocess.PIPE, text=True, env=plain, check=False)
    usable = devices[1]["usable"]
    if completed.returncode != (0 if usable else DEVICE_ERROR):
        sys.exit(f"a study on --device cuda ended with {completed.returncode}:\n{completed.stdout}")
    if not usable and json.loads(completed.stdout)["error"]["failure"] != devices[1]["failure"]:
        sys.exit(f"a study on --device cuda says:\n{completed.stdout}")


if __name__ == "__main__":
    main()
