"""Compares the scores of regio's choice of k with scikit-learn's metrics on the same labels, to 1e-10.

scikit_learn_indices.py <program scikit_learn_indices>

Calinski-Harabasz, Davies-Bouldin, silhouette, and the mean adjusted Rand index of the restarts with the best one. Where
scikit-learn refuses (one cluster, a cluster a point) regio must say NaN; so it must where points coincide so that nothing
is left inside the clusters, for which scikit-learn's Calinski-Harabasz gives 1 by convention. scikit-learn takes distances
from |x|^2 - 2xy + |y|^2, which loses half the digits of small ones; its formulas are given exact distances here.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
try:
    import numpy as np
    import sklearn
    from scipy.spatial.distance import cdist
    from sklearn import metrics
    from sklearn.metrics.cluster import _unsupervised
except ImportError as error:
    print(f"skipped: {error.name} is not installed for {sys.executable}; scripts/setup installs it in build/venv")
    sys.exit(SKIPPED)

_unsupervised.pairwise_distances = lambda a, b=None, **_: cdist(a, a if b is None else b)
SEED = 20221102
DATA_SETS = 60
LARGEST = 12
TOLERANCE = 1e-10


def data_set(random, number):
    n = int(random.choice([3, 4, 5, 8, 12, 24, 48, 100, 300]))
    d = int(random.integers(1, 16))
    points = random.standard_normal((n, d)) + 3 * random.standard_normal((4, d))[random.integers(0, 4, n)]
    if number % 10 == 0:
        points = np.round(points)  # ties and points that coincide
    if number % 10 == 1:
        points = points[random.integers(0, min(n, 4), n)]  # four different points at most
    return np.ascontiguousarray(points * random.choice([1e-3, 1.0, 1e4]) + random.choice([0.0, 100.0]))


def expected(points, runs, best):
    labels = runs[best]
    k = len(np.unique(labels))
    if not 2 <= k < len(points):
        return [np.nan, np.nan, np.nan]
    means = np.array([points[labels == c].mean(axis=0) for c in np.unique(labels)])
    inside = sum(((points[labels == c] - means[i]) ** 2).sum() for i, c in enumerate(np.unique(labels)))
    scale = ((points - points.mean(axis=0)) ** 2).sum()
    return [np.nan if inside <= 1e-20 * scale else metrics.calinski_harabasz_score(points, labels),
            metrics.davies_bouldin_score(points, labels), metrics.silhouette_score(cdist(points, points), labels, metric="precomputed")]


def same(found, wanted):
    return np.isnan(found) == np.isnan(wanted) and (np.isnan(found) or abs(found - wanted) <= TOLERANCE * max(1, abs(wanted)))


def main():
    random = np.random.default_rng(SEED)
    data = [data_set(random, number) for number in range(DATA_SETS)]
    names = ["Calinski-Harabasz", "Davies-Bouldin", "silhouette", "stability"]
    compared, findings = 0, []
    with tempfile.TemporaryDirectory() as folder:
        request, reply = Path(folder) / "data", Path(folder) / "scores"
        with request.open("wb") as file:
            file.write(np.array([len(data), LARGEST], dtype=np.int64).tobytes())
            for points in data:
                file.write(np.array(points.shape, dtype=np.int64).tobytes() + points.tobytes())
        subprocess.run([sys.argv[1], request, reply], check=True)
        with reply.open("rb") as file:
            for number, points in enumerate(data):
                n = len(points)
                for k in range(1, min(LARGEST, n) + 1):
                    runs_made, best = np.frombuffer(file.read(16), dtype=np.int64)
                    runs = np.frombuffer(file.read(8 * runs_made * n), dtype=np.int64).reshape(runs_made, n)
                    scores = np.frombuffer(file.read(32))
                    wanted = expected(points, runs, best)
                    others = [metrics.adjusted_rand_score(runs[best], run) for r, run in enumerate(runs) if r != best]
                    wanted.append(np.nan if k in (1, n) else np.mean(others))
                    for name, found, value in zip(names, scores, wanted):
                        compared += 1
                        if not same(found, value):
                            findings.append(f"data set {number} (n = {n}), k = {k}: {name} is {found!r}, not {value!r}")
            if file.read(1):
                findings.append("the reply is longer than the request asks for")
    print(f"scikit-learn {sklearn.__version__}: {compared} scores compared, {len(findings)} differ")
    print("\n".join(findings[:20]))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
