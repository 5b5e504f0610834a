"""Saves a tiny BertForMaskedLM with transformers, and its logits for one sentence.

usage: python encoder_checkpoint.py packages/encoder/fixtures          writes tiny-bert.safetensors and tiny-bert.json
       python encoder_checkpoint.py --check OURS.safetensors CONFIG    loads a file written by Cloze and prints the logits' sum
"""
import json, sys
import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForMaskedLM

config = BertConfig(vocab_size=30, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16, max_position_embeddings=10)
ids = torch.tensor([[2, 7, 4, 9, 3]])
if sys.argv[1] == '--check':
    model = BertForMaskedLM(config).eval()
    report = model.load_state_dict(load_file(sys.argv[2]), strict=False)
    model.tie_weights()
    print(json.dumps({'missing': report.missing_keys, 'unexpected': report.unexpected_keys, 'logits': model(ids).logits.flatten().tolist()}))
else:
    torch.manual_seed(3)
    model = BertForMaskedLM(config).eval()
    state = {k: v.contiguous() for k, v in model.state_dict().items() if k not in ('cls.predictions.decoder.weight', 'cls.predictions.decoder.bias')}
    save_file(state, f'{sys.argv[1]}/tiny-bert.safetensors', metadata={'format': 'pt'})
    json.dump({'ids': ids.flatten().tolist(), 'logits': model(ids).logits.flatten().tolist()}, open(f'{sys.argv[1]}/tiny-bert.json', 'w'))
