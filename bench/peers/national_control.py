"""National control by regio beside NumPy: the same tables and totals, in turns, in one run.

national_control.py <program national_control_peer> <file to write, Markdown>

NumPy's loop is what a careful user writes: multipliers of the three margins, three sums over the tables a sweep, which are
only read. Its sums with three factors by einsum are faster than products written out and summed.
"""

import platform
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from measurement import PAUSE, Program, spread, timed, write_page

ROUNDS = 9
TOLERANCE = 1e-10
SHAPES = ((8, 46), (85, 98))


def problem(random, regions, n):
    tables = random.uniform(0.1, 1.1, (regions, n, n))
    target = tables * random.uniform(0.1, 1.1, tables.shape) * np.linspace(1, 2, n)
    return tables, target.sum(axis=2), target.sum(axis=1), target.sum(axis=0)


def residual(sums, totals):
    return np.max(np.abs(sums - totals) / totals)


def numpy_solve(tables, rows, columns, national):
    """Rows, national cells and columns in turn, until the latter two are met before their turn."""
    s, t = np.ones(columns.shape), np.ones(national.shape)
    for sweep in range(1, 1000):
        r = rows / np.einsum("kij,kj,ij->ki", tables, s, t)
        sums = np.einsum("kij,ki,kj->ij", tables, r, s)
        missed = residual(sums * t, national)
        t = national / sums
        sums = np.einsum("kij,ki,ij->kj", tables, r, t)
        if max(missed, residual(sums * s, columns)) <= TOLERANCE:
            break
        s = columns / sums
    return r, s, t, sweep


def accuracy(one, solution):
    tables, rows, columns, national = one
    r, s, t, _ = solution
    x = tables * r[:, :, None] * s[:, None, :] * t
    return max(residual(x.sum(axis=2), rows), residual(x.sum(axis=1), columns), residual(x.sum(axis=0), national))


def row(programs, folder, regions, n):
    one = problem(np.random.default_rng(n), regions, n)
    with open(folder / "problem", "wb") as file:
        for numbers in one:
            file.write(np.ascontiguousarray(numbers).tobytes())
    for program in programs.values():
        program.ask(f"read {regions} {n} {folder / 'problem'}")
    own = {threads: [] for threads in programs}
    missed = {}
    peer, solution = [], numpy_solve(*one)
    for _ in range(ROUNDS):
        for threads, program in programs.items():
            time.sleep(PAUSE)
            answers = [program.ask(f"balance {TOLERANCE} 1000") for _ in range(20)]
            own[threads].append(min(seconds / sweeps for seconds, sweeps, _ in answers))
            missed[threads] = answers[0][2]
        peer.append(min(timed(lambda: numpy_solve(*one)).clock for _ in range(3)) / solution[3])
    fastest = min(min(times) for times in own.values())
    return (f"| {regions} regions {n} x {n} | {spread(own[min(own)])} | {spread(own[max(own)])} | {spread(peer)} | "
            f"{min(peer) / fastest:.3g} | {missed[1]:.1e} | {accuracy(one, solution):.1e} |")


def main():
    path, target = sys.argv[1], Path(sys.argv[2])
    programs = {1: Program(path, 1), 2: Program(path, 2)}
    with tempfile.TemporaryDirectory() as folder:
        rows = [row(programs, Path(folder), *shape) for shape in SHAPES]
    for program in programs.values():
        program.close()
    write_page(target, [
        "# National control beside NumPy", "",
        f"NumPy {np.__version__}, Python {platform.python_version()}; regio on {programs[1].description}.", "",
        f"Same tables and totals, to {TOLERANCE:g}, no over-relaxation, in turns, in one run; a sweep of all three margins on "
        "the clock, that is a whole solution divided by its sweeps: regio's checks of the input and of the result are in it. "
        "Best of the rounds, in brackets the worst. Written by `scripts/bench --peers`.", "",
        "| tables | regio, 1 thread | regio, 2 threads | NumPy | NumPy / regio | largest residual, regio | NumPy |",
        "|---|---|---|---|---|---|---|", *rows])


if __name__ == "__main__":
    main()
