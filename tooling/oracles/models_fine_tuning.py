"""transformers' side of fine-tuning: the same weights, batches and optimiser; the loss of each step, and answers to other rows.

usage: python models_fine_tuning.py FILE     JSON {folder, kind, dropout, seed, learningRate, schedule, warmup, weightDecay, batches: [{ids, segments, attend, …targets}],
                                                   asking: [{ids, segments, attend}], every}
                                             → JSON {losses, answers: [{step, batches: [{name, rows}]}]}, answers after every so many steps and the last
"""
import json, sys
import torch
from torch.nn.functional import cross_entropy, mse_loss
import transformers
from transformers import AutoConfig, AutoModelForMultipleChoice, AutoModelForQuestionAnswering, AutoModelForSequenceClassification, AutoModelForTokenClassification

transformers.logging.set_verbosity_error()
with open(sys.argv[1]) as file:
    work = json.load(file)
torch.manual_seed(work['seed'])
kind, rate = work['kind'], work['learningRate']
classes = {'class': AutoModelForSequenceClassification, 'number': AutoModelForSequenceClassification, 'tokens': AutoModelForTokenClassification,
           'choice': AutoModelForMultipleChoice, 'span': AutoModelForQuestionAnswering}
config = AutoConfig.from_pretrained(work['folder'])
config.hidden_dropout_prob = config.attention_probs_dropout_prob = config.classifier_dropout = work['dropout']
model, info = classes[kind].from_pretrained(work['folder'], config=config, output_loading_info=True)
assert not info['missing_keys'], info['missing_keys']
model.float().train()
kept = [p for n, p in model.named_parameters() if n.endswith('bias') or 'LayerNorm' in n]
decayed = [p for n, p in model.named_parameters() if not (n.endswith('bias') or 'LayerNorm' in n)]
groups = [{'params': decayed, 'weight_decay': work['weightDecay']}, {'params': kept, 'weight_decay': 0.0}]
optimiser = torch.optim.AdamW(groups, rate, eps=1e-8)
steps = len(work['batches'])
# The first update moves, and so does the last: the Trainer's own schedule has rate 0 in its first.
schedule = transformers.get_scheduler(work['schedule'], optimiser, num_warmup_steps=work['warmup'], num_training_steps=steps + 1)
if work['schedule'] != 'constant':
    schedule.step()


def inputs_of(batch):
    return {'input_ids': torch.tensor(batch['ids']), 'token_type_ids': torch.tensor(batch['segments']), 'attention_mask': torch.tensor(batch['attend'])}


def loss_of(batch):
    inputs = inputs_of(batch)
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


@torch.inference_mode()
def answers_of(batch):
    """What the task is answered with, a row of numbers each."""
    inputs = inputs_of(batch)
    if kind == 'choice':
        return {'name': 'logits', 'rows': model(**{name: x.unsqueeze(1) for name, x in inputs.items()}).logits.tolist()}
    logits = model(**inputs).logits
    if kind == 'class':
        return {'name': 'probabilities', 'rows': logits.softmax(-1).tolist()}
    if kind == 'number':
        return {'name': 'values', 'rows': logits.tolist()}
    if kind == 'tokens':
        return {'name': 'tags', 'rows': logits.argmax(-1).tolist()}
    raise SystemExit(f'{kind}: answers are not written out here')


losses, answers = [], []
for step, batch in enumerate(work['batches'], 1):
    loss = loss_of(batch)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    schedule.step()
    losses.append(loss.item())
    if work['asking'] and (step % work['every'] == 0 or step == steps):
        model.eval()
        answers.append({'step': step, 'batches': [answers_of(batch) for batch in work['asking']]})
        model.train()
print(json.dumps({'losses': losses, 'answers': answers}))
