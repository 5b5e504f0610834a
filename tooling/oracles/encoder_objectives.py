"""TSDAE's loss, Soft-Masked BERT's and token dropping's states, in float64: TSDAE by transformers' BertLMHeadModel with cross-attention to one vector, weights tied by name;
Soft-Masked BERT by torch.nn.GRU over packed rows and transformers' embeddings and encoder, as its paper joins them.

Weights and the form of gradients are those of encoder_architectures.py. The models are BERT's of 2 layers; `decoder.` and `detector.` stand before the
names of what is not BERT's.

usage: python encoder_objectives.py packages/encoder/fixtures/objectives.json
"""
import json, sys
import torch, transformers
import torch.nn.functional as F
from transformers import BertConfig, BertForMaskedLM, BertLMHeadModel
torch.set_default_dtype(torch.float64)
right = torch.tensor([[2, 4, 9, 3, 4, 5, 3], [2, 4, 3, 0, 0, 0, 0], [2, 8, 4, 9, 4, 3, 0]])
ids = torch.tensor([[2, 4, 11, 3, 4, 5, 3], [2, 6, 3, 0, 0, 0, 0], [2, 8, 4, 9, 7, 3, 0]])  # wrong: one a row
att = (right != 0).long()
kept = torch.tensor([[2, 9, 5, 3], [2, 4, 3, 0], [2, 4, 4, 3]])  # what is left of the rows
base = dict(vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=32, max_position_embeddings=12,
            hidden_dropout_prob=0, attention_probs_dropout_prob=0, pad_token_id=0, attn_implementation='eager')
seg = torch.zeros_like(right)


def fill(named):
    with torch.no_grad():
        for n, p in named:
            v = 0.3 * torch.sin(sum(map(ord, n)) + 0.7391 * torch.arange(p.numel(), dtype=torch.float64))
            p.copy_((v + 1 if n.endswith('.weight') and 'norm' in n.lower() else v).reshape(p.shape))


def slopes_of(named):
    found = {}
    for n, p in named:
        g = torch.zeros_like(p).flatten() if p.grad is None else p.grad.flatten()
        found[n] = [float(f'{v:.10g}') for v in (g.norm().item(), (g * torch.cos(1 + 0.123 * torch.arange(len(g)))).sum().item())]
    return found


def denoising():
    encoder = BertForMaskedLM(BertConfig(**base)).eval()
    decoder = BertLMHeadModel(BertConfig(**base, is_decoder=True, add_cross_attention=True)).eval()
    named = [(n, p) for n, p in encoder.named_parameters()]
    fill(named)
    cross = [(f'decoder.{n}', p) for n, p in decoder.named_parameters() if 'crossattention' in n]
    fill(cross)
    # The decoder's own weights are the encoder's: functional_call makes them one tensor, and their gradients add up.
    tied = {n: p for n, p in decoder.named_parameters() if 'crossattention' in n} | dict(named)
    vector = encoder.bert(kept, attention_mask=(kept != 0).long()).last_hidden_state[:, :1]
    logits = torch.func.functional_call(decoder, tied, (right,), dict(
        attention_mask=att, encoder_hidden_states=vector, encoder_attention_mask=torch.ones(3, 1), use_cache=False)).logits
    labels = right[:, 1:].clone()
    labels[labels == 0] = -100
    loss = F.cross_entropy(logits[:, :-1].reshape(-1, 40), labels.reshape(-1))
    loss.backward()
    every = named + cross
    return {'loss': loss.item(), 'logits': logits.flatten().tolist(), 'shapes': {n: list(p.shape) for n, p in every}, 'slopes': slopes_of(every)}


def soft_masked():
    model = BertForMaskedLM(BertConfig(**base)).eval()
    gru = torch.nn.GRU(16, 5, batch_first=True, bidirectional=True)
    prediction = torch.nn.Linear(10, 1)
    named = list(model.named_parameters())
    own = [(f'detector.gru.{n}', p) for n, p in gru.named_parameters()] + [(f'detector.prediction.{n}', p) for n, p in prediction.named_parameters()]
    fill(named)
    fill(own)
    table = model.bert.embeddings.word_embeddings.weight
    embed = lambda tokens: model.bert.embeddings(inputs_embeds=tokens, token_type_ids=seg)
    tokens = table[ids]
    plain = embed(tokens)
    packed = torch.nn.utils.rnn.pack_padded_sequence(plain, att.sum(1), batch_first=True, enforce_sorted=False)
    states, _ = torch.nn.utils.rnn.pad_packed_sequence(gru(packed)[0], batch_first=True, total_length=7)
    z = prediction(states)
    p = torch.sigmoid(z)
    mixed = embed(p * table[4] + (1 - p) * tokens)
    bias = (1.0 - att[:, None, None, :].double()) * torch.finfo(torch.float64).min
    hidden = model.bert.encoder(mixed, attention_mask=bias).last_hidden_state
    logits = model.cls(hidden + plain)
    real = att.bool()
    correction = F.cross_entropy(logits[real], right[real])
    detection = F.binary_cross_entropy_with_logits(z.squeeze(-1)[real], (ids != right).double()[real])
    loss = .8 * correction + .2 * detection
    loss.backward()
    every = named + own
    return {'loss': loss.item(), 'correction': correction.item(), 'detection': detection.item(), 'states': states.flatten().tolist(),
            'logits': logits.flatten().tolist(), 'shapes': {n: list(p.shape) for n, p in every}, 'slopes': slopes_of(every)}


stay = torch.tensor([[0, 2, 3, 6], [0, 1, 2, 3], [0, 2, 4, 5]])  # columns that the first layer works on, a pad among them


def dropping():
    model = BertForMaskedLM(BertConfig(**base)).eval()
    named = list(model.named_parameters())
    fill(named)
    start = model.bert.embeddings(input_ids=right, token_type_ids=seg)
    first, second = model.bert.encoder.layer
    bias = lambda marks: (1.0 - marks[:, None, None, :].double()) * torch.finfo(torch.float64).min
    index = stay[..., None].expand(-1, -1, 16)
    layer = lambda one, x, marks: (lambda y: y[0] if isinstance(y, tuple) else y)(one(x, attention_mask=bias(marks)))
    within = layer(first, torch.gather(start, 1, index), torch.gather(att, 1, stay))
    hidden = layer(second, start.scatter(1, index, within), att)
    logits = model.cls(hidden)
    loss = F.cross_entropy(logits[att.bool()], right[att.bool()])
    loss.backward()
    return {'loss': loss.item(), 'logits': logits.flatten().tolist(), 'shapes': {n: list(p.shape) for n, p in named}, 'slopes': slopes_of(named)}


flat = lambda x: x.flatten().tolist()
json.dump({'made_with': {'torch': torch.__version__, 'transformers': transformers.__version__}, 'config': BertConfig(**base).to_dict(),
           'batch': {'right': flat(right), 'ids': flat(ids), 'attend': flat(att), 'kept': flat(kept), 'stay': flat(stay)},
           'denoising': denoising(), 'softMasked': soft_masked(), 'dropping': dropping()}, open(sys.argv[1], 'w'))
