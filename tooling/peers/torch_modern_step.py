"""PyTorch's side of a ModernBERT training step in `qa perf modern`.

usage: python torch_modern_step.py MODE LAYERS WIDTH BATCH LENGTH
MODE eager:   ModernBertForMaskedLM's parts with scaled_dot_product_attention, AdamW(fused=True), head at masked positions only
     compile: the same with forward and loss under torch.compile
"""
import sys
import torch
import transformers
from transformers import ModernBertConfig, ModernBertForMaskedLM
from side import serve

mode = sys.argv[1]
layers, width, batch, length = map(int, sys.argv[2:6])
vocabulary = 21128
torch.manual_seed(0)
model = ModernBertForMaskedLM(ModernBertConfig(
    vocab_size=vocabulary, hidden_size=width, num_hidden_layers=layers, num_attention_heads=width // 64, intermediate_size=3 * width // 2,
    max_position_embeddings=max(512, length), attn_implementation='sdpa',
    **{f'{n}_token_id': None for n in ('pad', 'bos', 'eos', 'cls', 'sep')})).train()
optimiser = torch.optim.AdamW(model.parameters(), 1e-4, weight_decay=0.01, fused=True)
slots = round(length * 0.15)
places = torch.cat([torch.arange(slots) * 6 + row * length for row in range(batch)])
attend = torch.ones(batch, length, dtype=torch.int64)


def at_masked(ids, targets):
    hidden = model.model(ids, attention_mask=attend).last_hidden_state.reshape(-1, width)[places]
    return torch.nn.functional.cross_entropy(model.decoder(model.head(hidden)), targets)


loss_of = {'eager': at_masked, 'compile': torch.compile(at_masked)}[mode]


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


serve(f'torch {torch.__version__} {"torch.compile" if mode == "compile" else "eager"}, transformers {transformers.__version__} ModernBERT, AdamW(fused), SDPA', unit)
