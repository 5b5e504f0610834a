"""PyTorch's sides of `qa speedrun`: trains a BERT (or ModernBERT) until its held-out loss is the target's, its steps end or its time does.

usage: python torch_speedrun.py MODE FOLDER       (FOLDER as apps/qa/src/speedrun/peer-run.ts writes it)
MODE run_mlm: what transformers' examples/pytorch/language-modeling/run_mlm.py does, written out (its Trainer needs accelerate): rows shuffled each
              epoch, DataCollatorForLanguageModeling, BertForMaskedLM with labels, logits of every position, AdamW(fused), clip at 1
     loop:    the batches of FOLDER, scaled_dot_product_attention, AdamW(fused), logits of masked positions alone
     modern:  the same over transformers' ModernBERT, every layer over the whole row
All take bfloat16 autocast where ten steps of a copy are faster with it than without; from weights of FOLDER/start, if there are any, float32.

Prints a JSON line for each look at the held-out loss: step, seconds of training so far (looks left out), loss; what it chose goes to stderr.
"""
import copy, json, os, sys, time
import numpy, torch
from safetensors.torch import load_file
from transformers import AutoTokenizer, BertConfig, BertForMaskedLM, DataCollatorForLanguageModeling, ModernBertConfig, ModernBertForMaskedLM
from update import update

mode, folder = sys.argv[1:3]
spec = json.load(open(f'{folder}/spec.json'))
length, batch, steps, slots = spec['length'], spec['batch'], spec['steps'], spec['slots']
torch.manual_seed(spec['seed'])
modern = mode == 'modern'
model = ModernBertForMaskedLM(ModernBertConfig(
    vocab_size=spec['vocabulary'], hidden_size=spec['width'], num_hidden_layers=spec['layers'], num_attention_heads=max(1, spec['width'] // 64),
    intermediate_size=3 * spec['width'] // 2, max_position_embeddings=length, initializer_range=spec['drawDeviation'], global_attn_every_n_layers=1, initializer_cutoff_factor=2.,
    rope_parameters={'full_attention': {'rope_type': 'default', 'rope_theta': 10000.}, 'sliding_attention': {'rope_type': 'default', 'rope_theta': 10000.}},
    attn_implementation='sdpa', **{f'{n}_token_id': None for n in ('pad', 'bos', 'eos', 'cls', 'sep')})).train() if modern else BertForMaskedLM(BertConfig(
    vocab_size=spec['vocabulary'], hidden_size=spec['width'], num_hidden_layers=spec['layers'], num_attention_heads=max(1, spec['width'] // 64),
    intermediate_size=4 * spec['width'], max_position_embeddings=length, initializer_range=spec['drawDeviation'], hidden_dropout_prob=0., attention_probs_dropout_prob=0.,
    pad_token_id=spec['padId'], attn_implementation='sdpa')).train()
start = f'{folder}/start/model.safetensors'
if has_start := os.path.exists(start):
    missing, unexpected = model.load_state_dict(load_file(start), strict=False)
    if unexpected or any('decoder' not in name for name in missing):
        raise ValueError(f'{start}: lacks {missing}, nobody knows {unexpected}')


def arrays(values, rows, slots):
    sizes = [rows * length, rows * slots, rows * slots]
    ids, places, targets = torch.split(torch.from_numpy(values.astype(numpy.int64)), sizes)
    flat = (places.view(rows, slots) + length * torch.arange(rows)[:, None]).reshape(-1)
    return ids.view(rows, length), flat, targets


def at_masked(model, inputs):
    ids, places, targets = inputs
    hidden = (model.model if modern else model.bert)(ids).last_hidden_state.reshape(-1, spec['width'])[places]
    logits = model.decoder(model.head(hidden)) if modern else model.cls(hidden)
    return torch.nn.functional.cross_entropy(logits.float(), targets)


def everywhere(model, inputs):
    return model(**inputs).loss


class Together:
    """Optimisers, or their schedules, that are one to the loop."""
    def __init__(self, *parts):
        self.parts = parts

    def step(self):
        for part in self.parts:
            part.step()

    def zero_grad(self):
        for part in self.parts:
            part.zero_grad()


def optimiser_of(model):
    """AdamW, without decay of biases and norms; where the recipe says so, PyTorch's Muon on the matrices of the blocks, as they are stored: queries, keys and values are one."""
    named = list(model.named_parameters())
    is_plain = lambda n: n.endswith('bias') or 'norm' in n.lower()
    is_matrix = lambda n, p: spec['optimiser'] == 'muon' and 'layers.' in n and p.ndim == 2
    groups = [{'params': [p for n, p in named if not is_plain(n) and not is_matrix(n, p)], 'weight_decay': spec['weightDecay']},
              {'params': [p for n, p in named if is_plain(n)], 'weight_decay': 0.}]
    optimisers = [torch.optim.AdamW(groups, spec['learningRate'], fused=True)]
    if matrices := [p for n, p in named if is_matrix(n, p)]:
        optimisers.append(torch.optim.Muon(matrices, spec['learningRate'], weight_decay=spec['weightDecay'], momentum=.95, nesterov=True,
                                           adjust_lr_fn='match_rms_adamw'))
    rise = round(spec['warmupRatio'] * steps)
    rate = lambda done: (done + 1) / rise if done < rise else max(0., (steps + 1 - (done + 1)) / (steps + 1 - rise))
    schedules = [torch.optim.lr_scheduler.LambdaLR(one, rate) for one in optimisers]
    return Together(*optimisers), Together(*schedules)


def train(model, optimiser, schedule, inputs, half):
    with torch.autocast('cpu', dtype=torch.bfloat16, enabled=half):
        loss = loss_of(model, inputs)
    return update(model, optimiser, schedule, loss)


if mode != 'run_mlm':
    loss_of = at_masked
    stored = numpy.memmap(f'{folder}/batches.bin', dtype=numpy.int32, mode='r')
    size = batch * (length + 2 * slots)

    def batches():
        for step in range(steps):
            yield arrays(stored[step * size:(step + 1) * size], batch, slots)
else:
    loss_of = everywhere
    rows = numpy.fromfile(f'{folder}/rows.bin', dtype=numpy.int32).reshape(-1, length)
    collate = DataCollatorForLanguageModeling(AutoTokenizer.from_pretrained(folder), mlm_probability=spec['rate'])

    def batches():
        while True:
            order = torch.randperm(len(rows)).tolist()
            for i in range(0, len(order) - batch + 1, batch):
                yield collate([{'input_ids': rows[row].tolist()} for row in order[i:i + batch]])

held = arrays(numpy.fromfile(f'{folder}/held.bin', dtype=numpy.int32), spec['heldRows'], spec['heldSlots'])


def look():
    model.eval()
    with torch.inference_mode():
        loss = at_masked(model, held).item()
    model.train()
    return loss


def faster_half():
    times = []
    for half in (False, True):
        state = torch.random.get_rng_state()
        trial = copy.deepcopy(model)
        optimiser, schedule = optimiser_of(trial)
        source = batches()
        for i in range(13):
            if i == 3:
                began = time.perf_counter()
            train(trial, optimiser, schedule, next(source), half)
        times.append(time.perf_counter() - began)
        torch.random.set_rng_state(state)
    print(f'{mode}: ten steps {times[0]:.2f} s in float32, {times[1]:.2f} s with bfloat16 autocast', file=sys.stderr)
    return times[1] < times[0]


half = False if has_start else faster_half()
optimiser, schedule = optimiser_of(model)
seconds, began = 0., time.perf_counter()
for step, inputs in enumerate(batches(), 1):
    train(model, optimiser, schedule, inputs, half)
    now = seconds + time.perf_counter() - began
    if step % spec['evaluateEvery'] and step < steps and now < spec['seconds']:
        continue
    seconds = now
    loss = look()
    print(json.dumps({'step': step, 'seconds': seconds, 'loss': loss}), flush=True)
    if loss <= spec['target'] or step == steps or seconds >= spec['seconds']:
        break
    began = time.perf_counter()
