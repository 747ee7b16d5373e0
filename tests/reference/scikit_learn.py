"""Compares regio's k-means with scikit-learn's KMeans from the same initial centres.

scikit_learn.py <program scikit_learn_fits>

Over 1000 seeded problems labels and iterations must be equal, inertia to 1e-12 and centres to 1e-10. A problem in which
an empty cluster was relocated is outside the promise (the libraries break ties differently there) and is counted apart.
Then the known victims, where regio deviates on purpose (docs/methods/kmeans.md).
"""

import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench" / "peers"))
SKIPPED = 77
try:
    import numpy as np
    import sklearn
    from kmeans_file import Problem, read_fits, write_problems
except ImportError as error:
    print(f"skipped: {error.name} is not installed for {sys.executable}; scripts/setup installs it in build/venv")
    sys.exit(SKIPPED)

warnings.filterwarnings("ignore")  # convergence warnings of the degenerate cases
SEED = 20221101
PROBLEMS = 1000
TOLERANCES = (0.0, 1e-4, 1e-2)


def fit_with_regio(program, problems):
    """One batch for each pair of tolerance and iteration limit; results in the order of the problems."""
    batches = {}
    for problem in problems:
        batches.setdefault((problem.tolerance, problem.max_iterations), []).append(problem)
    with tempfile.TemporaryDirectory() as folder:
        request, reply = Path(folder) / "problems", Path(folder) / "results"
        write_problems(request, list(batches.values()))
        subprocess.run([program, request, reply], check=True)
        fits = read_fits(reply, list(batches.values()))
    by_problem = {id(problem): fit for batch, done in zip(batches.values(), fits) for problem, fit in zip(batch, done)}
    return [by_problem[id(problem)] for problem in problems]


def random_problem(random, number):
    d = int(random.integers(1, 34))
    n = int(random.choice([1, 2, 3, 8, 24, 31, 32, 33, 100, 127, 500, 1500]))
    k = {0: 1, 1: min(n, 40)}.get(number % 20, int(random.integers(1, min(n, 20) + 1)))
    groups = int(random.integers(1, 8))
    spread = random.choice([0.0, 1.0, 4.0])
    points = random.standard_normal((n, d)) + spread * random.standard_normal((groups, d))[random.integers(0, groups, n)]
    points = (points + random.choice([0.0, 0.0, 100.0])) * random.choice([1e-6, 1.0, 1e6])
    near = points[random.choice(n, k, replace=False)]
    centres = near + 0.05 * points.std() * random.standard_normal((k, d))
    weights = random.integers(1, 5, n) * 0.75 if random.random() < 0.3 else None
    return Problem(points, centres, weights, TOLERANCES[number % 3], int(random.choice([300, 300, 300, 2])))


def difference(problem, fit):
    """What of a fit is not as scikit-learn has it, in words; empty when all is."""
    peer = problem.peer()
    found = []
    if not np.array_equal(fit.labels, peer.labels_):
        found.append(f"{np.count_nonzero(fit.labels != peer.labels_)} labels")
    if fit.iterations != peer.n_iter_:
        found.append(f"iterations {fit.iterations}, not {peer.n_iter_}")
    scale = np.abs(problem.points).max()
    rounding_of_zero = 1e-28 * scale**2 * len(problem.points)
    if abs(fit.inertia - peer.inertia_) > 1e-12 * peer.inertia_ + rounding_of_zero:
        found.append(f"inertia {fit.inertia!r}, not {peer.inertia_!r}")
    if np.abs(fit.centres - peer.cluster_centers_).max() > 1e-10 * scale:
        found.append(f"centres by {np.abs(fit.centres - peer.cluster_centers_).max():.1e}")
    return ", ".join(found)


def compare_random_problems(program):
    random = np.random.default_rng(SEED)
    problems = [random_problem(random, number) for number in range(PROBLEMS + PROBLEMS // 10)]
    failures = relocated = compared = 0
    for number, (problem, fit) in enumerate(zip(problems, fit_with_regio(program, problems))):
        if fit.relocations:
            relocated += 1
            continue
        compared += 1
        found = difference(problem, fit)
        if found:
            failures += 1
            n, d = problem.points.shape
            print(f"seed {SEED}, problem {number} (n={n} d={d} k={len(problem.centres)} tol={problem.tolerance}): {found}")
    print(f"{compared} problems compared, {failures} differ; {relocated} with a relocation left out")
    return failures == 0 and compared >= PROBLEMS


def own_optimum(problem, fit):
    """Labels are the nearest centres, and inertia is that of the labels."""
    distances = ((problem.points[:, None, :] - fit.centres[None, :, :]) ** 2).sum(axis=2)
    chosen = distances[np.arange(len(problem.points)), fit.labels]
    return np.all(chosen <= distances.min(axis=1) * (1 + 1e-9) + 1e-12) and np.isclose(chosen.sum(), fit.inertia)


def compare_victims(program):
    endless = Problem([[100, 100], [100, 102], [106, 100], [107, 101], [107, 101], [108, 100]],
                      [[98, 104], [103, 100], [109, 102], [110, 100], [111, 100], [112, 100]], max_iterations=1000)
    stale = Problem([[1.0], [2.0], [3.0]], [[4.0], [0.0], [1.0]], tolerance=0.0, max_iterations=10)
    equal = Problem(np.ones((7, 3)), np.ones((3, 3)))
    duplicates = Problem(np.repeat([[0.0, 0.0], [5.0, 5.0]], 5, axis=0), [[0, 0], [5, 5], [9, 9], [7, 0]])
    ties = Problem([[0.0], [2.0], [4.0]], [[1.0], [3.0]], max_iterations=1)
    names = ["endless relocation (#28055)", "stale labels (#34074)", "all points equal", "fewer distinct points than k",
             "ties"]
    problems = [endless, stale, equal, duplicates, ties]
    fits = fit_with_regio(program, problems)
    passed = True
    for name, problem, fit in zip(names, problems, fits):
        peer = problem.peer()
        good = own_optimum(problem, fit) and fit.inertia <= peer.inertia_ * (1 + 1e-12) + 1e-12
        good = good and fit.iterations < 20
        if name == "ties":
            good = good and np.array_equal(fit.labels, peer.labels_)
        print(f"{'ok    ' if good else 'FAILED'} {name}: inertia {fit.inertia:g} after {fit.iterations} "
              f"(scikit-learn {peer.inertia_:g} after {peer.n_iter_}), labels {fit.labels}")
        passed = passed and good
    return passed


def main():
    program = sys.argv[1]
    print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}")
    passed = [compare_random_problems(program), compare_victims(program)]
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
