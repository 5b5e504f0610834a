"""Whether gradients under dropout have transformers' distribution: their mean and spread over many draws, of one batch, weights and head.

usage: python models_dropout.py FILE     JSON {model, mean, square, draws, seed, ids, segments, attend, labels}: folders of transformers' layout that hold weights,
                                         the mean of each gradient over so many draws, and the mean of its square
                                         → JSON [{name, apart, spread}]: how far the means lie apart as a multiple of what chance gives two equal distributions,
                                           and our standard deviation over theirs
"""
import json, sys
import torch
from torch.nn.functional import cross_entropy
import transformers
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification

transformers.logging.set_verbosity_error()
with open(sys.argv[1]) as file:
    work = json.load(file)
model, info = AutoModelForSequenceClassification.from_pretrained(work['model'], output_loading_info=True)
assert not info['missing_keys'], info['missing_keys']
model.float().train()
torch.manual_seed(work['seed'])
inputs = {'input_ids': torch.tensor(work['ids']), 'token_type_ids': torch.tensor(work['segments']), 'attention_mask': torch.tensor(work['attend'])}
labels, draws = torch.tensor(work['labels']), work['draws']
parameters = dict(model.named_parameters())
sums = {name: [torch.zeros_like(p, dtype=torch.float64) for _ in range(2)] for name, p in parameters.items()}
for _ in range(draws):
    model.zero_grad()
    cross_entropy(model(**inputs).logits, labels).backward()
    for name, p in parameters.items():
        if p.grad is not None:
            sums[name][0] += p.grad
            sums[name][1] += p.grad.double() ** 2
ours, squares = (load_file(f"{work[name]}/model.safetensors") for name in ('mean', 'square'))
found = []
for name, (total, total_of_squares) in sums.items():
    mean, own_mean = total / draws, ours[name].double()
    variance = (total_of_squares / draws - mean ** 2).sum()
    own_variance = (squares[name].double() - own_mean ** 2).sum()
    # A key's bias moves no softmax: its gradient is rounding alone.
    if mean.norm() < 1e-7:
        continue
    chance = ((variance + own_variance) / (draws - 1)) ** .5
    found.append({'name': name, 'apart': ((mean - own_mean).norm() / chance).item(), 'spread': ((own_variance / variance) ** .5).item()})
print(json.dumps(found))
