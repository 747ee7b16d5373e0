"""k-means of regio on a million points beside scikit-learn, faiss and scikit-learn-intelex, in turns, in one run.

kmeans_at_size.py <program kmeans_at_size_peer> <file to write, Markdown>

Points in single precision, the first k points as centres, a fixed number of iterations, all cores. A library that is
not installed is named as missing (pip: scikit-learn, faiss-cpu, scikit-learn-intelex). Time on the clock is the best of
the rounds, with the worst in brackets; core time is what all threads worked.
"""

import platform
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import sklearn
import sklearn.cluster
from measurement import PAUSE, Program, Time, duration, processor, spread, timed, write_page

warnings.filterwarnings("ignore")
POINTS, FEATURES, ITERATIONS = 1_000_000, 15, 10
CLUSTERS = (6, 16, 64, 256)
SWEEP = (2, 12)
ROUNDS, SWEEP_ROUNDS = 4, 2


def scikit_learn(points, k, models=sklearn.cluster):
    model = models.KMeans(k, init=points[:k], n_init=1, max_iter=ITERATIONS, tol=0.0, algorithm="lloyd").fit(points)
    return model.inertia_, model.labels_


def peers():
    """Each library's name with its version, and its fit (None where it is missing)."""
    found = [(f"scikit-learn {sklearn.__version__}", scikit_learn)]
    try:
        import faiss

        def with_faiss(points, k):
            model = faiss.Kmeans(FEATURES, k, niter=ITERATIONS, max_points_per_centroid=len(points),
                                 min_points_per_centroid=1, seed=0)
            model.train(points, init_centroids=points[:k])
            return float(model.obj[-1]), None  # of the assignment before the last centres

        found.append((f"faiss {faiss.__version__}", with_faiss))
    except ImportError:
        found.append(("faiss", None))
    try:
        import sklearnex
        import sklearnex.cluster

        found.append((f"scikit-learn-intelex {sklearnex.__version__}",
                      lambda points, k: scikit_learn(points, k, sklearnex.cluster)))
    except ImportError:
        found.append(("scikit-learn-intelex", None))
    return found


class Regio(Program):
    def __init__(self, program, points, folder):
        self.labels = folder / "labels"
        (folder / "points").write_bytes(points.tobytes())
        super().__init__(program, folder / "points", len(points), FEATURES, self.labels)

    def fit(self, least, most):
        """The Time of the fits of each k from least to most in one batch, and the inertia of each."""
        time.sleep(PAUSE)
        clock, core, *inertia = self.ask(f"{least} {most} {ITERATIONS}")
        return Time(clock, core), inertia


def times(rounds):
    clock, core = zip(*rounds)
    return f"{spread(clock)}; {duration(min(core))}"


def ratios(own, other):
    clock, core = (min(theirs) / min(ours) for ours, theirs in zip(zip(*own), zip(*other)))
    return f"{clock:.3g}; {core:.3g}"


def fit_rows(regio, installed, points):
    rows = []
    for k in CLUSTERS:
        own, others, accuracy = [], {name: [] for name, _ in installed}, {}
        for _ in range(ROUNDS):
            seconds, inertia = regio.fit(k, k)
            own.append(seconds)
            for name, fit in installed:
                results = []
                others[name].append(timed(lambda: results.append(fit(points, k))))
                peer_inertia, peer_labels = results[0]
                accuracy[name] = f"inertia {inertia[0]:.8g} and {peer_inertia:.8g}"
                if peer_labels is not None:
                    equal = 100 * np.mean(np.fromfile(regio.labels, dtype=np.int32) == peer_labels)
                    accuracy[name] = f"{equal:.5g} % of labels equal, {accuracy[name]}"
        for name, _ in installed:
            rows.append(f"| k={k} | {times(own)} | {name} | {times(others[name])} | "
                        f"{ratios(own, others[name])} | {accuracy[name]} |")
    return rows


def sweep_rows(regio, installed, points):
    least, most = SWEEP
    together, separate, others = [], [], {name: [] for name, _ in installed}
    for _ in range(SWEEP_ROUNDS):
        together.append(regio.fit(least, most)[0])
        alone = [regio.fit(k, k)[0] for k in range(least, most + 1)]
        separate.append(Time(sum(each.clock for each in alone), sum(each.core for each in alone)))
        for name, fit in installed:
            others[name].append(timed(lambda: [fit(points, k) for k in range(least, most + 1)]))
    others["regio, one k after another"] = separate
    return [f"| every k from {least} to {most} | {times(together)} | {name} | {times(spent)} | "
            f"{ratios(together, spent)} | |" for name, spent in others.items()]


def main():
    program, target = sys.argv[1], Path(sys.argv[2])
    points = np.random.default_rng(1).standard_normal((POINTS, FEATURES), dtype=np.float32)
    installed = [(name, fit) for name, fit in peers() if fit]
    missing = [name for name, fit in peers() if not fit]
    with tempfile.TemporaryDirectory() as folder:
        regio = Regio(program, points, Path(folder))
        rows = fit_rows(regio, installed, points) + sweep_rows(regio, installed, points)
        regio.close()
    lines = [
        "# k-means at size beside other libraries", "",
        f"n = {POINTS}, d = {FEATURES}, single precision, {ITERATIONS} iterations from the first k points; NumPy {np.__version__}, "
        f"Python {platform.python_version()}; regio on {regio.description}; processor {processor()}.", "",
        f"Not installed: {', '.join(missing) or 'none'}.", "",
        "All cores, in turns, in one run. Times: on the clock, best of the rounds, in brackets the worst; then core time, best of the "
        "rounds. Ratios: on the clock; of core time. Written by `scripts/bench --peers --only large`.", "",
        "| work | regio | beside | its time | ratio | accuracy, regio and peer |", "|---|---|---|---|---|---|", *rows]
    write_page(target, lines)


if __name__ == "__main__":
    main()
