"""PyTorch's side of `bench perf`: one masked-language-model training step for each line read, its milliseconds written.

usage: python torch_step.py LAYERS WIDTH BATCH LENGTH DROPOUT
Eager, AdamW(fused=True), scaled_dot_product_attention, head on masked positions only: PyTorch at its best.
"""
import resource, sys, time
import torch
from transformers import BertConfig, BertForMaskedLM

L, H, B, S = map(int, sys.argv[1:5]); drop = float(sys.argv[5])
torch.manual_seed(0)
m = BertForMaskedLM(BertConfig(vocab_size=21128, hidden_size=H, num_hidden_layers=L, num_attention_heads=H // 64, intermediate_size=4 * H,
                               hidden_dropout_prob=drop, attention_probs_dropout_prob=drop, attn_implementation='sdpa')).train()
opt = torch.optim.AdamW(m.parameters(), 1e-4, weight_decay=0.01, fused=True)
N = round(S * 0.15)
idx = torch.cat([torch.arange(N) * 6 + b * S for b in range(B)])
print('ready torch', torch.__version__, 'eager, AdamW(fused=True), SDPA', flush=True)
for line in sys.stdin:
    if line.strip() == 'memory':
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
        continue
    ids = torch.randint(0, 21128, (B, S)); lab = torch.randint(0, 21128, (B * N,))
    t = time.perf_counter()
    h = m.bert(ids).last_hidden_state.reshape(-1, H)[idx]
    loss = torch.nn.functional.cross_entropy(m.cls(h), lab)
    opt.zero_grad(); loss.backward(); opt.step(); loss.item()
    print((time.perf_counter() - t) * 1e3, flush=True)
