"""Writes STS, whitening, isotropy, and distances of fitted normal distributions.

usage: python eval_similarity.py packages/eval/fixtures/similarity.json
needs: pip install numpy scipy torch
"""
import json, sys
import numpy as np, scipy.linalg, torch
from importlib.metadata import version
from scipy import stats
from scipy.spatial.distance import pdist
from torch.distributions import MultivariateNormal, kl_divergence

rng = np.random.default_rng(11)
width = 6
mix = rng.normal(size=(width, width))
first = rng.normal(size=(40, width)) @ mix + 1.5
second = first + 0.7 * rng.normal(size=(40, width))
other = rng.normal(size=(25, width)) @ rng.normal(size=(width, width)) - 0.5
gold = np.round(rng.random(40) * 5, 1)
cosines = np.sum(first * second, 1) / np.linalg.norm(first, axis=1) / np.linalg.norm(second, axis=1)

unit, unit2 = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (first, second))
grams = unit @ unit.T

# BERT-whitening as its article has it: W = U Λ^-1/2 of the covariance, by SVD. Inner products of whitened vectors do not depend on signs.
u, s, _ = np.linalg.svd(np.cov(first.T))
kernel = u @ np.diag(1 / np.sqrt(s))
white = lambda k: (first - first.mean(0)) @ kernel[:, :k]

_, axes = np.linalg.eigh(first.T @ first)
z = np.concatenate([np.exp(first @ axes).sum(0), np.exp(-first @ axes).sum(0)])

(m1, c1), (m2, c2) = ((v.mean(0), np.cov(v.T)) for v in (first, other))
root = scipy.linalg.sqrtm(c1 @ c2).real
p, q = (MultivariateNormal(torch.tensor(m), torch.tensor(c)) for m, c in ((m1, c1), (m2, c2)))
mid = (c1 + c2) / 2
bhattacharyya = (m1 - m2) @ np.linalg.solve(mid, m1 - m2) / 8 + 0.5 * np.log(
    np.linalg.det(mid) / np.sqrt(np.linalg.det(c1) * np.linalg.det(c2)))

# Four vectors in six dimensions: singular covariances, where only the Fréchet distance is defined.
few = first[:4]
cf = np.cov(few.T)
eigen = lambda c: np.linalg.eigh(c)
values, vectors = eigen(c1)
half = vectors @ np.diag(np.sqrt(values)) @ vectors.T
singular = np.sum((m1 - few.mean(0)) ** 2) + np.trace(c1 + cf) - 2 * np.sqrt(np.clip(np.linalg.eigvalsh(half @ cf @ half), 0, None)).sum()

json.dump({
    'tools': {name: version(name) for name in ('numpy', 'scipy', 'torch')},
    'first': first.tolist(), 'second': second.tolist(), 'other': other.tolist(), 'gold': gold.tolist(),
    'cosines': cosines.tolist(), 'pearson': stats.pearsonr(cosines, gold).statistic, 'spearman': stats.spearmanr(cosines, gold).statistic,
    'alignment': float(np.mean(np.linalg.norm(unit - unit2, axis=1) ** 2)),
    'alignment1': float(np.mean(np.linalg.norm(unit - unit2, axis=1))),
    'uniformity': float(np.log(np.mean(np.exp(-2 * pdist(unit) ** 2)))),
    'meanCosine': float((grams.sum() - 40) / (40 * 39)),
    'isotropy': float(z.min() / z.max()),
    'whitened': (white(width) @ white(width).T).tolist(), 'whitened3': (white(3) @ white(3).T).tolist(),
    'mean': m1.tolist(), 'covariance': c1.reshape(-1).tolist(),
    'frechet': float(np.sum((m1 - m2) ** 2) + np.trace(c1 + c2 - 2 * root)), 'frechetSingular': float(singular),
    'kl': kl_divergence(p, q).item(), 'klBack': kl_divergence(q, p).item(), 'bhattacharyya': float(bhattacharyya),
}, open(sys.argv[1], 'w'))
