"""Mantel's test by regio beside NumPy: the same matrices, permutations drawn by each, in turns, in one run.

permutation.py <program permutation_peer> <file to write, Markdown>

NumPy's side are the loops that a careful user writes: both matrices centred once, a permutation, rows and columns of the second
matrix in its order, one product. Of several ways to reorder the fastest counts, on one core as NumPy does it.
"""

import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROUNDS = 9
PAUSE = 0.05  # seconds before a turn: the threads of the one before may still spin while they wait for work
FORMS = {
    "b[p][:, p]": lambda b, p: b[p][:, p],
    "b[np.ix_(p, p)]": lambda b, p: b[np.ix_(p, p)],
    "b.take(p, 0).take(p, 1)": lambda b, p: b.take(p, 0).take(p, 1),
    "b[p[:, None], p]": lambda b, p: b[p[:, None], p],
}


def matrices(n):
    random = np.random.default_rng(n)
    made = random.random((2, n, n))
    made += made.transpose(0, 2, 1)
    for matrix in made:
        np.fill_diagonal(matrix, 0)
    return made


def standardised(matrix):
    cells = ~np.eye(len(matrix), dtype=bool)
    result = np.where(cells, matrix - matrix[cells].mean(), 0)
    return result / np.linalg.norm(result)


def numpy_test(first, second, permutations, reorder, random):
    statistics = np.empty(permutations)
    n = len(first)
    flat = first.ravel()
    for b in range(permutations):
        statistics[b] = flat @ reorder(second, random.permutation(n)).ravel()
    return statistics


class Program:
    def __init__(self, path, threads):
        self.process = subprocess.Popen([path, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.description = self.process.stdout.readline().strip()

    def ask(self, line):
        time.sleep(PAUSE)
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return [float(word) for word in self.process.stdout.readline().split()]

    def close(self):
        self.process.stdin.close()
        if self.process.wait() != 0:
            sys.exit("permutation_peer failed")


def timed(work):
    time.sleep(PAUSE)
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def duration(seconds):
    return f"{seconds * 1e6:.3g} us" if seconds < 1e-3 else f"{seconds * 1e3:.3g} ms"


def spread(times):
    return f"{duration(min(times))} ({duration(max(times))})"


def compared(programs, folder, n, permutations):
    first, second = matrices(n)
    (folder / "matrices").write_bytes(np.ascontiguousarray([first, second]).tobytes())
    for program in programs.values():
        program.ask(f"read {n} {folder / 'matrices'}")
    a, b = standardised(first), standardised(second)
    random = np.random.default_rng(1)
    few = max(50, 2_000_000 // (n * n))
    own, peer, core = {threads: [] for threads in programs}, {form: [] for form in FORMS}, []
    for _ in range(ROUNDS):
        for threads, program in programs.items():
            seconds, core_seconds, estimate, mean, deviation = program.ask(f"test {permutations}")
            own[threads].append(seconds / permutations)
            core.append(core_seconds / permutations)
        for form, reorder in FORMS.items():
            peer[form].append(timed(lambda: numpy_test(a, b, few, reorder, random)) / few)
    np.testing.assert_allclose(estimate, np.sum(a * b), atol=1e-12)
    sample = numpy_test(a, b, 5000, FORMS["b[p][:, p]"], random)
    np.testing.assert_allclose(deviation, sample.std(), rtol=0.1)
    np.testing.assert_allclose(mean, sample.mean(), atol=5 * deviation / np.sqrt(5000))
    fastest = min(peer, key=lambda form: min(peer[form]))
    return n, permutations, own, core, fastest, peer[fastest]


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def page(programs, rows):
    lines = ["# Mantel's test beside NumPy", "",
             f"NumPy {np.__version__}, Python {platform.python_version()}; regio on {list(programs.values())[-1].description}; "
             f"processor {processor()}.", "",
             "Time a permutation: drawing it, reordering the second matrix, and the statistic. The same matrices, in turns, in one run; "
             f"best of {ROUNDS} rounds on the clock, in brackets the worst; core time is what all threads of regio worked. NumPy's form is "
             "the fastest of four, on one core. Estimates agree to 1e-12. Written by `scripts/bench --peers`.", "",
             "| regions | permutations | regio, 1 thread | regio, 2 threads | core time | NumPy | its form | NumPy / regio |",
             "|---|---|---|---|---|---|---|---|"]
    for n, permutations, own, core, form, peer in rows:
        best = min(min(times) for times in own.values())
        times = [spread(own[threads]) for threads in programs]
        lines.append(f"| {n} | {permutations:,} | {' | '.join(times)} | {duration(min(core))} | {spread(peer)} | `{form}` | "
                     f"{min(peer) / best:.3g} |")
    return "\n".join(lines) + "\n"


def main():
    path, target = sys.argv[1], Path(sys.argv[2])
    programs = {1: Program(path, 1), 2: Program(path, 2)}
    with tempfile.TemporaryDirectory() as folder:
        rows = [compared(programs, Path(folder), n, count) for n, count in ((17, 100_000), (85, 100_000), (400, 4_000))]
    for program in programs.values():
        program.close()
    text = page(programs, rows)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
