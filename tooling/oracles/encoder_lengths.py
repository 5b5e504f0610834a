"""Expected values of every architecture that transformers has, and of T-TA written out, for rows of 1 to 512 tokens, half of a pair, with pads.

Inputs and weights are formulas that both languages compute: parameter `name` as in encoder_architectures.py; row r, column c of n has the token
(7 + 13·r + 5·c + c·c // 3) mod (V − 5) + 5, segment 1 from the middle on, row 1 keeps the first ⌈2n/3⌉ tokens; targets are every sixth
column (one at least), the token there plus 3. A tensor x is stored as its length, its product with cos(1 + 0.123·i), and eight samples,
a gradient as the first two, in the order of `shapes`.

usage: python encoder_lengths.py packages/encoder/fixtures/lengths.json
"""
import json, math, sys
import torch, transformers
from transformers import BertConfig, BertForMaskedLM, BertLMHeadModel, ElectraConfig, ElectraForPreTraining
from encoder_families import built, config_of, inputs_of, models
torch.set_default_dtype(torch.float64); torch.manual_seed(0)
V, W, L, H, F, M, E = 60, 16, 2, 4, 32, 512, 8
LENGTHS = [1, 2, 3, 16, 63, 128, 512]
base = dict(vocab_size=V, hidden_size=W, num_hidden_layers=L, num_attention_heads=H, intermediate_size=F, max_position_embeddings=M,
            hidden_dropout_prob=0, attention_probs_dropout_prob=0, pad_token_id=0)

def values(name, shape):
    n = math.prod(shape)
    v = 0.3 * torch.sin(sum(map(ord, name)) + 0.7391 * torch.arange(n, dtype=torch.float64))
    return (v + 1 if name.endswith('.weight') and 'norm' in name.lower() else v).reshape(shape)
def fill(model):
    with torch.no_grad():
        for n, p in model.named_parameters():
            if 'embed_positions' not in n: p.copy_(values(n, p.shape))
    return model.eval()
def short(v): return float(f'{v:.8g}')
def print_of(x):
    x = x.detach().flatten(); i = torch.arange(len(x), dtype=torch.float64)
    at = [k * (len(x) - 1) // 7 for k in range(8)] if len(x) > 8 else list(range(len(x)))
    return [short(v) for v in [x.norm().item(), (x * torch.cos(1 + 0.123 * i)).sum().item(), *(x[k].item() for k in at)]]
def batch(n):
    kept = -(-2 * n // 3)
    att = torch.tensor([[1] * n, [1] * kept + [0] * (n - kept)])
    ids = torch.tensor([[(7 + 13 * r + 5 * c + c * c // 3) % (V - 5) + 5 for c in range(n)] for r in range(2)]) * att
    seg = torch.tensor([[int(c >= n // 2 and n > 1) for c in range(n)] for r in range(2)])
    cols = list(range(0, n, 6)); pos = torch.tensor([cols, cols])
    wts = (torch.gather(att, 1, pos)).double(); tgt = (torch.gather(ids, 1, pos) + 3) % V
    return ids, att, seg, pos, tgt, wts
def mlm(logits, b):
    ids, att, seg, pos, tgt, wts = b
    picked = torch.gather(logits, 1, pos[..., None].expand(-1, -1, V))
    ce = torch.nn.functional.cross_entropy(picked.reshape(-1, V), tgt.reshape(-1), reduction='none').view(wts.shape)
    return picked, (ce * wts).sum() / wts.sum()

def own_tta(model, b):
    ids, att, seg, *_ = b; n = ids.shape[1]; e = model.bert.embeddings
    places = e.position_embeddings(torch.arange(n))
    source = e.LayerNorm(e.word_embeddings(ids) + places + e.token_type_embeddings(seg))
    q = e.LayerNorm(places)[None].expand(2, -1, -1)
    see = att[:, None, None, :].bool() & ~torch.eye(n, dtype=torch.bool)
    for layer in model.bert.encoder.layer:
        a, s = layer.attention, layer.attention.self
        cut = lambda x: x.view(2, n, H, W // H).transpose(1, 2)
        scores = cut(s.query(q)) @ cut(s.key(source)).transpose(-1, -2) / (W // H) ** 0.5
        p = torch.softmax(scores.masked_fill(~see, -1e30), -1) * see.any(-1, keepdim=True)
        q = a.output.LayerNorm(q + a.output.dense((p @ cut(s.value(source))).transpose(1, 2).reshape(2, n, W)))
        q = layer.output.LayerNorm(q + layer.output.dense(layer.intermediate(q)))
    return q, model.cls(q)

def plain(model, b, **more):
    ids, att, seg, *_ = b
    o = model(ids, output_hidden_states=True, **{**inputs_of(model, ids, att, seg), **more})
    return o.hidden_states[-1], o.logits
def unilm(model, b):
    ids, att, seg, *_ = b; c = torch.cumsum(seg, 1)
    see = (c[:, None, :] <= c[:, :, None]) & att[:, None, :].bool()
    return plain(model, b, attention_mask=torch.where(see[:, None], 0., -1e30))

cases = {
    **{name: (built(entry), plain) for name, entry in models(V, W, L, H, F, M, E).items()},
    'left to right': (BertLMHeadModel(BertConfig(**base, is_decoder=True)), plain),
    'unilm': (BertForMaskedLM(BertConfig(**base)), unilm),
    'tta': (BertForMaskedLM(BertConfig(**base)), own_tta),
    'discriminator': (ElectraForPreTraining(ElectraConfig(**base, embedding_size=E)), plain),
}
out = {'made_with': {'torch': torch.__version__, 'transformers': transformers.__version__}, 'lengths': LENGTHS, 'models': {}}
for name, (model, run) in cases.items():
    fill(model); results = {}
    for n in LENGTHS:
        b = batch(n); model.zero_grad()
        hidden, logits = run(model, b)
        if name == 'discriminator':
            # Every third token is called replaced.
            labels = (torch.arange(n) % 3 == 0).double()[None].expand(2, -1); real = b[1].double()
            picked = logits * real
            loss = (torch.nn.functional.binary_cross_entropy_with_logits(logits, labels, reduction='none') * real).sum() / real.sum()
        else: picked, loss = mlm(logits, b)
        loss.backward()
        real = b[1][..., None].double()
        results[n] = {'hidden': print_of(hidden * real), 'logits': print_of(picked * (b[5][..., None] if name != 'discriminator' else 1)), 'loss': loss.item(),
                      'slopes': [None if x.grad is None else print_of(x.grad)[:2] for _, x in model.named_parameters()]}
    out['models'][name] = {'config': config_of(model), 'shapes': {n: list(p.shape) for n, p in model.named_parameters()}, 'lengths': results}
json.dump(out, open(sys.argv[1], 'w'), separators=(',', ':'))
