"""PyTorch's side of `qa scale`: DistributedDataParallel over gloo, started by mpirun.

usage: mpirun -np N python torch_scale.py LAYERS WIDTH BATCH LENGTH STEPS THREADS
"""
import json
import os
import sys
import time
import torch
from transformers import BertConfig, BertForMaskedLM

layers, width, batch, length, steps, threads = map(int, sys.argv[1:7])
rank = int(os.environ.get('OMPI_COMM_WORLD_RANK', 0))
size = int(os.environ.get('OMPI_COMM_WORLD_SIZE', 1))
torch.set_num_threads(threads)
torch.manual_seed(0)
vocabulary = 21128
model = BertForMaskedLM(BertConfig(
    vocab_size=vocabulary, hidden_size=width, num_hidden_layers=layers, num_attention_heads=width // 64,
    intermediate_size=4 * width, hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1, attn_implementation='sdpa')).train()
rows = batch // size
slots = round(length * 0.15)
places = torch.cat([torch.arange(slots) * 6 + row * length for row in range(rows)])


class Loss(torch.nn.Module):
    """The loss at masked positions as a module, so that DDP sees one forward."""

    def __init__(self):
        super().__init__()
        self.model = model

    def forward(self, ids, targets):
        hidden = self.model.bert(ids).last_hidden_state.reshape(-1, width)[places]
        return torch.nn.functional.cross_entropy(self.model.cls(hidden), targets)


loss_of = Loss()
if size > 1:
    os.environ.setdefault('MASTER_ADDR', '127.0.0.1')
    os.environ.setdefault('MASTER_PORT', sys.argv[7] if len(sys.argv) > 7 else '29511')
    torch.distributed.init_process_group('gloo', rank=rank, world_size=size)
    loss_of = torch.nn.parallel.DistributedDataParallel(loss_of)
optimiser = torch.optim.AdamW(model.parameters(), 1e-4, weight_decay=0.01, fused=True)
times = []
for step in range(steps + 2):
    ids = torch.randint(0, vocabulary, (rows, length))
    targets = torch.randint(0, vocabulary, (rows * slots,))
    if size > 1:
        torch.distributed.barrier()
    began = time.perf_counter()
    loss = loss_of(ids, targets)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    loss.item()
    if step >= 2:
        times.append(1000 * (time.perf_counter() - began))
times.sort()
if rank == 0:
    print(json.dumps({'replicas': size, 'step': [times[0], times[len(times) // 2]]}))
