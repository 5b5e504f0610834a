"""Writes attributions of a two-layer network by Captum, and the nodes of NumPy's Gauss-Legendre rule.

usage: python eval_attribution.py packages/eval/fixtures/attribution.json
needs: pip install torch captum numpy
"""
import json, sys
import numpy as np, torch
from captum.attr import InputXGradient, IntegratedGradients, Saliency
from importlib.metadata import version

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
tokens, width, hidden = 3, 4, 5
inside, outside, shift = torch.randn(hidden, tokens * width), torch.randn(hidden), torch.randn(hidden)
x, baseline = torch.randn(1, tokens, width), 0.3 * torch.randn(1, tokens, width)


def network(rows):
    return torch.tanh(rows.reshape(rows.shape[0], -1) @ inside.T + shift) @ outside


def flat(values):
    return values.detach().reshape(-1).tolist()


captum_rules = {'left': 'riemann_left', 'right': 'riemann_right', 'midpoint': 'riemann_middle', 'trapezoid': 'riemann_trapezoid',
                'gauss-legendre': 'gausslegendre'}
fixture = {
    'tools': {name: version(name) for name in ('captum', 'torch', 'numpy')},
    'width': width, 'inside': inside.tolist(), 'outside': outside.tolist(), 'shift': shift.tolist(),
    'x': flat(x), 'baseline': flat(baseline),
    'integrated': {ours: flat(IntegratedGradients(network).attribute(x, baseline, n_steps=12, method=theirs))
                   for ours, theirs in captum_rules.items()},
    'zeros': flat(IntegratedGradients(network).attribute(x, n_steps=12, method='gausslegendre')),
    'timesInput': flat(InputXGradient(network).attribute(x)),
    'saliency': flat(Saliency(network).attribute(x)),
    'value': network(x).item(), 'baselineValue': network(baseline).item(),
    'legendre': {str(n): [((nodes + 1) / 2).tolist(), (weights / 2).tolist()]
                 for n in (1, 2, 7, 50) for nodes, weights in [np.polynomial.legendre.leggauss(n)]},
}
json.dump(fixture, open(sys.argv[1], 'w'))
