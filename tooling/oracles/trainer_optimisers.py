"""Writes 50 steps of SGD, Adafactor, LAMB, StableAdamW and Muon, and values of schedules.

usage: python trainer_optimisers.py packages/trainer/fixtures/optimisers.json
LAMB is written here from algorithm 2 of You et al. 2020, StableAdamW from algorithm 2 of Wortsman et al. 2023; the others are torch's and
transformers' own. torch's Muon iterates in bfloat16 and wants weights as [out, in]: here it stays in float64 and gets them transposed.
"""
import json, sys, torch, transformers
from transformers import optimization as o

torch.manual_seed(2)
start = {'matrix/kernel': torch.randn(3, 4, dtype=torch.float64), 'stack/kernel': torch.randn(2, 3, 2, dtype=torch.float64) * 0.1,
         'matrix/bias': torch.randn(4, dtype=torch.float64), 'norm/scale': torch.ones(3, dtype=torch.float64)}
pull = {name: torch.randn_like(value) for name, value in start.items()}


def gradient_of(name, value, step):
    # A formula that both sides can write: curved, different at every step, sometimes large.
    return (value - pull[name]) * (1 + 0.5 * torch.sin(torch.tensor(float(step)))) + 0.3 * value ** 3


def lamb(params, rate, steps, beta1=0.9, beta2=0.999, eps=1e-6, decay=0.1, adapt_all=False):
    m = {n: torch.zeros_like(p) for n, p in params.items()}
    v = {n: torch.zeros_like(p) for n, p in params.items()}
    for t in range(1, steps + 1):
        for n in params:
            plain = n.endswith(('bias', 'scale'))
            g = gradient_of(n, params[n], t)
            m[n] = beta1 * m[n] + (1 - beta1) * g
            v[n] = beta2 * v[n] + (1 - beta2) * g * g
            r = (m[n] / (1 - beta1 ** t)) / ((v[n] / (1 - beta2 ** t)).sqrt() + eps)
            u = r + (0.0 if plain else decay) * params[n]
            ratio = params[n].norm() / u.norm() if (adapt_all or not plain) and params[n].norm() > 0 and u.norm() > 0 else 1.0
            params[n] = params[n] - rate * ratio * u
    return params


def stable_adamw(params, rate, steps, beta1=0.9, beta2=0.999, eps=1e-8, decay=0.1):
    v = {n: torch.zeros_like(p) for n, p in params.items()}
    u = {n: torch.zeros_like(p) for n, p in params.items()}
    for t in range(1, steps + 1):
        # The paper debiases the decays themselves.
        b1 = beta1 * (1 - beta1 ** (t - 1)) / (1 - beta1 ** t)
        b2 = beta2 * (1 - beta2 ** (t - 1)) / (1 - beta2 ** t)
        for n in params:
            g = gradient_of(n, params[n], t)
            v[n] = b1 * v[n] + (1 - b1) * g
            u[n] = b2 * u[n] + (1 - b2) * g * g
            rms = (g * g / u[n].clamp(min=eps ** 2)).mean().sqrt()
            own = rate / max(1.0, rms.item())
            plain = n.endswith(('bias', 'scale'))
            params[n] = params[n] - own * (0.0 if plain else decay) * params[n] - own * v[n] / (u[n].sqrt() + eps)
    return params


def muon(adjust, nesterov=True):
    torch.Tensor.bfloat16 = lambda self: self.clone()
    kernel = torch.nn.Parameter(start['matrix/kernel'].T.clone())
    rest = {n: torch.nn.Parameter(p.clone()) for n, p in start.items() if n != 'matrix/kernel'}
    matrices = torch.optim.Muon([kernel], lr=0.01, weight_decay=0.05, nesterov=nesterov, adjust_lr_fn=adjust)
    others = torch.optim.AdamW([{'params': [p for n, p in rest.items() if not n.endswith(('bias', 'scale'))]},
                                {'params': [p for n, p in rest.items() if n.endswith(('bias', 'scale'))], 'weight_decay': 0.0}], lr=0.01, weight_decay=0.05)
    for t in range(1, 51):
        kernel.grad = gradient_of('matrix/kernel', kernel.detach().T, t).T.contiguous()
        for n, p in rest.items():
            p.grad = gradient_of(n, p.detach(), t)
        matrices.step()
        others.step()
    return {n: kernel.detach().T if n == 'matrix/kernel' else rest[n].detach() for n in start}


def with_torch(make):
    params = {n: torch.nn.Parameter(p.clone()) for n, p in start.items()}
    groups = [{'params': [p for n, p in params.items() if not n.endswith(('bias', 'scale'))]},
              {'params': [p for n, p in params.items() if n.endswith(('bias', 'scale'))], 'weight_decay': 0.0}]
    opt = make(groups)
    for t in range(1, 51):
        for n, p in params.items():
            p.grad = gradient_of(n, p.detach(), t)
        opt.step()
    return {n: p.detach() for n, p in params.items()}


runs = {
    'sgd': with_torch(lambda g: torch.optim.SGD(g, lr=0.01, weight_decay=0.05)),
    'momentum': with_torch(lambda g: torch.optim.SGD(g, lr=0.01, momentum=0.9, weight_decay=0.05)),
    'nesterov': with_torch(lambda g: torch.optim.SGD(g, lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.05)),
    'adafactor': with_torch(lambda g: o.Adafactor(g, lr=0.02, relative_step=False, scale_parameter=True, weight_decay=0.05)),
    'adafactorPlain': with_torch(lambda g: o.Adafactor(g, lr=0.02, relative_step=False, scale_parameter=False, beta1=0.9)),
    'adafactorRelative': with_torch(lambda g: o.Adafactor(g)),
    'adafactorWarmup': with_torch(lambda g: o.Adafactor(g, warmup_init=True)),
    'adamw': with_torch(lambda g: torch.optim.AdamW(g, lr=0.01, weight_decay=0.05)),
    'lamb': lamb({n: p.clone() for n, p in start.items()}, 0.02, 50),
    'lambAll': lamb({n: p.clone() for n, p in start.items()}, 0.02, 50, adapt_all=True),
    'stableAdamW': stable_adamw({n: p.clone() for n, p in start.items()}, 0.02, 50),
    'muon': muon('match_rms_adamw'),
    'muonOriginal': muon('original', nesterov=False),
}


def rates(make):
    opt = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=3e-4)
    scheduler = make(opt)
    out = []
    for _ in range(61):
        out.append(scheduler.get_last_lr()[0]); opt.step(); scheduler.step()
    return out


schedules = {
    'constant': rates(lambda p: o.get_constant_schedule_with_warmup(p, 7)),
    'linear': rates(lambda p: o.get_linear_schedule_with_warmup(p, 7, 50)),
    'linearCold': rates(lambda p: o.get_linear_schedule_with_warmup(p, 0, 50)),
    'cosine': rates(lambda p: o.get_cosine_schedule_with_warmup(p, 7, 50)),
    'cosineWaves': rates(lambda p: o.get_cosine_schedule_with_warmup(p, 7, 50, num_cycles=1.5)),
    'polynomial': rates(lambda p: o.get_polynomial_decay_schedule_with_warmup(p, 7, 50, lr_end=1e-5, power=2.0)),
    'inverse_sqrt': rates(lambda p: o.get_inverse_sqrt_schedule(p, 7)),
    'inverseScaled': rates(lambda p: o.get_inverse_sqrt_schedule(p, 7, timescale=20)),
    'wsd': rates(lambda p: o.get_wsd_schedule(p, 7, 12, num_training_steps=50, decay_type='linear')),
    'wsdCosine': rates(lambda p: o.get_wsd_schedule(p, 7, 12, num_training_steps=50, decay_type='cosine', min_lr_ratio=0.1)),
    'wsdSqrt': rates(lambda p: o.get_wsd_schedule(p, 7, 12, num_training_steps=50, decay_type='1-sqrt', min_lr_ratio=0.05)),
}
flat = lambda tree: {n: {'shape': list(p.shape), 'values': p.flatten().tolist()} for n, p in tree.items()}
json.dump({'torch': torch.__version__, 'transformers': transformers.__version__, 'start': flat(start), 'pull': flat(pull),
           'after': {name: flat(tree) for name, tree in runs.items()}, 'schedules': schedules}, open(sys.argv[1], 'w'))
