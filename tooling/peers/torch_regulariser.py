"""PyTorch's side of a fine-tuning step under a regulariser in `qa perf`: the same passes, written as PyTorch does them best.

usage: python torch_regulariser.py NAME LAYERS WIDTH BATCH LENGTH
Perturbed parameters go in by functional_call; slopes come from autograd.grad of the table alone; AdamW is fused. Attention is SDPA but
where its weights (attention-diversity) or a second derivative (gradient-penalty) are asked for.
"""
import sys
import torch
import torch.nn.functional as F
from transformers import BertConfig, BertModel
from side import serve

name = sys.argv[1]
layers, width, batch, length = map(int, sys.argv[2:6])
vocabulary, classes = 21128, 15
eager = name.startswith(('attention-diversity', 'gradient-penalty'))
torch.manual_seed(0)


class Classifier(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.bert = BertModel(BertConfig(
            vocab_size=vocabulary, hidden_size=width, num_hidden_layers=layers, num_attention_heads=width // 64, intermediate_size=4 * width,
            hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1, attn_implementation='eager' if eager else 'sdpa'), add_pooling_layer=False)
        self.head = torch.nn.Linear(width, classes)

    def forward(self, ids=None, embedded=None, weights=False):
        out = self.bert(input_ids=ids, inputs_embeds=embedded, output_attentions=weights)
        first = out.last_hidden_state[:, 0]
        return self.head(F.dropout(first, 0.1)), first, out.attentions


model = Classifier().train()
optimiser = torch.optim.AdamW(model.parameters(), 1e-4, weight_decay=0.01, fused=True)
words = model.bert.embeddings.word_embeddings.weight
path = 'bert.embeddings.word_embeddings.weight'
kernels = {n: p for n, p in model.named_parameters() if 'LayerNorm' not in n and 'embeddings' not in n and n.endswith('weight')}
origin = {n: p.detach().clone() for n, p in model.named_parameters()}
moved = lambda ids, table: torch.func.functional_call(model, {path: table}, (ids,))[0]
kl = lambda p, q: F.kl_div(q.log_softmax(-1), p.log_softmax(-1), log_target=True, reduction='none').sum(-1)
unit = lambda x: x / (x.norm() + 1e-8)
each = lambda x: x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-8)


def teacher_of(ids):
    model.eval()
    with torch.no_grad(): logits = model(ids)[0]
    model.train()
    return logits


def slope(loss_at, x):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(loss_at(x), x)[0]


def pairs(z): return kl(z[::2], z[1::2]) + kl(z[1::2], z[::2])


def loss_of(ids, labels, other):
    ce = lambda z: F.cross_entropy(z, labels)
    at_table = lambda table: ce(moved(ids, table))
    at_tokens = lambda e: ce(model(embedded=e)[0])
    if name == 'plain': return ce(model(ids)[0])
    if name == 'r-drop':
        z = model(ids.repeat_interleave(2, 0))[0]
        return F.cross_entropy(z, labels.repeat_interleave(2)) + pairs(z).mean()
    if name == 'semi-supervised-r-drop': return ce(model(ids)[0]) + pairs(model(other.repeat_interleave(2, 0))[0]).mean()
    if name == 'vat':
        teacher = teacher_of(other)
        g = slope(lambda x: kl(teacher, moved(other, x)).mean(), words + 10 * unit(torch.randn_like(words)))
        return ce(model(ids)[0]) + kl(teacher, moved(other, words + unit(g))).mean()
    if name == 'vat-occurrences':
        teacher, e = teacher_of(other), words[other]
        g = slope(lambda x: kl(teacher, model(embedded=x)[0]).mean(), e + 0.1 * each(torch.randn_like(e)))
        return ce(model(ids)[0]) + kl(teacher, model(embedded=e + each(g))[0]).mean()
    if name == 'fgm': return at_table(words + 0.5 * unit(slope(at_table, words)))
    if name == 'fgm-occurrences':
        e = words[ids]
        return at_tokens(e + 0.5 * each(slope(at_tokens, e)))
    if name == 'fgsm': return at_table(words + 1e-3 * slope(at_table, words).sign())
    if name == 'pgd':
        delta = torch.zeros_like(words)
        for _ in range(3):
            delta = delta + 0.3 * unit(slope(at_table, words + delta))
            delta = delta * (1 / (delta.norm() + 1e-8)).clamp(max=1)
        return at_table(words + delta)
    if name == 'gradient-penalty':
        loss = at_table(words)
        return loss + 0.5 * (torch.autograd.grad(loss, words, create_graph=True)[0] ** 2).sum()
    if name == 'gradient-penalty-occurrences':
        e = words[ids]
        loss = at_tokens(e)
        return loss + 0.5 * (torch.autograd.grad(loss, e, create_graph=True)[0] ** 2).sum()
    if name == 'random-noise':
        e = words[ids]
        return at_tokens(e + 0.01 * torch.randn_like(e))
    if name == 'simcse':
        h = model(ids.repeat_interleave(2, 0))[1]
        a, b = F.normalize(h[::2], dim=-1), F.normalize(h[1::2], dim=-1)
        return F.cross_entropy(a @ b.T / 0.05, torch.arange(batch))
    if name == 'supervised-simcse':
        h = F.normalize(model(torch.cat([ids, other, other]))[1], dim=-1)
        return F.cross_entropy(h[:batch] @ h[batch:].T / 0.05, torch.arange(batch))
    if name == 'attention-diversity':
        z, _, attentions = model(ids, weights=True)
        return ce(z) - 0.1 * sum((a.var(2, correction=0) + 1e-12).sqrt().mean() for a in attentions) / layers
    if name == 'label-smoothing': return F.cross_entropy(model(ids)[0], labels, label_smoothing=0.1)
    if name == 'mixout':
        mix = lambda n, w: (torch.where(torch.rand_like(w) < 0.3, origin[n], w) - 0.3 * origin[n]) / 0.7
        return ce(torch.func.functional_call(model, {n: mix(n, w) for n, w in kernels.items()}, (ids,))[0])
    if name == 'decay-to-pretrained':
        return ce(model(ids)[0]) + 0.005 * sum(F.mse_loss(w, origin[n], reduction='sum') for n, w in model.named_parameters())
    raise SystemExit(f'there is no regulariser {name}')


def unit_of_work():
    ids, other = torch.randint(0, vocabulary, (2, batch, length))
    labels = torch.randint(0, classes, (batch,))

    def step():
        loss = loss_of(ids, labels, other)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        loss.item()
    return step


serve(f'torch {torch.__version__} eager, {name}, AdamW(fused), {"plain attention" if eager else "SDPA"}', unit_of_work)
