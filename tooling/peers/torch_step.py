"""PyTorch's side of a masked-language-model training step in `qa perf`.

usage: python torch_step.py MODE LAYERS WIDTH BATCH LENGTH
MODE eager:   PyTorch at its best: AdamW(fused=True), scaled_dot_product_attention, head at masked positions only
     compile: the same with forward and loss under torch.compile
     autocast: the first with forward and loss under torch.autocast of bfloat16
     run_mlm: BertForMaskedLM as transformers' run_mlm calls it: labels of -100, logits at every position
"""
import sys
import torch
import transformers
from transformers import BertConfig, BertForMaskedLM
from side import serve

mode = sys.argv[1]
layers, width, batch, length = map(int, sys.argv[2:6])
vocabulary = 21128
torch.manual_seed(0)
model = BertForMaskedLM(BertConfig(
    vocab_size=vocabulary, hidden_size=width, num_hidden_layers=layers, num_attention_heads=width // 64,
    intermediate_size=4 * width, hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1, attn_implementation='sdpa')).train()
optimiser = torch.optim.AdamW(model.parameters(), 1e-4, weight_decay=0.01, fused=True)
slots = round(length * 0.15)
places = torch.cat([torch.arange(slots) * 6 + row * length for row in range(batch)])
attend = torch.ones(batch, length, dtype=torch.int64)


def at_masked(ids, targets):
    hidden = model.bert(ids).last_hidden_state.reshape(-1, width)[places]
    return torch.nn.functional.cross_entropy(model.cls(hidden), targets)


def everywhere(ids, targets):
    labels = torch.full((batch, length), -100)
    labels.view(-1)[places] = targets
    return model(input_ids=ids, attention_mask=attend, labels=labels).loss


def autocast(ids, targets):
    with torch.autocast('cpu', torch.bfloat16):
        return at_masked(ids, targets)


loss_of = {'eager': at_masked, 'compile': torch.compile(at_masked), 'autocast': autocast, 'run_mlm': everywhere}[mode]


def unit():
    ids = torch.randint(0, vocabulary, (batch, length))
    targets = torch.randint(0, vocabulary, (batch * slots,))

    def step():
        loss = loss_of(ids, targets)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        loss.item()
    return step


names = {'eager': 'eager', 'compile': 'torch.compile', 'autocast': 'autocast bfloat16', 'run_mlm': f'transformers {transformers.__version__} BertForMaskedLM, labels -100'}
serve(f'torch {torch.__version__} {names[mode]}, AdamW(fused), SDPA', unit)
