"""Writes expected values of every architecture for the encoder's tests: transformers where it has the model, written out in PyTorch where not.

Weights are not stored: parameter `name` has value i equal to 0.3·sin(s + 0.7391·i) (norm scales 1 + that), s the sum of the name's
character codes, in both languages. A gradient g is stored as its length and its product with cos(1 + 0.123·i).

usage: python encoder_architectures.py packages/encoder/fixtures/architectures.json
"""
import json, sys
import torch, transformers
from transformers import (BertConfig, BertForMaskedLM, BertForMultipleChoice, BertForQuestionAnswering, BertForSequenceClassification, ElectraConfig,
                          ElectraForPreTraining)
from encoder_families import built, config_of, inputs_of, models
torch.set_default_dtype(torch.float64)
V, W, L, H, F, M, E = 40, 16, 2, 4, 32, 12, 8
ids = torch.tensor([[2, 7, 9, 3, 11, 5, 3], [2, 30, 3, 0, 0, 0, 0], [2, 8, 8, 9, 39, 3, 0]])
seg = torch.tensor([[0, 0, 0, 0, 1, 1, 1], [0] * 7, [0, 0, 0, 1, 1, 1, 1]])
att = (ids != 0).long(); B, N = ids.shape
pos = torch.tensor([[1, 4], [1, 0], [2, 4]]); tgt = torch.tensor([[6, 12], [31, 0], [4, 38]]); wts = torch.tensor([[1., 1.], [1., 0.], [1., 1.]])
base = dict(vocab_size=V, hidden_size=W, num_hidden_layers=L, num_attention_heads=H, intermediate_size=F, max_position_embeddings=M,
            hidden_dropout_prob=0, attention_probs_dropout_prob=0, pad_token_id=0)

def values(name, shape, one=False):
    n = 1
    for s in shape: n *= s
    v = 0.3 * torch.sin(sum(map(ord, name)) + 0.7391 * torch.arange(n, dtype=torch.float64))
    return (v + 1 if one else v).reshape(shape)
is_scale = lambda n: n.endswith('.weight') and ('norm' in n.lower())
def fill(model):
    with torch.no_grad():
        for n, p in model.named_parameters():
            if 'embed_positions' in n: continue  # RoFormer's sinusoids are a constant
            p.copy_(values(n, p.shape, is_scale(n)))
    return model.eval()
def cut(x): return [float(f'{v:.10g}') for v in x.detach().flatten().tolist()]
def slopes(model):
    out = {}
    for n, p in model.named_parameters():
        if p.grad is None: continue
        g = p.grad.flatten(); out[n] = [float(f'{v:.10g}') for v in (g.norm().item(), (g * torch.cos(1 + 0.123 * torch.arange(len(g)))).sum().item())]
    return out
def mlm(logits):
    picked = torch.gather(logits, 1, pos[..., None].expand(-1, -1, V))
    ce = torch.nn.functional.cross_entropy(picked.reshape(-1, V), tgt.reshape(-1), reduction='none').view(B, 2)
    return picked, (ce * wts).sum() / wts.sum()
def shapes(model): return {n: list(p.shape) for n, p in model.named_parameters()}

out = {'made_with': {'torch': torch.__version__, 'transformers': transformers.__version__},
       'batch': {k: v.flatten().tolist() for k, v in dict(ids=ids, segments=seg, attend=att, positions=pos, targets=tgt, weights=wts).items()}, 'models': {}}
def record(name, config, model, hidden, logits):
    model.zero_grad()
    picked, loss = mlm(logits); loss.backward()
    out['models'][name] = {'config': config.to_dict() if hasattr(config, 'to_dict') else config, 'shapes': shapes(model),
                           'hidden': cut(hidden), 'logits': cut(picked), 'loss': loss.item(), 'slopes': slopes(model)}
def run(name, model, **more):
    model = fill(model)
    o = model(ids, output_hidden_states=True, **{**inputs_of(model, ids, att, seg), **more})
    record(name, model.config, model, o.hidden_states[-1], o.logits)

for name, entry in models(V, W, L, H, F, M, E).items(): run(name, built(entry))
causal = torch.tril(torch.ones(N, N)).bool()[None] & att[:, None, :].bool()
c = torch.cumsum(seg, 1); uni = (c[:, None, :] <= c[:, :, None]) & att[:, None, :].bool()
added = lambda see: torch.where(see[:, None], 0., -1e30)  # transformers adds a four-dimensional mask to the scores
run('left to right', BertForMaskedLM(BertConfig(**base)), attention_mask=added(causal))
run('unilm', BertForMaskedLM(BertConfig(**base)), attention_mask=added(uni))

# ELECTRA's discriminator, BERT's heads
disc = fill(ElectraForPreTraining(ElectraConfig(**base, embedding_size=E)))
out['discriminator'] = {'shapes': shapes(disc), 'config': config_of(disc), 'logits': cut(disc(ids, attention_mask=att, token_type_ids=seg).logits)}
cls = fill(BertForSequenceClassification(BertConfig(**base, num_labels=3)))
qa = fill(BertForQuestionAnswering(BertConfig(**base)))
mc = fill(BertForMultipleChoice(BertConfig(**base)))
q = qa(ids, attention_mask=att, token_type_ids=seg)
six = lambda t: torch.cat([t, t.flip(0)]).view(2, 3, N)
out['heads'] = {'classifier': cut(cls(ids, attention_mask=att, token_type_ids=seg).logits), 'start': cut(q.start_logits), 'end': cut(q.end_logits),
                'choice': cut(mc(six(ids), attention_mask=six(att), token_type_ids=six(seg)).logits)}

# Written out: what transformers lacks.
class Own(torch.nn.Module):
    """A BERT of named parts with the variants the articles ask for."""
    def __init__(self, kind):
        super().__init__(); self.kind = kind
        self.core = BertForMaskedLM(BertConfig(**base))
        if kind == 'relative':
            for i in range(L): setattr(self, f'd{i}', torch.nn.Parameter(torch.zeros(2 * M - 1, W // H)))
        if kind == 'random':
            for i in range(L): setattr(self, f's{i}', torch.nn.Parameter(torch.zeros(H, M, M)))
        if kind == 'pre': self.final = torch.nn.LayerNorm(W, eps=1e-12)
    def named(self):
        names = {}
        for n, p in self.core.named_parameters(): names[n] = p
        for i in range(L):
            if self.kind == 'relative': names[f'bert.encoder.layer.{i}.attention.self.distance_embedding.weight'] = getattr(self, f'd{i}')
            if self.kind == 'random': names[f'bert.encoder.layer.{i}.attention.self.scores'] = getattr(self, f's{i}')
        if self.kind == 'pre': names['bert.encoder.norm.weight'] = self.final.weight; names['bert.encoder.norm.bias'] = self.final.bias
        return names
    def embed(self):
        e = self.core.bert.embeddings
        x = e.word_embeddings(ids) + e.token_type_embeddings(seg)
        if self.kind != 'relative': x = x + e.position_embeddings(torch.arange(N))
        return e.LayerNorm(x)
    def attention(self, i, q, kv, see):
        layer = self.core.bert.encoder.layer[i]; s = layer.attention.self
        split = lambda x: x.view(B, -1, H, W // H).transpose(1, 2)
        v = split(s.value(kv))
        if self.kind == 'random':
            scores = getattr(self, f's{i}')[None, :, :N, :N].expand(B, -1, -1, -1)
        else:
            query, key = split(s.query(q)), split(s.key(kv))
            scores = query @ key.transpose(-1, -2)
            if self.kind == 'relative':
                rows = getattr(self, f'd{i}')[torch.arange(N)[:, None] - torch.arange(N)[None] + M - 1]
                scores = scores + torch.einsum('bhld,lrd->bhlr', query, rows)
            scores = scores / (W // H) ** 0.5
        if self.kind == 'sigmoid': p = torch.sigmoid(scores) * see
        else: p = torch.softmax(scores.masked_fill(~see, -1e30), -1) * see.any(-1, keepdim=True)
        return layer.attention.output.dense((p @ v).transpose(1, 2).reshape(B, -1, W))
    def layer(self, i, q, kv, see):
        layer = self.core.bert.encoder.layer[i]
        if self.kind == 'pre':
            n = layer.attention.output.LayerNorm(q)
            q = q + self.attention(i, n, n, see)
            return q + layer.output.dense(layer.intermediate(layer.output.LayerNorm(q)))
        q = layer.attention.output.LayerNorm(q + self.attention(i, q, kv, see))
        return layer.output.LayerNorm(q + layer.output.dense(layer.intermediate(q)))
real = att[:, None, None, :].bool()
order = torch.tensor([[3, 0, 6, 1, 5, 2, 4], [1, 0, 2, 3, 4, 5, 6], [4, 2, 0, 5, 1, 3, 6]])
for kind in ['pre', 'relative', 'random', 'sigmoid', 'two streams', 'tta, mask query']:
    m = Own(kind)
    with torch.no_grad():
        for n, p in m.named().items(): p.copy_(values(n, p.shape, is_scale(n)))
    x = m.embed(); e = m.core.bert.embeddings
    if kind == 'two streams':
        h, g = x, e.LayerNorm(e.position_embeddings(torch.arange(N)) + e.word_embeddings.weight[4])[None].expand(B, -1, -1)
        late = order[:, None, None, :] <= order[:, None, :, None]; strict = order[:, None, None, :] < order[:, None, :, None]
        for i in range(L):
            g, h = m.layer(i, g, h, strict & real), m.layer(i, h, h, late & real)
        hidden = g
    elif kind == 'tta, mask query':
        hidden = e.LayerNorm(e.position_embeddings(torch.arange(N)) + e.word_embeddings.weight[4])[None].expand(B, -1, -1)
        for i in range(L): hidden = m.layer(i, hidden, x, real & ~torch.eye(N, dtype=torch.bool)[None, None])
    else:
        hidden = x
        for i in range(L): hidden = m.layer(i, hidden, hidden, real)
        if kind == 'pre': hidden = m.final(hidden)
    picked, loss = mlm(m.core.cls(hidden)); loss.backward()
    grads = {}
    for n, p in m.named().items():
        g = (p.grad if p.grad is not None else torch.zeros_like(p)).flatten()
        grads[n] = [float(f'{v:.10g}') for v in (g.norm().item(), (g * torch.cos(1 + 0.123 * torch.arange(len(g)))).sum().item())]
    out['models'][kind] = {'config': config_of(m.core), 'shapes': {n: list(p.shape) for n, p in m.named().items()},
                           'hidden': cut(hidden), 'logits': cut(picked), 'loss': loss.item(), 'slopes': grads}
out['order'] = order.flatten().tolist()
# DeBERTa's buckets in float32, as transformers computes them: [buckets, longest distance], and the bucket of each distance from 0 on.
from transformers.models.deberta_v2.modeling_deberta_v2 import make_log_bucket_position
torch.set_default_dtype(torch.float32)
out['buckets'] = [[buckets, longest, make_log_bucket_position(torch.arange(longest + 40), buckets, longest).long().tolist()]
                  for buckets, longest in ((256, 512), (8, 12), (32, 128), (256, 1024), (6, 40))]
from transformers.models.mpnet.modeling_mpnet import MPNetEncoder
bias_buckets = lambda sign: MPNetEncoder.relative_position_bucket(sign * torch.arange(600)).tolist()
out['biasBuckets'] = {'behind': bias_buckets(-1), 'before': bias_buckets(1)}
json.dump(out, open(sys.argv[1], 'w'), separators=(',', ':'))
