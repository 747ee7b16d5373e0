"""Mantel's test by regio beside NumPy: the same matrices, permutations drawn by each, in turns, in one run.

permutation.py <program permutation_peer> <file to write, Markdown>

NumPy's side are the loops that a careful user writes: both matrices centred once, a permutation, rows and columns of the second
matrix in its order, one product; by the whole matrix, or by the triangle alone, one permutation after the other or many at once.
Of all these ways the fastest counts for each size, on one core as NumPy does it.
"""

import platform
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from measurement import PAUSE, Program, duration, processor, spread, timed, write_page

ROUNDS = 9
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


def one_by_one(reorder):
    """A test that makes permutations one after the other; reorder(b, p) gives the second matrix in the order p."""
    def test(first, second, permutations, random):
        statistics = np.empty(permutations)
        flat = first.ravel()
        for k in range(permutations):
            statistics[k] = flat @ reorder(second, random.permutation(len(first))).ravel()
        return statistics
    return test


def into_own_memory(first, second, permutations, random):
    """Rows, then columns are taken into arrays that are made once."""
    statistics = np.empty(permutations)
    flat, rows, cells = first.ravel(), np.empty_like(second), np.empty_like(second)
    for k in range(permutations):
        p = random.permutation(len(first))
        second.take(p, 0, out=rows, mode="clip")
        rows.take(p, 1, out=cells, mode="clip")
        statistics[k] = flat @ cells.ravel()
    return statistics


def rows_of_both(first, second, permutations, random):
    """Rows of both matrices, which is copying; the first is symmetric, so that its rows are the columns that are asked for."""
    statistics = np.empty(permutations)
    for k in range(permutations):
        p = random.permutation(len(first))
        statistics[k] = np.einsum("ij,ji->", first.take(np.argsort(p), 0), second.take(p, 0))
    return statistics


def triangle(at_once):
    """The triangle alone, by positions in the flat matrix, of several permutations at a time."""
    def test(first, second, permutations, random):
        n = len(first)
        i, j = np.tril_indices(n, -1)
        weights, flat = 2 * first[i, j], second.ravel()
        statistics = []
        for done in range(0, permutations, at_once):
            p = random.permuted(np.tile(np.arange(n), (min(at_once, permutations - done), 1)), axis=1)
            statistics.append(flat.take(p.take(i, 1) * n + p.take(j, 1)) @ weights)
        return np.concatenate(statistics)
    return test


FORMS = {
    "b[p][:, p]": one_by_one(lambda b, p: b[p][:, p]),
    "b[np.ix_(p, p)]": one_by_one(lambda b, p: b[np.ix_(p, p)]),
    "b.take(p, 0).take(p, 1)": one_by_one(lambda b, p: b.take(p, 0).take(p, 1)),
    "b[p[:, None], p]": one_by_one(lambda b, p: b[p[:, None], p]),
    "take with out=": into_own_memory,
    "rows of both": rows_of_both,
    "triangle": triangle(1),
    "triangles, 32 at once": triangle(32),
}


def compared(programs, folder, n, permutations):
    first, second = matrices(n)
    (folder / "matrices").write_bytes(np.ascontiguousarray([first, second]).tobytes())
    for program in programs.values():
        program.ask(f"read {n} {folder / 'matrices'}")
    a, b = standardised(first), standardised(second)
    random = np.random.default_rng(1)
    few = max(64, 2_000_000 // (n * n))
    own, peer, core = {threads: [] for threads in programs}, {form: [] for form in FORMS}, []
    for _ in range(ROUNDS):
        for threads, program in programs.items():
            time.sleep(PAUSE)
            seconds, core_seconds, estimate, mean, deviation = program.ask(f"test {permutations}")
            own[threads].append(seconds / permutations)
            core.append(core_seconds / permutations)
        for form, test in FORMS.items():
            peer[form].append(timed(lambda: test(a, b, few, random)).clock / few)
    np.testing.assert_allclose(estimate, np.sum(a * b), atol=1e-12)
    for test in FORMS.values():
        sample = test(a, b, 2000, random)
        np.testing.assert_allclose(deviation, sample.std(), rtol=0.1)
        np.testing.assert_allclose(mean, sample.mean(), atol=5 * deviation / np.sqrt(2000))
    fastest = min(peer, key=lambda form: min(peer[form]))
    return n, permutations, own, core, fastest, peer[fastest]


def page(programs, rows):
    lines = ["# Mantel's test beside NumPy", "",
             f"NumPy {np.__version__}, Python {platform.python_version()}; regio on {list(programs.values())[-1].description}; "
             f"processor {processor()}.", "",
             "Time a permutation: drawing it, reordering the second matrix, and the statistic. The same matrices, in turns, in one run; "
             f"best of {ROUNDS} rounds on the clock, in brackets the worst; core time is what all threads of regio worked. NumPy's form is "
             f"the fastest of {len(FORMS)}, on one core. Estimates agree to 1e-12. Written by `scripts/bench --peers`.", "",
             "| regions | permutations | regio, 1 thread | regio, 2 threads | core time | NumPy | its form | NumPy / regio |",
             "|---|---|---|---|---|---|---|---|"]
    for n, permutations, own, core, form, peer in rows:
        best = min(min(times) for times in own.values())
        times = [spread(own[threads]) for threads in programs]
        lines.append(f"| {n} | {permutations:,} | {' | '.join(times)} | {duration(min(core))} | {spread(peer)} | `{form}` | "
                     f"{min(peer) / best:.3g} |")
    return lines


def main():
    path, target = sys.argv[1], Path(sys.argv[2])
    programs = {1: Program(path, 1), 2: Program(path, 2)}
    with tempfile.TemporaryDirectory() as folder:
        rows = [compared(programs, Path(folder), n, count) for n, count in ((17, 100_000), (85, 100_000), (400, 4_000))]
    for program in programs.values():
        program.close()
    write_page(target, page(programs, rows))


if __name__ == "__main__":
    main()
