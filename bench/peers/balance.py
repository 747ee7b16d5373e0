"""Balancing by regio beside NumPy and ipfn: the same tables, totals and stopping rule, in turns, in one run.

balance.py <program balance_peer> <file to write, Markdown>

NumPy's loops are what a careful user writes: multipliers, two matrix products a sweep, the table only read. ipfn is the
package that users know; it is not installed with regio, and its column stays empty without it.
"""

import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROUNDS = 7
PAUSE = 0.1  # seconds before a turn: the threads of the one before may still spin while they wait for work
TOLERANCE = 1e-10
SWEEPS = 12  # of a large table, fewer than it needs: sweeps alone are compared
BLOCKS = 8  # of a large table; the cells in them are so much larger that balancing takes long

try:
    from ipfn.ipfn import ipfn
except ImportError:
    ipfn = None


def problem(random, n, blocks=1):
    table = random.uniform(0.1, 1.1, (n, n))
    for block in range(blocks if blocks > 1 else 0):
        part = slice(block * n // blocks, (block + 1) * n // blocks)
        table[part, part] *= 100
    target = table * random.uniform(0.1, 1.1, (n, n)) * np.linspace(1, 2, n)
    return table, target.sum(axis=1), target.sum(axis=0)


def numpy_solve(table, rows, columns, tolerance, most):
    """RAS by multipliers: two products a sweep; the residual of the rows comes with the next sweep."""
    s = np.ones(len(columns))
    for sweep in range(1, most + 1):
        r = rows / (table @ s)
        sums = r @ table
        if np.max(np.abs(sums * s - columns) / columns) <= tolerance:
            break
        s = columns / sums
    return r, s, sweep


def ipfn_solve(table, rows, columns):
    return ipfn(table.copy(), [rows, columns], [[0], [1]], convergence_rate=TOLERANCE, rate_tolerance=0,
                max_iteration=1000, verbose=0).iteration()


class Program:
    def __init__(self, path, threads):
        self.process = subprocess.Popen([path, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.description = self.process.stdout.readline().strip()

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return [float(word) for word in self.process.stdout.readline().split()]

    def close(self):
        self.process.stdin.close()
        if self.process.wait() != 0:
            sys.exit("balance_peer failed")


def timed(work):
    time.sleep(PAUSE)
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def write(path, problems):
    with open(path, "wb") as file:
        for table, rows, columns in problems:
            for numbers in (table, rows, columns):
                file.write(np.ascontiguousarray(numbers).tobytes())


def duration(seconds):
    return f"{seconds * 1e6:.3g} us" if seconds < 1e-3 else f"{seconds * 1e3:.3g} ms"


def spread(times):
    return f"{duration(min(times))} ({duration(max(times))})"


def batch_row(programs, folder):
    random = np.random.default_rng(46)
    problems = [problem(random, 46) for _ in range(10_000)]
    write(folder / "batch", problems)
    own = {threads: [] for threads in programs}
    peer, package = [], []
    few = problems[:500]
    for threads, program in programs.items():
        program.ask(f"read {len(problems)} 46 {folder / 'batch'}")
    for _ in range(ROUNDS):
        for threads, program in programs.items():
            time.sleep(PAUSE)
            own[threads].append(program.ask(f"balance {TOLERANCE} 1000")[0] / len(problems))
        peer.append(timed(lambda: [numpy_solve(*one, TOLERANCE, 1000) for one in few]) / len(few))
    if ipfn:
        package = [timed(lambda: [ipfn_solve(*one) for one in few[:10]]) / 10 for _ in range(ROUNDS)]
    return "10,000 tables 46 x 46, each to 1e-10; time a table", own, peer, package, ""


def sweep_row(programs, folder, n):
    one = problem(np.random.default_rng(n), n, BLOCKS)
    write(folder / "large", [one])
    own = {threads: [] for threads in programs}
    bandwidth = {threads: program.ask(f"read 1 {n} {folder / 'large'}")[0] for threads, program in programs.items()}
    peer = []
    for _ in range(ROUNDS):
        for threads, program in programs.items():
            time.sleep(PAUSE)
            # Of a run with all sweeps the one with a single sweep is taken off: what comes before and after falls away.
            one_sweep, all_sweeps = (program.ask(f"balance 1e-14 {count}") for count in (1, SWEEPS))
            if all_sweeps[2] != SWEEPS:
                sys.exit(f"the table was balanced after {all_sweeps[2]:.0f} sweeps; {SWEEPS} were to be timed")
            own[threads].append((all_sweeps[0] - one_sweep[0]) / (SWEEPS - 1))
        peer.append(timed(lambda: numpy_solve(*one, 0, SWEEPS)) / SWEEPS)
    share = ", ".join(f"{threads} thread{'s' * (threads > 1)}: {8 * n * n / min(own[threads]) / bandwidth[threads]:.0%}"
                      for threads in programs)
    return f"one sweep of a table {n} x {n}", own, peer, [], share


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def page(programs, rows):
    lines = ["# Balancing beside NumPy and ipfn", "",
             f"NumPy {np.__version__}, Python {platform.python_version()}, ipfn {'installed' if ipfn else 'not installed'}; "
             f"regio on {next(iter(programs.values())).description}; processor {processor()}.", "",
             "Same tables, totals and tolerance, no over-relaxation; in turns, in one run. Best of the rounds on the clock, in "
             "brackets the worst. NumPy uses all cores for its products. The last column is the share of the read bandwidth "
             "(measured in the same run on a working set of the same size) that 8 bytes a cell and sweep come to. Written by "
             "`scripts/bench --peers`.", "",
             "| work | regio, 1 thread | regio, all cores | NumPy | ipfn | NumPy / regio | ipfn / regio | bandwidth |",
             "|---|---|---|---|---|---|---|---|"]
    for name, own, peer, package, share in rows:
        best = min(min(times) for times in own.values())
        first, last = own[min(own)], own[max(own)]
        lines.append(f"| {name} | {spread(first)} | {spread(last)} | {spread(peer)} | {spread(package) if package else '-'} | "
                     f"{min(peer) / best:.3g} | {f'{min(package) / best:.3g}' if package else '-'} | {share} |")
    return "\n".join(lines) + "\n"


def main():
    path, target = sys.argv[1], Path(sys.argv[2])
    programs = {1: Program(path, 1), 2: Program(path, 2)}
    with tempfile.TemporaryDirectory() as folder:
        rows = [batch_row(programs, Path(folder)), sweep_row(programs, Path(folder), 8192)]
    for program in programs.values():
        program.close()
    text = page(programs, rows)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
