"""Writes expected values for the masking's tests: Google BERT's counts by Python's round, span lengths and χ² quantiles by SciPy, PMI by fractions.

usage: python masking_reference.py packages/masking/fixtures/reference.json
"""
import itertools, json, math, random, sys
from collections import Counter
from fractions import Fraction
from scipy.stats import chi2, geom

# google-research/bert counts max(1, int(round(len · rate))) tokens.
counts = {str(rate): [max(1, int(round(n * rate))) for n in range(1, 513)] for rate in (0.15, 0.2, 0.3, 0.4, 0.45)}

spans = []
for p, most in ((0.2, 10), (0.3, 10), (0.5, 4), (0.05, 25)):
    law = geom(p)
    shares = [law.pmf(l) / law.cdf(most) for l in range(1, most + 1)]
    spans.append({'p': p, 'max': most, 'shares': shares, 'mean': sum(l * s for l, s in enumerate(shares, 1))})

# PMI of every n-gram of two occurrences or more, over all its segmentations, in exact fractions until the logarithm.
random.seed(7)
sentences = [[random.choice('aaabbbccdefghij') for _ in range(random.randrange(0, 12))] for _ in range(120)]
sentences += [list('xyz') + [random.choice('ab')] for _ in range(15)]
seen = [Counter(tuple(s[i:i + n]) for s in sentences for i in range(len(s) - n + 1)) for n in range(1, 6)]
totals = [sum(c.values()) for c in seen]
share = lambda g: Fraction(seen[len(g) - 1][g], totals[len(g) - 1])

def segmentations(g):
    for cuts in itertools.chain.from_iterable(itertools.combinations(range(1, len(g)), k) for k in range(1, len(g))):
        ends = (0, *cuts, len(g))
        yield [g[a:b] for a, b in zip(ends, ends[1:])]

def pmi(g, power):
    ratio = min(share(g) ** power / math.prod(map(share, parts)) for parts in segmentations(g))
    return math.log(ratio.numerator) - math.log(ratio.denominator)

entries = [{'words': ''.join(g), 'count': c, 'pmi': pmi(g, 1), 'pmi2': pmi(g, 2)}
           for n in range(2, 6) for g, c in sorted(seen[n - 1].items()) if c >= 2]
quantiles = {str(degrees): chi2.ppf(1 - 1e-4, degrees) for degrees in (3, 6, 9, 27)}
json.dump({'counts': counts, 'spans': spans, 'quantiles': quantiles,
           'pmi': {'sentences': [''.join(s) for s in sentences], 'totals': totals, 'entries': entries}}, open(sys.argv[1], 'w'))
print(len(entries), 'n-grams;', quantiles)
