"""transformers' side of fine-tuning: the same weights, batches and optimiser, dropout 0; the loss of each step.

usage: python models_fine_tuning.py FILE     JSON {folder, kind, learningRate, batches: [{ids, segments, attend, …targets}]} → a JSON list of losses
"""
import json, sys
import torch
from torch.nn.functional import cross_entropy, mse_loss
import transformers
from transformers import AutoConfig, AutoModelForMultipleChoice, AutoModelForQuestionAnswering, AutoModelForSequenceClassification, AutoModelForTokenClassification

transformers.logging.set_verbosity_error()
torch.manual_seed(0)
with open(sys.argv[1]) as file:
    work = json.load(file)
kind, rate = work['kind'], work['learningRate']
classes = {'class': AutoModelForSequenceClassification, 'number': AutoModelForSequenceClassification, 'tokens': AutoModelForTokenClassification,
           'choice': AutoModelForMultipleChoice, 'span': AutoModelForQuestionAnswering}
config = AutoConfig.from_pretrained(work['folder'])
config.hidden_dropout_prob = config.attention_probs_dropout_prob = config.classifier_dropout = 0.0
model, info = classes[kind].from_pretrained(work['folder'], config=config, output_loading_info=True)
assert not info['missing_keys'], info['missing_keys']
model.float().train()
optimiser = torch.optim.AdamW(model.parameters(), rate, eps=1e-8, weight_decay=0.0)


def loss_of(batch):
    inputs = {'input_ids': torch.tensor(batch['ids']), 'token_type_ids': torch.tensor(batch['segments']), 'attention_mask': torch.tensor(batch['attend'])}
    if kind == 'choice':
        exists = torch.tensor(batch['exists'], dtype=torch.bool)
        inputs = {name: x.view(*exists.shape, -1) for name, x in inputs.items()}
        return cross_entropy(model(**inputs).logits.masked_fill(~exists, -1e4), torch.tensor(batch['right']))
    out = model(**inputs)
    if kind == 'class':
        return cross_entropy(out.logits, torch.tensor(batch['labels']))
    if kind == 'number':
        return mse_loss(out.logits.squeeze(-1), torch.tensor(batch['values']))
    if kind == 'tokens':
        return cross_entropy(out.logits[torch.tensor(batch['weights']) > 0], torch.tensor(batch['tags'])[torch.tensor(batch['weights']) > 0])
    # transformers' own loss lets padding be an answer; here it cannot be.
    there = inputs['attention_mask'] > 0
    places = torch.tensor(batch['places'])
    return (cross_entropy(out.start_logits.masked_fill(~there, -1e30), places[:, 0]) + cross_entropy(out.end_logits.masked_fill(~there, -1e30), places[:, 1])) / 2


losses = []
for batch in work['batches']:
    loss = loss_of(batch)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    losses.append(loss.item())
print(json.dumps(losses))
