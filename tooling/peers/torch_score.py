"""PyTorch's side of the scoring row of `qa perf`: pseudo-log-likelihoods by one masked copy a token.

usage: python torch_score.py LAYERS WIDTH SENTENCES TOKENS ROWS
A row is [CLS] TOKENS [SEP]; ROWS copies a batch; the head runs at the masked position only.
"""
import sys
import torch
from transformers.models.bert.modeling_bert import BertOnlyMLMHead
from bert import encoder, vocabulary
from side import serve

layers, width, sentences, tokens, rows = map(int, sys.argv[1:6])
torch.manual_seed(0)
body = encoder(layers, width)
head = BertOnlyMLMHead(body.config).eval()
mask = 103


def score(ids):
    """`[n, tokens + 2]` → the sum of ln p(token | all others) of every sentence."""
    columns = torch.arange(1, tokens + 1)
    sentence = torch.arange(len(ids)).repeat_interleave(tokens)
    column = columns.repeat(len(ids))
    found = torch.empty(len(sentence))
    for at in range(0, len(sentence), rows):
        chosen, place = sentence[at:at + rows], column[at:at + rows]
        copies = ids[chosen]
        row = torch.arange(len(chosen))
        targets = copies[row, place]
        copies[row, place] = mask
        logits = head(body(copies).last_hidden_state[row, place])
        found[at:at + rows] = -torch.nn.functional.cross_entropy(logits, targets, reduction='none')
    return found.reshape(len(ids), tokens).sum(1)


def unit(count=sentences):
    ids = torch.randint(1000, vocabulary, (count, tokens + 2))

    def run():
        with torch.inference_mode():
            return score(ids)
    return run


unit(rows // tokens + 1)()
serve(f'torch {torch.__version__} inference_mode, SDPA, {tokens} masked copies a sentence, {rows} rows a batch', unit)
