"""Writes p-values and intervals of SciPy and statsmodels.

usage: python eval_uncertainty.py packages/eval/fixtures/uncertainty.json
needs: pip install scipy statsmodels
"""
import json, sys
import numpy as np
from importlib.metadata import version
from scipy import special, stats
from statsmodels.stats.multitest import multipletests

rng = np.random.default_rng(9)


def pair(n, shift, digits):
    a = np.round(rng.normal(size=n), digits)
    return a + np.round(rng.normal(shift, 1, n), digits), a


def wilcoxon(n, shift, digits, method):
    a, b = pair(n, shift, digits)
    got = stats.wilcoxon(a, b, zero_method='wilcox', correction=False, method=method)
    return {'a': a.tolist(), 'b': b.tolist(), 'statistic': got.statistic, 'p': got.pvalue}


def every_sign(n, shift):
    a, b = pair(n, shift, 3)
    got = stats.permutation_test((a, b), lambda x, y, axis: np.mean(x, axis=axis) - np.mean(y, axis=axis),
                                 permutation_type='samples', n_resamples=np.inf, vectorized=True)
    return {'a': a.tolist(), 'b': b.tolist(), 'difference': got.statistic, 'p': got.pvalue}


def t_test(a, b, kind):
    got = stats.ttest_rel(a, b) if kind == 'paired' else stats.ttest_ind(a, b, equal_var=False)
    low, high = got.confidence_interval(0.95)
    return {'a': a.tolist(), 'b': b.tolist(), 't': got.statistic, 'freedom': float(got.df), 'p': got.pvalue, 'low': low, 'high': high}


seeds = rng.normal(60.3, 0.4, 5)
p_values = [0.001, 0.04, 0.03, 0.03, 0.5, 0.2, 0.9]
fixture = {
    'tools': {name: version(name) for name in ('scipy', 'statsmodels', 'numpy')},
    'tail': [[t, v, 2 * stats.t.sf(abs(t), v)] for t in (0.0, 0.1, -1.3, 2.776, 9.0, 60.0) for v in (1, 2, 4, 9.7, 300)],
    'limit': [[level, v, stats.t.ppf((1 + level) / 2, v)] for level in (0.5, 0.9, 0.95, 0.999) for v in (1, 4, 9.7, 300)],
    'normal': [[z, special.erfc(abs(z) / 2 ** 0.5)] for z in (0.0, 0.01, -0.7, 1.96, 2.9, 3.1, 6.0, 20.0)],
    'wilson': [[right, n, level, *stats.binomtest(right, n).proportion_ci(level, method='wilson')]
               for right, n, level in [(0, 1, 0.95), (1, 1, 0.95), (40, 40, 0.95), (39, 40, 0.9), (150, 300, 0.99), (7, 13, 0.95)]],
    'interval': {'values': seeds.tolist(), 'mean': seeds.mean(), 'sd': seeds.std(ddof=1),
                 'bounds': [list(stats.t.interval(level, 4, seeds.mean(), stats.sem(seeds))) for level in (0.9, 0.95)]},
    # Without ties SciPy counts exactly; with ties the exact p is the permutation of signs, which it enumerates.
    'wilcoxon': {'exact': [wilcoxon(8, 1, 6, 'exact'), wilcoxon(40, 0.3, 6, 'exact')],
                 'tied': wilcoxon(11, 0.8, 0, stats.PermutationMethod(n_resamples=np.inf)),
                 'approximate': wilcoxon(120, 0.2, 1, 'approx')},
    'permutation': [every_sign(5, 2), every_sign(10, 0.5)],
    'pairedT': t_test(*pair(5, 0.8, 4), 'paired'),
    'welchT': t_test(rng.normal(1, 2, 7), rng.normal(0, 0.5, 5), 'welch'),
    'mcnemar': [[a, b, stats.binomtest(a, a + b).pvalue] for a, b in ((10, 2), (0, 5), (7, 7), (600, 500), (1, 0))],
    'holm': {'p': p_values, 'adjusted': multipletests(p_values, method='holm')[1].tolist()},
}
json.dump(fixture, open(sys.argv[1], 'w'))
