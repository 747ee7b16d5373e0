"""What nvcc makes of every kernel, held to a baseline: registers, stack, spills, shared memory, occupancy and machine code.

kernel_evidence.py SOURCE_DIR OCCUPANCY_PROGRAM                     compares with baseline.json beside this file
kernel_evidence.py SOURCE_DIR OCCUPANCY_PROGRAM --update "reason"   writes the baseline; the reason is kept in it

Every kernels/*.cu is compiled, warnings being errors, for each architecture below and to PTX. Nothing runs on a device. A
figure that is worse than the baseline fails: more registers, stack or shared memory, any spill or access to local memory,
narrower loads from global memory, a smaller share of multiply-adds in the innermost loop, less occupancy than the floor.
Figures belong to one version of the compiler; under another one only the compilation and the rules without a baseline
count, and that is said. Ends with 77, the code of a skipped test, where there is no nvcc.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ARCHITECTURES = ["sm_75", "sm_80", "sm_90", "sm_100"]
VIRTUAL_ARCHITECTURE = "compute_75"  # the PTX that later devices compile for themselves
BASELINE = Path(__file__).with_name("baseline.json")
SKIPPED = 77


class Toolkit:
    """nvcc and nvdisasm of the Python environment, whose version is fixed, or else those of the machine."""

    def __init__(self):
        packaged = Path(sysconfig.get_paths()["purelib"]) / "nvidia" / "cu13" / "bin"
        self.nvcc = shutil.which("nvcc", path=str(packaged)) or shutil.which("nvcc")
        self.nvdisasm = shutil.which("nvdisasm", path=str(packaged)) or shutil.which("nvdisasm")

    def version(self):
        text = subprocess.run([self.nvcc, "--version"], check=True, text=True, capture_output=True).stdout
        return re.search(r"V(\d+\.\d+\.\d+)", text)[1]


def compile_kernels(toolkit, source, file, target, output):
    """Compiles one file; the figures that ptxas printed by mangled kernel name (none for PTX)."""
    # As libregio_cuda is compiled (host/cuda/CMakeLists.txt).
    options = ["-std=c++20", "-fmad=false", f"-arch={target}", "-Werror", "all-warnings", "-Xptxas", "-v", "-lineinfo"]
    kind = "-ptx" if target.startswith("compute") else "-cubin"
    includes = [f"-I{source / folder}" for folder in ("include", "host", ".")]
    run = subprocess.run([toolkit.nvcc, kind, *options, *includes, "-o", output, file], text=True, capture_output=True)
    if run.returncode != 0:
        raise SystemExit(f"{file} for {target} does not compile:\n{run.stderr}")
    figures, name = {}, None
    for line in run.stderr.splitlines():
        if found := re.search(r"Compiling entry function '(\S+)'", line):
            name = found[1]
            figures[name] = {"shared_bytes": 0}
        elif found := re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads", line):
            if name in figures:
                figures[name].setdefault("stack_bytes", int(found[1]))
                figures[name].setdefault("spill_bytes", int(found[2]) + int(found[3]))
        elif found := re.search(r"Used (\d+) registers", line):
            figures[name]["registers"] = int(found[1])
            if shared := re.search(r"(\d+) bytes smem", line):
                figures[name]["shared_bytes"] = int(shared[1])
            name = None
    return figures


class Instruction:
    def __init__(self, text):
        words = text.split()
        if words[0].startswith("@"):
            words = words[1:]
        self.name = words[0]
        target = re.search(r"`\((\.L_\S+?)\)", text)
        self.target = target[1] if target and self.name.startswith("BRA") else None


def machine_code(toolkit, cubin):
    """Instructions of each kernel in order, and the position of each label."""
    text = subprocess.run([toolkit.nvdisasm, "-c", cubin], check=True, text=True, capture_output=True).stdout
    kernels, instructions, labels = {}, None, None
    for line in text.splitlines():
        if found := re.match(r"\s*\.section\s+\.text\.(\S+?),", line):
            instructions, labels = [], {}
            kernels[found[1]] = (instructions, labels)
        elif instructions is None:
            continue
        elif found := re.match(r"(\.L_\S+):", line):
            labels[found[1]] = len(instructions)
        elif found := re.match(r"\s*/\*[0-9a-f]+\*/\s+(.*?);", line):
            instructions.append(Instruction(found[1]))
    return kernels


def is_multiply_add(name):
    return name.split(".")[0] in ("DFMA", "FFMA", "FFMA2")


def innermost_loops(instructions, labels):
    """[first, last] of every loop without a loop inside; a loop ends with a branch to a place before it."""
    loops = [(labels[i.target], at) for at, i in enumerate(instructions) if i.target in labels and labels[i.target] <= at]
    return [loop for loop in loops if not any(other != loop and loop[0] <= other[0] and other[1] <= loop[1] for other in loops)]


def code_figures(instructions, labels):
    bits = []
    for instruction in instructions:
        if instruction.name.split(".")[0] == "LDG":
            width = re.search(r"\.(8|16|64|128)\b|\.[US](8|16)\b", instruction.name)
            bits.append(int(next(group for group in width.groups() if group)) if width else 32)
    shares = []
    for first, last in innermost_loops(instructions, labels):
        body = instructions[first:last + 1]
        count = sum(is_multiply_add(i.name) for i in body)
        shares.append((count, round(count / len(body), 3)))
    return {
        "local_accesses": sum(i.name.split(".")[0] in ("LDL", "STL") for i in instructions),
        "mean_load_bits": round(sum(bits) / len(bits), 1) if bits else 0,
        "multiply_add_share": max(shares)[1] if shares else 0,
    }


def demangled(name):
    text = subprocess.run(["c++filt", "-p", name], check=True, text=True, capture_output=True).stdout.strip()
    return text.replace("(anonymous namespace)::", "")


def measured(toolkit, source):
    """Figures by kernel, then by architecture."""
    files = sorted((source / "kernels").glob("*.cu"))
    kernels = {}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        jobs = [(file, target, Path(folder) / f"{file.stem}.{target}")
                for file in files for target in [*ARCHITECTURES, VIRTUAL_ARCHITECTURE]]
        results = pool.map(lambda job: compile_kernels(toolkit, source, *job), jobs)
        for (_, target, output), figures in zip(jobs, results):
            if target == VIRTUAL_ARCHITECTURE:
                continue
            code = machine_code(toolkit, output) if toolkit.nvdisasm else {}
            for name, values in figures.items():
                kernel = demangled(name)
                if re.search(r"\b(thrust|cub)::", kernel):
                    continue  # a library's own; they change with its version
                if name in code:
                    values |= code_figures(*code[name])
                kernels.setdefault(kernel, {})[target] = values
    return kernels


def occupancy(program, target, figures, launch):
    """Share of a multiprocessor's threads that can be resident."""
    arguments = [target.removeprefix("sm_"), figures["registers"], figures["shared_bytes"],
                 launch["dynamic_shared_bytes"], launch["block"]]
    return float(subprocess.run([program, *map(str, arguments)], check=True, text=True, capture_output=True).stdout)


def worse(now, before):
    """What got worse, in words."""
    for figure in ("registers", "stack_bytes", "shared_bytes"):
        if now[figure] > before[figure]:
            yield f"{figure} {before[figure]} -> {now[figure]}"
    for figure in ("mean_load_bits", "multiply_add_share"):
        if figure in now and now[figure] < before[figure]:
            yield f"{figure} {before[figure]} -> {now[figure]}"


def broken_rules(now):
    """What no baseline may allow."""
    for figure in ("spill_bytes", "local_accesses"):
        if now.get(figure, 0) > 0:
            yield f"{figure} {now[figure]}, must be 0"


def compare(kernels, baseline, same_compiler, program):
    failures = 0
    for name, architectures in sorted(kernels.items()):
        known = baseline["kernels"].get(name)
        for target, now in architectures.items():
            problems = list(broken_rules(now))
            share = ""
            if known is None:
                problems.append("not in the baseline")
            elif same_compiler:
                problems += worse(now, known["figures"][target])
            for launch in known["launches"] if known else []:
                reached = occupancy(program, target, now, launch)
                share += f", occupancy {reached:.3g} ({launch['problem']})"
                if reached < launch["occupancy_floor"][target]:
                    problems.append(f"occupancy {reached:.3g} is below its floor {launch['occupancy_floor'][target]}")
            failures += bool(problems)
            print(f"{'FAILED' if problems else 'ok'}  {target}  {name}: {now}{share}" +
                  "".join(f"\n        {problem}" for problem in problems))
    for name in sorted(set(baseline["kernels"]) - set(kernels)):
        failures += 1
        print(f"FAILED  {name}: in the baseline, but there is no such kernel")
    return failures


def updated(kernels, baseline, version, reason, program):
    """The baseline with today's figures; launches stay, their floors become what is reached."""
    entries = {}
    for name, architectures in sorted(kernels.items()):
        launches = baseline["kernels"].get(name, {}).get("launches", [])
        for launch in launches:
            launch["occupancy_floor"] = {t: occupancy(program, t, now, launch) for t, now in architectures.items()}
        entries[name] = {"launches": launches, "figures": architectures}
    return {"compiler": version, "reasons": [*baseline["reasons"], reason], "kernels": entries}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("occupancy")
    parser.add_argument("--update", metavar="REASON")
    arguments = parser.parse_args()

    toolkit = Toolkit()
    if toolkit.nvcc is None:
        print("skipped: there is no nvcc, neither in the Python environment nor on the path")
        return SKIPPED
    version = toolkit.version()
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {"compiler": version, "reasons": [], "kernels": {}}
    kernels = measured(toolkit, arguments.source)
    if not kernels:
        print("skipped: kernels/ holds no kernel")
        return SKIPPED
    if arguments.update:
        new = updated(kernels, baseline, version, arguments.update, arguments.occupancy)
        BASELINE.write_text(json.dumps(new, indent=1, sort_keys=True) + "\n")
        print(f"{BASELINE.name}: {len(kernels)} kernels; fill in the launches of new ones and update again")
        return 0
    same_compiler = version == baseline["compiler"]
    if not same_compiler:
        print(f"nvcc is {version}, the baseline belongs to {baseline['compiler']}: figures are printed but not compared")
    failures = compare(kernels, baseline, same_compiler, arguments.occupancy)
    missing = [name for name, entry in baseline["kernels"].items() if not entry["launches"]]
    for name in missing:
        print(f"FAILED  {name}: the baseline names no launch, so there is no floor for its occupancy")
    print(f"{len(kernels)} kernels on {len(ARCHITECTURES)} architectures, {failures + len(missing)} failures")
    return 1 if failures or missing else 0


if __name__ == "__main__":
    sys.exit(main())
