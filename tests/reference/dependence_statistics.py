"""Compares correlations, permutation tests, adjusted p-values and regressions with SciPy and statsmodels.

dependence_statistics.py <program dependence_statistics>
"""

import itertools
import sys
from types import SimpleNamespace

SKIPPED = 77
try:
    import numpy as np
    import statsmodels.api as sm
    from scipy import stats
    from statsmodels.stats.multitest import multipletests
except ImportError as error:
    print(f"skipped: {error.name} is not installed for {sys.executable}; scripts/setup installs it in build/venv")
    sys.exit(SKIPPED)
import peer_questions

SEED = 20231107
random = np.random.default_rng(SEED)
questions = peer_questions.Questions(SEED)
ask = questions.ask
ALTERNATIVES = ["two-sided", "greater", "less"]


def near(expected, absolute=1e-12):
    return peer_questions.near(expected, absolute, relative=1e-10)


def series(n, tied, dependence=0.5):
    x = random.normal(size=n)
    y = dependence * x + random.normal(size=n)
    if tied:
        x, y = np.round(2 * x), np.round(2 * y)
        x[0], y[-1] = 9, -9  # never without variation
    return x, y


def ask_correlations():
    for n in [3, 4, 7, 10, 17, 34, 85, 400]:
        for tied, alternative, strength in itertools.product([False, True], ALTERNATIVES, [0, 0.5, -5]):
            x, y = series(n, tied, strength)
            pearson = stats.pearsonr(x, y, alternative=alternative)
            ask(f"correlation pearson asymptotic {alternative} {n}", [x, y], near([pearson.statistic, pearson.pvalue]))
            spearman = stats.spearmanr(x, y, alternative=alternative)
            if abs(spearman.statistic) < 1 - 1e-12:
                ask(f"correlation spearman asymptotic {alternative} {n}", [x, y], near([spearman.statistic, spearman.pvalue]))
            kendall = stats.kendalltau(x, y, alternative=alternative, method="asymptotic")
            ask(f"correlation kendall asymptotic {alternative} {n}", [x, y], near([kendall.statistic, kendall.pvalue]))
            if not tied and n <= 85:
                kendall = stats.kendalltau(x, y, alternative=alternative, method="exact")
                ask(f"correlation kendall exact {alternative} {n}", [x, y], near([kendall.statistic, kendall.pvalue]))
            if n <= 33 or tied:
                kendall = stats.kendalltau(x, y, alternative=alternative)
                ask(f"correlation kendall automatic {alternative} {n}", [x, y], near([kendall.statistic, kendall.pvalue]))


def ask_intervals():
    for n, confidence in itertools.product([4, 10, 85], [0.8, 0.95, 0.99]):
        x, y = series(n, False)
        ask(f"fisher {confidence} {n}", [x, y], near(stats.pearsonr(x, y).confidence_interval(confidence)))


def statistic_of(method):
    function = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}[method]
    return lambda x, y: function(x, y).statistic


def ask_bootstraps():
    # SciPy makes its intervals from our replicates.
    for n, method, interval in itertools.product([12, 60], ["pearson", "spearman", "kendall"], ["percentile", "bca"]):
        for tied in (False, True):
            x, y = series(n, tied)

            def check(answer, x=x, y=y, method=method, interval=interval):
                replicates = answer[2:]
                assert np.all(np.isfinite(replicates))
                expected = stats.bootstrap((x, y), statistic_of(method), paired=True, vectorized=False, n_resamples=0,
                                           confidence_level=0.9, method=interval if interval == "percentile" else "BCa",
                                           bootstrap_result=SimpleNamespace(bootstrap_distribution=replicates))
                near(expected.confidence_interval, 1e-12)(answer[:2])

            ask(f"bootstrap {method} {interval} 0.9 800 {n}", [x, y], check)


def ask_permutations():
    for n, method, tied in itertools.product([3, 5, 6], ["pearson", "spearman", "kendall"], [False, True]):
        x, y = series(n, tied)
        function = statistic_of(method)
        for alternative in ["greater", "less"]:
            expected = stats.permutation_test((y,), lambda y: function(x, y), permutation_type="pairings",
                                              vectorized=False, n_resamples=np.inf, alternative=alternative)
            ask(f"permutation {method} {alternative} {n}", [x, y], near(expected.pvalue))
        expected = stats.permutation_test((y,), lambda y: abs(function(x, y)), permutation_type="pairings",
                                          vectorized=False, n_resamples=np.inf, alternative="greater")
        ask(f"permutation {method} two-sided {n}", [x, y], near(expected.pvalue))


def ask_mantel():
    for n in [3, 5, 6]:
        first, second = random.normal(size=(2, n, n))
        first = first + first.T
        cells = ~np.eye(n, dtype=bool)

        def r(p):
            return np.corrcoef(first[cells], second[np.ix_(p, p)][cells])[0, 1]

        observed = r(np.arange(n))
        all_of_them = [r(list(p)) for p in itertools.permutations(range(n))]
        ask(f"mantel {n}", [first, second], near(np.mean(np.array(all_of_them) >= observed - 1e-12)))


def ask_adjustments():
    methods = {"bonferroni": "bonferroni", "holm": "holm", "benjamini-hochberg": "fdr_bh", "benjamini-yekutieli": "fdr_by"}
    for (name, theirs), m in itertools.product(methods.items(), [1, 2, 10, 333]):
        p = np.round(random.random(m) ** 3, 3)
        ask(f"adjust {name} {m}", [p], near(multipletests(p, method=theirs)[1], 1e-15))


def ask_regressions():
    for errors, intercept, (n, k) in itertools.product(["classical", "hc0", "hc1", "hc2", "hc3"], [0, 1],
                                                       [(5, 1), (17, 2), (85, 6)]):
        x = random.normal(size=(n, k)) * 10.0 ** random.integers(-3, 4, k) + random.normal(size=k)
        y = x @ random.normal(size=k) / 10 + random.normal(size=n) * (1 + np.abs(x[:, 0]))
        design = sm.add_constant(x) if intercept else x
        plain = sm.OLS(y, design).fit()
        fit = plain if errors == "classical" else plain.get_robustcov_results(cov_type=errors.upper(), use_t=True)
        expected = np.concatenate([fit.params, fit.bse, fit.tvalues, fit.pvalues, *np.transpose(fit.conf_int(0.1)),
                                   [plain.rsquared, plain.rsquared_adj, np.sqrt(plain.mse_resid), plain.fvalue, plain.f_pvalue]])
        ask(f"regression {errors} {intercept} {n} {k}", [y, x], near(expected, 1e-12))


def ask_bands():
    for n in [4, 17]:
        x, y = series(n, False)
        at = np.linspace(-3, 3, 7)
        frame = sm.OLS(y, sm.add_constant(x)).fit().get_prediction(sm.add_constant(at)).summary_frame(alpha=0.1)
        columns = ["mean", "mean_ci_lower", "mean_ci_upper", "obs_ci_lower", "obs_ci_upper"]
        ask(f"band {n} 7", [x, y, at], near(frame[columns].to_numpy().T))


def ask_gravity():
    for method, errors, effects, n in itertools.product(["poisson", "log-linear"], ["classical", "robust", "pair-clustered"],
                                                        [0, 1], [6, 20]):
        places = random.random((n, 2))
        distance = np.log(0.05 + np.hypot(*(places[:, None] - places[None]).T))
        border = (random.random((n, n)) < 0.3).astype(float)
        mean = np.exp(2 + random.normal(size=(n, 1)) + random.normal(size=n) - 0.8 * distance + 0.5 * border)
        flows = mean * random.gamma(1.5, size=(n, n)) * (random.random((n, n)) > 0.15)
        cells = ~np.eye(n, dtype=bool) & ((flows > 0) | (method == "poisson"))
        origin, destination = np.nonzero(cells)
        dummies = np.concatenate([np.eye(n)[origin], np.eye(n)[destination][:, 1:]], axis=1) if effects else np.empty((len(origin), 0))
        regressors = np.column_stack([distance[cells], border[cells]])
        design = np.concatenate([regressors if effects else sm.add_constant(regressors), dummies], axis=1)
        kept = 2 if effects else 3
        pairs = np.minimum(origin, destination) * n + np.maximum(origin, destination)
        covariance = {"classical": {"cov_type": "nonrobust"}, "robust": {"cov_type": "HC1"},
                      "pair-clustered": {"cov_type": "cluster", "cov_kwds": {"groups": pairs}}}[errors]
        if method == "poisson":
            model = sm.GLM(flows[cells], design, family=sm.families.Poisson())
            # Its covariance is that of the step before the last: the last one shall be none.
            fit = model.fit(start_params=model.fit(tol=1e-12).params, tol=1e-12, **covariance)
            deviance = fit.deviance
        else:
            fit = sm.OLS(np.log(flows[cells]), design).fit(use_t=True, **covariance)
            deviance = fit.ssr
        bse, tvalues, pvalues, interval = fit.bse, fit.tvalues, fit.pvalues, fit.conf_int(0.1).T
        if method == "poisson" and errors == "robust":  # whose HC1 is HC0: without the factor N / (N - p)
            bse = bse * np.sqrt(len(origin) / (len(origin) - design.shape[1]))
            tvalues = fit.params / bse
            pvalues = 2 * stats.norm.sf(np.abs(tvalues))
            interval = fit.params + np.outer([-1, 1], bse) * stats.norm.ppf(0.95)
        expected = np.concatenate([fit.params[:kept], bse[:kept], tvalues[:kept], pvalues[:kept], *interval[:, :kept], [deviance]])
        ask(f"gravity {method} {errors} {effects} {n} 2", [flows, distance, border], near(expected, 1e-10))


def main():
    for question in (ask_correlations, ask_intervals, ask_bootstraps, ask_permutations, ask_mantel, ask_adjustments,
                     ask_regressions, ask_bands, ask_gravity):
        question()
    return questions.compare(sys.argv[1], "SciPy and statsmodels")


if __name__ == "__main__":
    sys.exit(main())
