"""Every regulariser written out in PyTorch (float64, autograd) on a small classifier, randomness included.

usage: python regularisers_values.py packages/regularisers/fixtures/values.json
Draws are Philox-4x32-10 in plain integers, so dropout masks and noise are the same numbers as in the library.
"""
import json, math, sys
import torch
import torch.nn.functional as F

SEED, STEP = 7, 3
B, T, V, D, C = 4, 3, 6, 4, 3
RATE = 0.3
M32 = 0xffffffff


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xd2511f53 * c[0], 0xcd9e8d57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & M32, (a >> 32) ^ c[3] ^ k[1], a & M32]
        k = [(k[0] + 0x9e3779b9) & M32, (k[1] + 0xbb67ae85) & M32]
    return c


class Key:
    def __init__(self, site=0, row=0): self.site, self.row = site, row

    def fork(self, name):
        h = (self.site ^ 0x811c9dc5) & M32
        for ch in name: h = ((h ^ ord(ch)) * 0x01000193) & M32
        h = ((h ^ (h >> 15)) * 0x2c1b3c6d) & M32
        return Key(h ^ (h >> 13), self.row)

    def bits(self, shape):
        rows, width = shape[0], math.prod(shape[1:])
        blocks = -(-width // 4)
        out = []
        for r in range(rows):
            for b in range(blocks):
                i = (self.row + r) * blocks + b
                out.append(philox([i & M32, i >> 32, self.site, 0], [SEED, STEP]))
        return (torch.tensor(out).reshape(rows, blocks * 4) & 0x7fffff).double() / 0x800000, width

    def uniform(self, shape):
        u, width = self.bits(shape)
        return u[:, :width].reshape(shape)

    def normal(self, shape):
        u, width = self.bits(shape)
        radius, angle = (-2 * u[:, 0::2].clamp(min=1e-7).log()).sqrt(), 2 * math.pi * u[:, 1::2]
        return torch.stack([radius * angle.sin(), radius * angle.cos()], -1).reshape(u.shape)[:, :width].reshape(shape)


torch.manual_seed(0)
draw = lambda *shape: (torch.randn(*shape) * 0.7).double().requires_grad_()
params = {'table': draw(V, D), 'query': draw(D, D), 'kernel': draw(D, D), 'head': draw(D, C)}
origin = {n: (p + 0.3 * torch.randn(p.shape)).detach().float().double() for n, p in params.items()}
params = {n: p.detach().float().double().requires_grad_() for n, p in params.items()}
ids = torch.tensor([[1, 2, 3], [4, 5, 0], [2, 2, 0], [3, 1, 5]])
other = torch.tensor([[5, 4, 0], [1, 1, 2], [3, 0, 0], [2, 4, 5]])
labels = torch.tensor([0, 2, 1, 2])
token_labels = torch.tensor([[0, 1, 2], [2, 2, 0], [1, 0, 0], [0, 0, 1]])
ROOT = Key()


def model(rows, key, table=None, embedded=None, weights=params):
    """logits, vector, attention weights; `embedded` in place of the look-up for perturbations of occurrences"""
    e = (weights['table'] if table is None else table)[rows] if embedded is None else embedded
    if key is not None:
        e = e * (key.fork('embeddings').uniform(e.shape) >= RATE).double() / (1 - RATE)
    real = rows != 0
    scores = (e @ weights['query']) @ e.transpose(1, 2)
    attention = torch.softmax(scores.masked_fill(~real[:, None, :], -1e30), -1)
    hidden = (e + attention @ e).mean(1) @ weights['kernel']
    vector = hidden.tanh() * (hidden ** 2 + 0.5)
    return vector @ weights['head'], vector, attention[:, None], (e + attention @ e) @ weights['head']


def kl(p, q):
    return (p.softmax(-1) * (p.log_softmax(-1) - q.log_softmax(-1))).sum(-1)


def js(p, q):
    m = (p.softmax(-1) + q.softmax(-1)) / 2
    half = lambda x: (x.softmax(-1) * (x.log_softmax(-1) - m.log())).sum(-1)
    return (half(p) + half(q)) / 2


unit = lambda x, per: x / ((x.flatten(1).norm(dim=1)[:, None, None] if per else x.norm()) + 1e-8)
first, second = ROOT.fork('first pass'), ROOT.fork('second pass')
lab = lambda z: F.cross_entropy(z, labels)
plain = lambda key=ROOT, **kw: lab(model(ids, key, **kw)[0])
results = {}


def case(name, loss, **extra):
    grads = torch.autograd.grad(loss, list(params.values()), allow_unused=True, retain_graph=True)
    results[name] = {'loss': loss.item(), 'gradients': {n: (torch.zeros_like(p) if g is None else g).flatten().tolist() for (n, p), g in zip(params.items(), grads)}, **extra}


case('plain', plain())

# R-Drop: Liang et al. 2021; kexue.fm 8496 for the interleaved batch and its alpha / 4
p, q = model(ids, first)[0], model(ids, second)[0]
case('rDrop', 0.5 * (lab(p) + lab(q)) + 4 / 4 * (kl(p, q) + kl(q, p)).mean(), divergence=(0.5 * (kl(p, q) + kl(q, p))).mean().item())
case('rDrop paper', (F.cross_entropy(p, labels, reduction='none') + F.cross_entropy(q, labels, reduction='none') + 3 / 2 * (kl(p, q) + kl(q, p))).mean())
z = model(ids.repeat_interleave(2, 0), first)[0]
case('rDrop interleaved', F.cross_entropy(z, labels.repeat_interleave(2)) + 4 / 4 * (kl(z[::2], z[1::2]) + kl(z[1::2], z[::2])).mean())
z = model(ids.repeat(2, 1), first)[0]
case('rDrop concatenated js', F.cross_entropy(z, labels.repeat(2)) + 2 / 2 * js(z[:B], z[B:]).mean())
tp, tq = model(ids, first)[3], model(ids, second)[3]
mask = (ids != 0).double()
over = lambda x: (x * mask).sum() / mask.sum()
token_ce = lambda z: over(F.cross_entropy(z.transpose(1, 2), token_labels, reduction='none'))
case('rDrop tokens', 0.5 * (token_ce(tp) + token_ce(tq)) + 4 / 4 * over(kl(tp, tq) + kl(tq, tp)))
targets = torch.tensor([[.1, .2, .3], [1, 0, -1], [0, .5, 0], [-.4, 0, .2]]).double()
mse = lambda z: ((z - targets) ** 2).sum(-1).mean()
case('rDrop regression', 0.5 * (mse(p) + mse(q)) + 4 / 2 * ((p - q) ** 2).sum(-1).mean())

# Semi-supervised R-Drop: kexue.fm 8496, sum of both divergences, no alpha
s = ROOT.fork('semiSupervisedRDrop')
u, v = model(other, s.fork('first pass'))[0], model(other, s.fork('second pass'))[0]
case('semi-supervised R-Drop', plain() + 0.7 * (kl(u, v) + kl(v, u)).mean())

# VAT: Miyato et al. 2018; kexue.fm 7466 for the table, xi 10, eps 1 under one norm
k = ROOT.fork('vat')
teacher = model(other, None)[0].detach()
d = k.fork('direction').normal((V, D))
x = (params['table'] + 10 * unit(d, False)).detach().requires_grad_()
g, = torch.autograd.grad(kl(teacher, model(other, k.fork('power iteration 1'), table=x)[0]).mean(), x)
case('VAT table', plain() + 0.7 * kl(teacher, model(other, k.fork('student'), table=params['table'] + unit(g, False))[0]).mean())
g = k.fork('direction').normal((B, T, D))
e = params['table'][other]
for i in (1, 2):
    x = (e + 0.1 * unit(g, True)).detach().requires_grad_()
    g, = torch.autograd.grad(kl(teacher, model(other, None, embedded=x)[0]).mean(), x)
case('VAT occurrences', plain() + kl(model(other, None)[0], model(other, None, embedded=e + 0.5 * unit(g, True))[0]).mean())
case('VAT no iteration', plain() + kl(teacher, model(other, k.fork('student'), table=params['table'] + unit(d, False))[0]).mean())

# FGM, FGSM, PGD
def slope_table(table):
    x = table.detach().requires_grad_(); return torch.autograd.grad(plain(table=x), x)[0]
def slope_tokens(e):
    x = e.detach().requires_grad_(); return torch.autograd.grad(plain(embedded=x), x)[0]
table, e = params['table'], params['table'][ids]
case('FGM', plain(table=table + 0.5 * unit(slope_table(table), False)))
case('FGM sum per sample', plain() + plain(embedded=e + 0.5 * unit(slope_tokens(e), True)))
fresh = ROOT.fork('perturbed pass 2')
case('FGM fresh dropout', plain(fresh, table=table + 0.5 * unit(slope_table(table), False)))
case('FGSM', plain(table=table + 0.05 * slope_table(table).sign()))
delta = torch.zeros(V, D).double()
for i in range(3):
    delta = delta + 0.3 * unit(slope_table(table + delta), False)
    if delta.norm() > 0.5: delta = delta * 0.5 / delta.norm()
case('PGD', plain(table=table + delta))
delta = 0.1 * (2 * ROOT.fork('start').uniform((B, T, D)) - 1)
for i in range(2):
    delta = (delta + 0.06 * slope_tokens(e + delta).sign()).clamp(-0.1, 0.1)
case('PGD max', plain() + plain(embedded=e + delta))

# Gradient penalty: kexue.fm 7234
g, = torch.autograd.grad(plain(), table, create_graph=True)
case('gradient penalty table', plain() + 0.5 * 0.8 * (g ** 2).sum())
e = params['table'][ids]
loss = plain(embedded=e)
g, = torch.autograd.grad(loss, e, create_graph=True)
case('gradient penalty occurrences', loss + 0.5 * 0.8 * (g ** 2).sum())
losses = F.cross_entropy(model(ids, ROOT, embedded=e)[0], labels, reduction='none')
each = [torch.autograd.grad(l, e, create_graph=True)[0] for l in losses]
case('gradient penalty per sample', losses.mean() + 0.5 * 0.8 * sum((g ** 2).sum() for g in each) / B)

e = params['table'][ids]
case('random noise', plain(embedded=e + 0.2 * ROOT.fork('noise').normal((B, T, D))))

# SimCSE: Gao, Yao, Chen 2021, and kexue.fm 8348
a, b = model(ids, first)[1], model(ids, second)[1]
case('SimCSE', F.cross_entropy(F.cosine_similarity(a[:, None], b[None], dim=-1) / 0.05, torch.arange(B)))
y = F.normalize(model(ids.repeat_interleave(2, 0), first)[1], dim=-1)
sims = y @ y.T / 0.2 - 1e12 * torch.eye(2 * B).double()
case('SimCSE both', F.cross_entropy(sims, torch.arange(2 * B) ^ 1))
a, b, c = model(ids, ROOT.fork('anchors'))[1], model(other, ROOT.fork('positives'))[1], model(ids.flip(0), ROOT.fork('hard negatives'))[1]
sims = F.cosine_similarity(a[:, None], torch.cat([b, c])[None], dim=-1) / 0.2
sims = sims + torch.cat([torch.zeros(B, B), 0.5 * torch.eye(B)], 1)
case('supervised SimCSE', F.cross_entropy(sims, torch.arange(B)))

# Attention diversity, per row with its own real tokens only
attention = model(ids, ROOT)[2]
real = [int((row != 0).sum()) for row in ids]
stds = [attention[i, 0, :n, :n].std(0, correction=0) for i, n in enumerate(real)]
case('attention diversity', plain() - 0.7 * sum(s.mean() for s in stds) / B)
# two real tokens have columns of equal spread, where a root without epsilon has no slope
spread = lambda x: (x.var(0, correction=1) + 1e-4).sqrt()
stds = [spread(attention[i, 0, :n, :n]) for i, n in enumerate(real)]
case('attention diversity spread', plain() + 0.7 * sum(spread(s) for s in stds) / B)

# Random replacement: kexue.fm 7259
touched = (ROOT.fork('replacement rows').uniform((B, 1)) < 0.9) & (ROOT.fork('replacement tokens').uniform((B, T)) < 0.7) & (ids != 0)
race = ROOT.fork('replacement places').uniform((B, T, T)).masked_fill((ids == 0)[:, None, :], -1)
wrong = torch.where(touched, torch.gather(ids, 1, race.argmax(-1)), ids)
case('random replacement', lab(model(wrong, ROOT)[0]), ids=wrong.flatten().tolist())

z = model(ids, ROOT)[0]
case('label smoothing', F.cross_entropy(z, labels, label_smoothing=0.2))
soft = torch.full((B, C), 0.2 / (C - 1)).double(); soft[torch.arange(B), labels] = 0.8
case('label smoothing others', F.cross_entropy(z, soft))

# Mixout: Lee, Cho, Kang 2020
mixed = {}
for n, w in params.items():
    m = (ROOT.fork('mixout ' + n).uniform(w.shape) < 0.6).double() if n in ('query', 'kernel') else None
    mixed[n] = w if m is None else ((1 - m) * w + m * origin[n] - 0.6 * origin[n]) / (1 - 0.6)
case('mixout', lab(model(ids, ROOT, weights=mixed)[0]))
case('decay to the pretrained point', plain() + 0.7 / 2 * sum(((w - origin[n]) ** 2).sum() for n, w in params.items()))

# MC-dropout: Gal and Ghahramani 2016
probs = torch.stack([model(ids, ROOT.fork(f'sample {i}'))[0].softmax(-1) for i in range(5)])
mean = probs.mean(0)
entropy = -(mean * mean.log()).sum(-1)
expected = -(probs * probs.log()).sum(-1).mean(0)
prediction = {'probabilities': mean, 'deviation': probs.std(0, correction=0), 'entropy': entropy, 'expectedEntropy': expected, 'mutualInformation': entropy - expected}
results['MC-dropout'] = {n: x.flatten().tolist() for n, x in prediction.items()}

# Strong logits, where probabilities underflow
big = torch.tensor([[80., 0, -80], [0, 300, 0], [1, 2, 3]]).double(); far = -big
def strong(p, q):
    p, q = p.log_softmax(-1), q.log_softmax(-1)
    m = torch.logaddexp(p, q) - math.log(2)
    return 0.5 * (p.exp() * (p - m) + q.exp() * (q - m)).sum(-1)
results['divergences'] = {'p': big.flatten().tolist(), 'q': far.flatten().tolist(),
                          'kl': (0.5 * (kl(big, far) + kl(far, big))).tolist(), 'js': strong(big, far).tolist()}

flat = lambda x: x.detach().flatten().tolist()
json.dump({'torch': torch.__version__, 'rate': RATE, 'words': [SEED, STEP, 0], 'parameters': {n: flat(p) for n, p in params.items()}, 'origin': {n: flat(p) for n, p in origin.items()},
           'ids': flat(ids), 'other': flat(other), 'labels': flat(labels), 'tokenLabels': flat(token_labels), 'targets': flat(targets), 'results': results}, open(sys.argv[1], 'w'))
