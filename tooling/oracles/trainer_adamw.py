"""Writes 50 steps of torch.optim.AdamW on a small problem. usage: python trainer_adamw.py packages/trainer/fixtures/adamw.json"""
import json, sys, torch
torch.manual_seed(1)
start = torch.randn(6, dtype=torch.float64); bias = torch.randn(3, dtype=torch.float64)
w = torch.nn.Parameter(start.clone()); b = torch.nn.Parameter(bias.clone())
opt = torch.optim.AdamW([{'params': [w], 'weight_decay': 0.1}, {'params': [b], 'weight_decay': 0.0}], lr=0.05, betas=(0.9, 0.98), eps=1e-6)
losses = []
for _ in range(50):
    loss = ((w * torch.arange(1, 7)) ** 2).sum() * 0.1 + (w[:3] * b).sum() + (b ** 4).sum()
    opt.zero_grad(); loss.backward(); norm = torch.nn.utils.clip_grad_norm_([w, b], 2.0); opt.step(); losses.append(loss.item())
json.dump({'torch': torch.__version__, 'kernel': start.tolist(), 'bias': bias.tolist(), 'losses': losses, 'kernelAfter': w.tolist(), 'biasAfter': b.tolist()}, open(sys.argv[1], 'w'))
