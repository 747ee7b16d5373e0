"""Compares adjusted Rand index, assignment, normalisations, principal component and consensus with scikit-learn and SciPy.

scipy_statistics.py <program scipy_statistics>
"""

import sys

SKIPPED = 77
try:
    import numpy as np
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import squareform
    from sklearn.decomposition import PCA
    from sklearn.metrics import adjusted_rand_score
    from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler
except ImportError as error:
    print(f"skipped: {error.name} is not installed for {sys.executable}; scripts/setup installs it in build/venv")
    sys.exit(SKIPPED)
from peer_questions import Questions, near

SEED = 20220930
random = np.random.default_rng(SEED)
questions = Questions(SEED)
ask = questions.ask


def ask_adjusted_rand():
    sizes = [2, 3, 24, 48, 127] * 40 + [20000, 100000]
    for n in sizes:
        a = random.integers(0, random.integers(1, 40), n)
        b = np.where(random.random(n) < 0.5, a, random.integers(0, 8, n))
        ask(f"adjusted_rand {n}", [a, b], near([adjusted_rand_score(a, b)], 1e-12))


def ask_assignments():
    for case in range(300):
        rows, columns = random.integers(1, 40, 2)
        tied = case % 2 == 0
        cost = random.integers(0, 4, (rows, columns)) if tied else random.normal(size=(rows, columns))

        def check(answer, cost=cost, tied=tied):
            chosen = np.flatnonzero(answer >= 0)
            columns_of = answer[chosen].astype(int)
            expected_rows, expected_columns = linear_sum_assignment(cost)
            assert len(chosen) == min(cost.shape) == len(set(columns_of))
            if tied:  # several assignments are optimal: their cost must be the same
                assert cost[chosen, columns_of].sum() == cost[expected_rows, expected_columns].sum()
            else:
                np.testing.assert_array_equal(chosen, expected_rows)
                np.testing.assert_array_equal(columns_of, expected_columns)

        ask(f"assignment {rows} {columns}", [cost], check)


def ask_normalisations():
    scalers = {"min-max": MinMaxScaler(), "z-score": StandardScaler(), "robust": RobustScaler()}
    for n in [2, 3, 4, 24, 48, 127] * 10:
        values = random.lognormal(3, 1, n)
        for method, scaler in scalers.items():
            ask(f"normalise {method} {n}", [values], near(scaler.fit_transform(values[:, None]), 1e-11))
        ask(f"normalise share-of-best {n}", [values], near(1 - MinMaxScaler().fit_transform(values[:, None]), 1e-12))


def ask_components():
    for _ in range(40):
        n, d = random.integers(3, 60), random.integers(1, 16)
        values = random.normal(size=(n, d)) @ random.normal(size=(d, d))
        pca = PCA(1, svd_solver="full").fit(values)
        component = pca.transform(values)[:, 0] * (1 if pca.components_[0].sum() > 0 else -1)
        expected = np.concatenate([pca.explained_variance_ratio_, component])
        ask(f"component {n} {d}", [values], near(expected, 1e-9))


def ask_consensus():
    # SciPy breaks ties its own way, so points come in clear groups: noise moves few points in each labelling.
    for _ in range(40):
        n, labellings, clusters = random.integers(12, 48), random.integers(5, 12), random.integers(2, 5)
        truth = random.integers(0, clusters, n)
        labels = np.array([np.where(random.random(n) < 0.05, random.integers(0, clusters, n), truth)
                           for _ in range(labellings)])
        apart = np.mean(labels[:, :, None] != labels[:, None, :], axis=0)
        tree = linkage(squareform(apart, checks=False), "average")
        expected = fcluster(tree, len(set(truth)), "maxclust")
        if len(set(expected)) != len(set(truth)):
            continue  # a tie at the cut
        ask(f"consensus {labellings} {n} {len(set(truth))}", [labels],
            lambda answer, expected=expected: np.testing.assert_equal(adjusted_rand_score(expected, answer), 1.0))


def main():
    for question in (ask_adjusted_rand, ask_assignments, ask_normalisations, ask_components, ask_consensus):
        question()
    return questions.compare(sys.argv[1], "scikit-learn and SciPy")


if __name__ == "__main__":
    sys.exit(main())
