"""Whole trainings as one writes them with transformers and PyTorch, for the whole-run rows of `qa perf`: from an interpreter that starts to
figures, at PyTorch's best (fused AdamW, SDPA, rows of like length together, logits at masked positions only).

usage: python transformers_run.py fine-tune FOLDER TRAIN DEV LENGTH BATCH EPOCHS RATE SEED    (JSON lines of text and label)
       python transformers_run.py pretrain FOLDER CORPUS LENGTH BATCH STEPS RATE OUTPUT      (a document a line; writes checkpoints where ours does)
       python transformers_run.py embed FOLDER TEXTS ROWS                                    (a text a line; waits, as side.py does)
"""
import json, math, os, random, resource, sys
import torch
import transformers
from transformers import AutoModel, AutoModelForMaskedLM, AutoModelForSequenceClassification, AutoTokenizer, DataCollatorForLanguageModeling
from side import serve
from update import update

mode, folder = sys.argv[1:3]
tokenizer = AutoTokenizer.from_pretrained(folder)


def optimiser_of(model, rate, steps):
    plain = [p for n, p in model.named_parameters() if n.endswith('bias') or 'LayerNorm' in n]
    decayed = [p for n, p in model.named_parameters() if not (n.endswith('bias') or 'LayerNorm' in n)]
    optimiser = torch.optim.AdamW([{'params': decayed, 'weight_decay': .01}, {'params': plain, 'weight_decay': 0.}], rate, fused=True)
    return optimiser, transformers.get_linear_schedule_with_warmup(optimiser, math.ceil(steps * .1), steps)


def said(**more):
    print(json.dumps({'peakMegabytes': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, **more}), flush=True)


def fine_tune(train, dev, length, batch, epochs, rate, seed):
    torch.manual_seed(seed)
    random.seed(seed)
    train, dev = ([json.loads(line) for line in open(name, encoding='utf8')] for name in (train, dev))
    labels = {label: i for i, label in enumerate(sorted({row['label'] for row in train}))}
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=len(labels), attn_implementation='sdpa')
    rows = [(ids, labels[row['label']]) for ids, row in zip(
        tokenizer([row['text'] for row in train], truncation=True, max_length=length)['input_ids'], train)]
    steps = epochs * (len(rows) // batch)
    optimiser, schedule = optimiser_of(model, rate, steps)
    for _ in range(epochs):
        model.train()
        random.shuffle(rows)
        # Pools of fifty batches, sorted: little padding, and still another order each epoch.
        pools = [sorted(rows[i:i + 50 * batch], key=lambda row: len(row[0])) for i in range(0, len(rows), 50 * batch)]
        batches = [pool[i:i + batch] for pool in pools for i in range(0, len(pool) - batch + 1, batch)]
        random.shuffle(batches)
        for chosen in batches:
            inputs = tokenizer.pad({'input_ids': [ids for ids, _ in chosen]}, return_tensors='pt')
            logits = model(**inputs).logits
            update(model, optimiser, schedule, torch.nn.functional.cross_entropy(logits, torch.tensor([label for _, label in chosen])))
    model.eval()
    right = 0
    with torch.inference_mode():
        order = sorted(dev, key=lambda row: len(row['text']))
        for i in range(0, len(order), batch):
            chosen = order[i:i + batch]
            inputs = tokenizer([row['text'] for row in chosen], truncation=True, max_length=length, padding=True, return_tensors='pt')
            found = model(**inputs).logits.argmax(-1).tolist()
            right += sum(labels.get(row['label'], -1) == one for row, one in zip(chosen, found))
    said(accuracy=right / len(dev), steps=steps)


def save(model, optimiser, path):
    with open(path, 'wb') as file:
        torch.save({'model': model.state_dict(), 'optimizer': optimiser.state_dict()}, file)
        file.flush()
        os.fsync(file.fileno())


def pretrain(corpus, length, batch, steps, rate, output):
    torch.manual_seed(1)
    model = AutoModelForMaskedLM.from_pretrained(folder, attn_implementation='sdpa').train()
    texts = [line.strip() for line in open(corpus, encoding='utf8') if line.strip()]
    rows = []
    for ids in tokenizer(texts, add_special_tokens=False)['input_ids']:
        for i in range(0, len(ids), length - 2):
            rows.append([tokenizer.cls_token_id, *ids[i:i + length - 2], tokenizer.sep_token_id])
    random.seed(1)
    random.shuffle(rows)
    rows = sorted(rows[:batch * steps], key=len)
    batches = [rows[i:i + batch] for i in range(0, len(rows), batch)][:steps]
    random.shuffle(batches)
    collate = DataCollatorForLanguageModeling(tokenizer, mlm_probability=.15)
    optimiser, schedule = optimiser_of(model, rate, steps)
    losses = []
    os.makedirs(output)
    save(model, optimiser, f'{output}/0.pt')
    for chosen in batches:
        inputs = collate([{'input_ids': ids} for ids in chosen])
        asked = inputs['labels'] != -100
        hidden = model.bert(inputs['input_ids'], inputs['attention_mask']).last_hidden_state[asked]
        losses.append(update(model, optimiser, schedule, torch.nn.functional.cross_entropy(model.cls(hidden), inputs['labels'][asked])))
    save(model, optimiser, f'{output}/{len(batches)}.pt')
    last = losses[-max(1, steps // 10):]
    said(loss=sum(last) / len(last), steps=len(batches), tokens=sum(len(ids) for chosen in batches for ids in chosen))


def embed(texts, rows):
    model = AutoModel.from_pretrained(folder, attn_implementation='sdpa').eval()
    texts = open(texts, encoding='utf8').read().split('\n')

    def run():
        encoded = tokenizer(texts, truncation=True)['input_ids']
        order = sorted(range(len(texts)), key=lambda i: len(encoded[i]))
        found = [None] * len(texts)
        with torch.inference_mode():
            for at in range(0, len(order), rows):
                chosen = order[at:at + rows]
                inputs = tokenizer.pad({'input_ids': [encoded[i] for i in chosen]}, return_tensors='pt')
                weight = inputs['attention_mask'].unsqueeze(-1).float()
                vectors = (model(**inputs).last_hidden_state * weight).sum(1) / weight.sum(1)
                for i, vector in zip(chosen, vectors.tolist()):
                    found[i] = vector
        return found

    serve(f'torch {torch.__version__}, transformers {transformers.__version__}, sorted by length, {rows} texts a batch', lambda: run)


if mode == 'embed':
    embed(sys.argv[3], int(sys.argv[4]))
elif mode == 'fine-tune':
    train, dev, length, batch, epochs, rate, seed = sys.argv[3:10]
    fine_tune(train, dev, int(length), int(batch), int(epochs), float(rate), int(seed))
else:
    corpus, length, batch, steps, rate, output = sys.argv[3:9]
    pretrain(corpus, int(length), int(batch), int(steps), float(rate), output)
