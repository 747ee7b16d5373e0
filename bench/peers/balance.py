"""Balancing by regio beside NumPy, ipfn and POT: the same tables and totals, in turns, in one run.

balance.py <program balance_peer> <file to write, Markdown>

NumPy's loops are what a careful user writes: multipliers, two matrix products a sweep, the table only read. ipfn is the
package that users of RAS know, POT that of optimal transport, whose sinkhorn is RAS on exp(-cost / regularisation). They
are not installed with regio; their columns stay empty without them.
"""

import contextlib
import importlib.metadata
import io
import platform
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from measurement import PAUSE, Program, processor, spread, timed, write_page

ROUNDS = 7
TOLERANCE = 1e-10
SWEEPS = 10  # of a large table, fewer than it needs, and POT looks at its residual in the first of ten only
BLOCKS = 8  # of a large table; the cells in them are so much larger that balancing takes long

try:
    from ipfn.ipfn import ipfn
except ImportError:
    ipfn = None
try:
    import ot
except ImportError:
    ot = None

PEERS = ("NumPy", "ipfn", "POT")


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


def ipfn_solve(table, rows, columns, tolerance, most):
    with contextlib.redirect_stdout(io.StringIO()):  # it prints when its limit is reached, and makes one sweep more
        return ipfn(table.copy(), [rows, columns], [[0], [1]], convergence_rate=tolerance, rate_tolerance=0,
                    max_iteration=most - 1, verbose=0).iteration()


def pot_solve(cost, rows, columns, most):
    return ot.sinkhorn(rows, columns, cost, 1.0, numItermax=most, stopThr=0, warn=False)


def residual(balanced, rows, columns):
    """The largest |sum - total| / max(total, sum) of both margins of a table without negative cells."""
    worst = 0
    for axis, totals in ((1, rows), (0, columns)):
        sums = balanced.sum(axis=axis)
        worst = max(worst, np.max(np.abs(sums - totals) / np.maximum(totals, sums)))
    return worst


def numpy_residual(one, tolerance, most):
    r, s, _ = numpy_solve(*one, tolerance, most)
    return residual(r[:, None] * one[0] * s, *one[1:])


def write(path, problems):
    with open(path, "wb") as file:
        for table, rows, columns in problems:
            for numbers in (table, rows, columns):
                file.write(np.ascontiguousarray(numbers).tobytes())


def batch_row(programs, folder):
    random = np.random.default_rng(46)
    problems = [problem(random, 46) for _ in range(10_000)]
    write(folder / "batch", problems)
    own = {threads: [] for threads in programs}
    peers, few, fewer = {"NumPy": []}, problems[:500], problems[:10]
    for program in programs.values():
        program.ask(f"read {len(problems)} 46 {folder / 'batch'}")
    for _ in range(ROUNDS):
        for threads, program in programs.items():
            time.sleep(PAUSE)
            answer = program.ask(f"balance {TOLERANCE} 1000")
            own[threads].append(answer[0] / len(problems))
        peers["NumPy"].append(timed(lambda: [numpy_solve(*one, TOLERANCE, 1000) for one in few]).clock / len(few))
    accuracy = {"regio": answer[3], "NumPy": max(numpy_residual(one, TOLERANCE, 1000) for one in few)}
    if ipfn:
        peers["ipfn"] = [timed(lambda: [ipfn_solve(*one, TOLERANCE, 1000) for one in fewer]).clock / len(fewer)
                         for _ in range(ROUNDS)]
        accuracy["ipfn"] = max(residual(ipfn_solve(*one, TOLERANCE, 1000), *one[1:]) for one in fewer)
    return "10,000 tables 46 x 46, each to 1e-10; time a table", own, peers, accuracy, ""


def of_one_sweep(times):
    """Of runs with all sweeps those with a single one are taken off: what comes before and after falls away."""
    return (times[1] - times[0]) / (SWEEPS - 1)


def sweep_row(programs, folder, n):
    one = problem(np.random.default_rng(n), n, BLOCKS)
    write(folder / "large", [one])
    own = {threads: [] for threads in programs}
    bandwidth = {threads: program.ask(f"read 1 {n} {folder / 'large'}")[0] for threads, program in programs.items()}
    peers = {"NumPy": []}
    for _ in range(ROUNDS):
        for threads, program in programs.items():
            time.sleep(PAUSE)
            answers = [program.ask(f"balance 1e-14 {count}") for count in (1, SWEEPS)]
            if answers[1][2] != SWEEPS:
                sys.exit(f"the table was balanced after {answers[1][2]:.0f} sweeps; {SWEEPS} were to be timed")
            own[threads].append(of_one_sweep([answer[0] for answer in answers]))
        peers["NumPy"].append(timed(lambda: numpy_solve(*one, 0, SWEEPS)).clock / SWEEPS)
    accuracy = {"regio": answers[1][3], "NumPy": numpy_residual(one, 0, SWEEPS)}
    if ot:
        # POT fits the columns first, the others the rows: of the transpose it makes the same iteration.
        table, rows, columns = one
        cost = -np.log(np.ascontiguousarray(table.T))
        # What comes before and after POT's sweeps takes longer than they: the best of each is taken before the difference.
        runs = [[timed(lambda: pot_solve(cost, columns, rows, count)).clock for count in (1, SWEEPS)] for _ in range(ROUNDS)]
        peers["POT"] = [of_one_sweep([min(times) for times in zip(*runs)])]
        accuracy["POT"] = residual(pot_solve(cost, columns, rows, SWEEPS), columns, rows)
        del cost
    if ipfn:
        peers["ipfn"] = [of_one_sweep([timed(lambda: ipfn_solve(*one, 0, count)).clock for count in (1, SWEEPS)])]
        accuracy["ipfn"] = residual(ipfn_solve(*one, 0, SWEEPS), *one[1:])
    share = ", ".join(f"{threads} thread{'s' * (threads > 1)}: {8 * n * n / min(own[threads]) / bandwidth[threads]:.0%}"
                      for threads in programs)
    return f"one sweep of a table {n} x {n}", own, peers, accuracy, share


def version(name, module):
    return f"{name} {importlib.metadata.version(name.lower())}" if module else f"{name} not installed"


def page(programs, rows):
    ratios = " | ".join(f"{name} / regio" for name in PEERS)
    lines = ["# Balancing beside NumPy, ipfn and POT", "",
             f"NumPy {np.__version__}, Python {platform.python_version()}, {version('ipfn', ipfn)}, {version('POT', ot)}; "
             f"regio on {next(iter(programs.values())).description}; processor {processor()}.", "",
             "Same tables and totals, no over-relaxation; in turns, in one run. Best of the rounds on the clock, in "
             "brackets the worst. NumPy and POT use all cores for their products. A sweep of the large table is what "
             f"{SWEEPS} sweeps take longer than one, divided by {SWEEPS - 1}; POT looks at its residual in every tenth only, "
             "which falls away so, while the others know theirs in every sweep. The last column is the share of the read "
             "bandwidth (measured in the same run on a working set of the same size) that 8 bytes a cell and sweep come to. Written by "
             "`scripts/bench --peers`.", "",
             f"| work | regio, 1 thread | regio, all cores | {' | '.join(PEERS)} | {ratios} | bandwidth |",
             "|---" * (4 + 2 * len(PEERS)) + "|"]
    for name, own, peers, _, share in rows:
        best = min(min(times) for times in own.values())
        found = [peers.get(peer) for peer in PEERS]
        cells = [name, spread(own[min(own)]), spread(own[max(own)])]
        cells += [spread(times) if times else "-" for times in found]
        cells += [f"{min(times) / best:.3g}" if times else "-" for times in found]
        lines.append(f"| {' | '.join([*cells, share])} |")
    lines += ["", "The largest residual of a margin that each reaches, in part of the margin; of the large table after "
              f"{SWEEPS} sweeps:", "",
              f"| work | regio | {' | '.join(PEERS)} |", "|---" * (2 + len(PEERS)) + "|"]
    for name, _, _, accuracy, _ in rows:
        cells = [f"{accuracy[key]:.3g}" if key in accuracy else "-" for key in ("regio", *PEERS)]
        lines.append(f"| {name.split(';')[0].removeprefix('one sweep of ')} | {' | '.join(cells)} |")
    return lines


def main():
    path, target = sys.argv[1], Path(sys.argv[2])
    programs = {1: Program(path, 1), 2: Program(path, 2)}
    with tempfile.TemporaryDirectory() as folder:
        rows = [batch_row(programs, Path(folder)), sweep_row(programs, Path(folder), 8192)]
    for program in programs.values():
        program.close()
    write_page(target, page(programs, rows))


if __name__ == "__main__":
    main()
