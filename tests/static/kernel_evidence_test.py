"""Kernels that nvcc makes badly must be found: each of these breaks one rule, the last none.

kernel_evidence_test.py OCCUPANCY_PROGRAM
"""

import contextlib
import io
import sys
import tempfile
from pathlib import Path

import kernel_evidence as evidence

LOCAL_MEMORY = """
__global__ void local(double* x, int n) {
  double scratch[64];
  for (int i = 0; i < 64; ++i) scratch[i] = x[(i * n) % 97];
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += scratch[(i * 7) % 64];
  x[threadIdx.x] = sum;
}
"""
SCALED = "__global__ void scaled(double* x, double by) {{ x[threadIdx.x] = {expression}; }}"
PRODUCT = """
__global__ void product(double const* __restrict__ x, double const* __restrict__ y, double* z, int n) {{
  {type} const* const a = reinterpret_cast<{type} const*>(x + threadIdx.x * n);
  double sum = 0;
  for (int i = 0; i < n / {width}; ++i) sum = {body};
  z[threadIdx.x] = sum;
}}
"""


def figures_of(text):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "kernels").mkdir()
        (Path(folder) / "kernels" / "seeded.cu").write_text(text)
        return evidence.measured(toolkit, Path(folder))


def check(holds, what):
    print(f"{'ok' if holds else 'FAILED'}  {what}")
    return not holds


def failures(kernels, baseline):
    """What compare() counts; its own account of these intended failures is not wanted here."""
    with contextlib.redirect_stdout(io.StringIO()):
        return evidence.compare(kernels, baseline, True, sys.argv[1])


def product(**words):
    return next(iter(figures_of(PRODUCT.format(**words)).values()))["sm_90"]


toolkit = evidence.Toolkit()
if toolkit.nvcc is None or toolkit.nvdisasm is None:
    print("skipped: there is no nvcc or no nvdisasm")
    sys.exit(evidence.SKIPPED)

failed = 0
for kernel in figures_of(LOCAL_MEMORY).values():
    for target, figures in kernel.items():
        failed += check(any("local_accesses" in rule for rule in evidence.broken_rules(figures)), f"local memory, {target}")

wide = product(type="double2", width=2, body="fma(a[i].x, y[2 * i], fma(a[i].y, y[2 * i + 1], sum))")
narrow = product(type="double", width=1, body="fma(a[i], y[i], sum)")
apart = product(type="double", width=1, body="sum + a[i] * y[i]")
failed += check(not list(evidence.broken_rules(wide)), "a plain kernel breaks no rule")
failed += check(not list(evidence.worse(wide, wide)), "nothing is worse than itself")
failed += check(any("mean_load_bits" in w for w in evidence.worse(narrow, wide)), "narrower loads")
failed += check(any("multiply_add_share" in w for w in evidence.worse(apart, narrow)), "product and sum apart")
failed += check(any("registers" in w for w in evidence.worse({**wide, "registers": wide["registers"] + 1}, wide)), "a register more")

baseline = {"kernels": {"scaled": {"launches": [], "figures": {}}}}
unknown = figures_of(SCALED.format(expression="by"))
failed += check(failures({}, baseline) == 1, "a kernel that has gone")
failed += check(failures(unknown, {"kernels": {}}) == len(evidence.ARCHITECTURES), "an unknown kernel")
launch = {"problem": "test", "block": 1024, "dynamic_shared_bytes": 120 * 1024,
          "occupancy_floor": dict.fromkeys(evidence.ARCHITECTURES, 0.9)}
held = {"kernels": {"scaled": {"launches": [launch], "figures": unknown["scaled"]}}}
failed += check(failures(unknown, held) == len(evidence.ARCHITECTURES), "too little occupancy")
try:
    figures_of("__global__ void warned(int* x) { int unused = 3; x[0] = 1; }")
    failed += check(False, "a warning stops the compilation")
except SystemExit as error:
    failed += check("unused" in str(error), "a warning stops the compilation")
sys.exit(1 if failed else 0)
