"""Writes expected values of BERT (transformers) and T-TA (written out here) for the encoder's tests.

usage: python encoder_models.py packages/encoder/fixtures/models.json
"""
import json, sys
import torch, transformers
from transformers import BertConfig, BertForMaskedLM

torch.manual_seed(0)
V, W, L, H, F, M = 40, 16, 2, 4, 32, 12
config = BertConfig(vocab_size=V, hidden_size=W, num_hidden_layers=L, num_attention_heads=H, intermediate_size=F,
                    max_position_embeddings=M, hidden_dropout_prob=0, attention_probs_dropout_prob=0, initializer_range=0.3)
model = BertForMaskedLM(config).double().eval()
for name, p in model.named_parameters():
    if p.dim() == 1: torch.nn.init.normal_(p, 1.0 if 'LayerNorm.weight' in name else 0.0, 0.1)
model = model.float().double()
ids = torch.tensor([[2, 7, 9, 3, 11, 5, 3], [2, 30, 3, 0, 0, 0, 0], [2, 8, 8, 9, 39, 3, 0]])
seg = torch.tensor([[0, 0, 0, 0, 1, 1, 1], [0] * 7, [0] * 7])
att = (ids != 0).long()
pos = torch.tensor([[1, 4], [1, 0], [2, 4]]); tgt = torch.tensor([[6, 12], [31, 0], [4, 38]]); wts = torch.tensor([[1., 1.], [1., 0.], [1., 1.]]).double()

def head(hidden):
    picked = torch.gather(hidden, 1, pos[..., None].expand(-1, -1, W))
    return model.cls(picked)

def tta():
    """Shin, Lee, Jung 2020: queries from positions, keys and values from the raw input in every layer, diagonal hidden."""
    e = model.bert.embeddings
    places = e.position_embeddings(torch.arange(7))
    source = e.LayerNorm(e.word_embeddings(ids) + places + e.token_type_embeddings(seg))
    q = e.LayerNorm(places)[None].expand(3, -1, -1)
    see = att[:, None, None, :].bool() & ~torch.eye(7, dtype=torch.bool)[None, None]
    for layer in model.bert.encoder.layer:
        a, s = layer.attention, layer.attention.self
        cut = lambda x: x.view(3, 7, H, W // H).transpose(1, 2)
        scores = cut(s.query(q)) @ cut(s.key(source)).transpose(-1, -2) / (W // H) ** 0.5
        top = scores.masked_fill(~see, -1e30)
        p = torch.softmax(top, -1) * see.any(-1, keepdim=True)
        mixed = (p @ cut(s.value(source))).transpose(1, 2).reshape(3, 7, W)
        q = a.output.LayerNorm(q + a.output.dense(mixed))
        q = layer.output.LayerNorm(q + layer.output.dense(layer.intermediate(q)))
    return q

def results(hidden):
    model.zero_grad()
    logits = head(hidden)
    ce = torch.nn.functional.cross_entropy(logits.reshape(-1, V), tgt.reshape(-1), reduction='none').view(3, 2)
    loss = (ce * wts).sum() / wts.sum()
    loss.backward()
    # the loss adds its own gradient to the token table through the tied head
    grads = {n: (p.grad if p.grad is not None else torch.zeros_like(p)).flatten().tolist() for n, p in model.named_parameters()}
    return {'hidden': hidden.detach().flatten().tolist(), 'logits': logits.detach().flatten().tolist(), 'loss': loss.item(), 'gradients': grads}

rounded = lambda x: [float(f'{v:.9g}') for v in x]
def tidy(x):
    if isinstance(x, dict): return {k: tidy(v) for k, v in x.items()}
    return rounded(x) if isinstance(x, list) else float(f'{x:.12g}')
out = {'made_with': {'torch': torch.__version__, 'transformers': transformers.__version__},
       'config': {'vocabularySize': V, 'width': W, 'layers': L, 'heads': H, 'feedForwardWidth': F, 'maximumLength': M},
       'batch': {'ids': ids.flatten().tolist(), 'segments': seg.flatten().tolist(), 'attend': att.flatten().tolist(),
                 'positions': pos.flatten().tolist(), 'targets': tgt.flatten().tolist(), 'weights': wts.flatten().tolist()},
       'parameters': {n: rounded(p.detach().flatten().tolist()) for n, p in model.named_parameters()},
       'bert': tidy(results(model.bert(ids, attention_mask=att, token_type_ids=seg).last_hidden_state)), 'tta': tidy(results(tta()))}
json.dump(out, open(sys.argv[1], 'w'), separators=(',', ':'))
