"""PyTorch's side of the forward row of `qa perf`: hidden states under inference_mode.

usage: python torch_forward.py LAYERS WIDTH BATCH LENGTH
"""
import sys
import torch
from bert import encoder, vocabulary
from side import serve

layers, width, batch, length = map(int, sys.argv[1:5])
model = encoder(layers, width)


def unit():
    ids = torch.randint(0, vocabulary, (batch, length))

    def forward():
        with torch.inference_mode():
            return model(ids).last_hidden_state
    return forward


serve(f'torch {torch.__version__} inference_mode, SDPA', unit)
