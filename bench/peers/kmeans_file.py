"""k-means problems and fits as files between Python and C++ (kmeans_file.hpp reads and writes the same).

Problems file, native integers and doubles of 64 bits: count of batches; per batch tolerance, limit of iterations, count
of problems; per problem n, d, k, whether weighted, restarts; points [n, d], weights [n] if weighted, centres [k, d] if
restarts is 0. Results file, per problem: iterations, relocations, inertia, labels [n] (32 bits), centres [k, d].
"""

import numpy as np
from sklearn.cluster import KMeans


class Problem:
    """A problem from given centres, or with `restarts` k-means++ starts of `clusters` clusters."""

    def __init__(self, points, centres=None, weights=None, tolerance=1e-4, max_iterations=300, clusters=0, restarts=0):
        self.points = np.ascontiguousarray(points, dtype=np.float64)
        self.centres = None if centres is None else np.ascontiguousarray(centres, dtype=np.float64)
        self.weights = None if weights is None else np.ascontiguousarray(weights, dtype=np.float64)
        self.tolerance = tolerance
        self.max_iterations = max_iterations
        self.clusters = len(self.centres) if clusters == 0 else clusters
        self.restarts = restarts

    def peer(self):
        """The same work in scikit-learn."""
        start = {"init": "k-means++", "n_init": self.restarts} if self.restarts else {"init": self.centres, "n_init": 1}
        model = KMeans(self.clusters, tol=self.tolerance, max_iter=self.max_iterations, algorithm="lloyd",
                       random_state=0, **start)
        return model.fit(self.points, sample_weight=self.weights)

    def bytes(self):
        n, d = self.points.shape
        head = np.array([n, d, self.clusters, self.weights is not None, self.restarts], dtype=np.int64)
        parts = [part.tobytes() for part in (head, self.points, self.weights, self.centres) if part is not None]
        return b"".join(parts)


class Fit:
    def __init__(self, data, problem):
        (n, d), k = problem.points.shape, problem.clusters
        self.iterations, self.relocations = np.frombuffer(data.read(16), dtype=np.int64)
        self.inertia = np.frombuffer(data.read(8))[0]
        self.labels = np.frombuffer(data.read(4 * n), dtype=np.int32)
        self.centres = np.frombuffer(data.read(8 * k * d)).reshape(k, d)


def write_problems(path, batches):
    """Each batch is a list of problems of one tolerance and one limit of iterations."""
    with open(path, "wb") as file:
        file.write(np.int64(len(batches)).tobytes())
        for batch in batches:
            file.write(np.float64(batch[0].tolerance).tobytes())
            file.write(np.array([batch[0].max_iterations, len(batch)], dtype=np.int64).tobytes())
            for problem in batch:
                file.write(problem.bytes())


def read_fits(path, batches):
    with open(path, "rb") as data:
        return [[Fit(data, problem) for problem in batch] for batch in batches]
