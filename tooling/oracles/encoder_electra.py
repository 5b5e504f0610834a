"""ELECTRA's joint loss with shared embeddings, by transformers' two models in float64, the drawn tokens given.

Weights and the form of gradients are those of encoder_architectures.py; the two models' parameters are told apart by 'generator.' and
'discriminator.' before their names, shared embeddings are the generator's.

usage: python encoder_electra.py packages/encoder/fixtures/electra.json
"""
import json, sys
import torch, transformers
import torch.nn.functional as F
from transformers import ElectraConfig, ElectraForMaskedLM, ElectraForPreTraining
torch.set_default_dtype(torch.float64)
ids = torch.tensor([[2, 4, 9, 3, 4, 5, 3], [2, 4, 3, 0, 0, 0, 0], [2, 8, 4, 9, 4, 3, 0]])
seg = torch.tensor([[0, 0, 0, 0, 1, 1, 1], [0] * 7, [0, 0, 0, 1, 1, 1, 1]])
att = (ids != 0).long()
pos = torch.tensor([[1, 4], [1, 0], [2, 4]]); tgt = torch.tensor([[6, 12], [31, 0], [4, 38]]); wts = torch.tensor([[1., 1.], [1., 0.], [1., 1.]])
drawn = torch.tensor([[6, 20], [7, 33], [11, 38]])  # two of the five are right
weight = 50.
base = dict(vocab_size=40, embedding_size=8, num_hidden_layers=2, max_position_embeddings=12, hidden_dropout_prob=0, attention_probs_dropout_prob=0, pad_token_id=0)
configs = {'generator': ElectraConfig(**base, hidden_size=8, num_attention_heads=2, intermediate_size=16),
           'discriminator': ElectraConfig(**base, hidden_size=16, num_attention_heads=4, intermediate_size=32)}
models = {'generator': ElectraForMaskedLM(configs['generator']).eval(), 'discriminator': ElectraForPreTraining(configs['discriminator']).eval()}
named = lambda: [(f'{m}.{n}', p) for m, model in models.items() for n, p in model.named_parameters() if not (m == 'discriminator' and n.startswith('electra.embeddings.'))]
with torch.no_grad():
    for n, p in named():
        v = 0.3 * torch.sin(sum(map(ord, n)) + 0.7391 * torch.arange(p.numel(), dtype=torch.float64))
        p.copy_((v + 1 if n.endswith('.weight') and 'norm' in n.lower() else v).reshape(p.shape))
models['discriminator'].electra.embeddings = models['generator'].electra.embeddings
call = dict(attention_mask=att, token_type_ids=seg)
logits = models['generator'](ids, **call).logits
picked = torch.gather(logits, 1, pos[..., None].expand(-1, -1, 40))
ce = F.cross_entropy(picked.reshape(-1, 40), tgt.reshape(-1), reduction='none').view(3, 2)
generator = (ce * wts).sum() / wts.sum()
corrupted, replaced = ids.clone(), torch.zeros_like(ids)
for row in range(3):
    for slot in range(2):
        if wts[row, slot]:
            corrupted[row, pos[row, slot]] = drawn[row, slot]; replaced[row, pos[row, slot]] = int(drawn[row, slot] != tgt[row, slot])
detection = models['discriminator'](corrupted, labels=replaced, **call).loss
loss = generator + weight * detection
loss.backward()
slopes = {}
for n, p in named():
    g = p.grad.flatten(); slopes[n] = [float(f'{v:.10g}') for v in (g.norm().item(), (g * torch.cos(1 + 0.123 * torch.arange(len(g)))).sum().item())]
flat = lambda x: x.flatten().tolist()
json.dump({'made_with': {'torch': torch.__version__, 'transformers': transformers.__version__},
           'batch': {k: flat(v) for k, v in dict(ids=ids, segments=seg, attend=att, positions=pos, targets=tgt, weights=wts, drawn=drawn).items()},
           'configs': {m: c.to_dict() for m, c in configs.items()}, 'shapes': {n: list(p.shape) for n, p in named()},
           'loss': loss.item(), 'generator': generator.item(), 'detection': detection.item(), 'corrupted': flat(corrupted), 'replaced': flat(replaced),
           'slopes': slopes}, open(sys.argv[1], 'w'))
