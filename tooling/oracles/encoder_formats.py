"""The tiny BERT of encoder_checkpoint.py as PyTorch's .bin (a tied tensor and a transposed view in it) and as a TensorFlow checkpoint.

usage: python encoder_formats.py packages/encoder/fixtures      reads tiny-bert.safetensors there
"""
import os, sys
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import torch
from safetensors.torch import load_file
import tensorflow as tf
here = sys.argv[1]
state = load_file(f'{here}/tiny-bert.safetensors')
tied = dict(state)
tied['cls.predictions.decoder.weight'] = tied['bert.embeddings.word_embeddings.weight']
name = 'bert.encoder.layer.0.intermediate.dense.weight'
tied[name] = tied[name].t().contiguous().t()  # the same values, columns first in memory
torch.save(tied, f'{here}/tiny-bert.bin')
torch.save(tied, f'{here}/tiny-bert-before-1.6.bin', _use_new_zipfile_serialization=False)
variables = {}
for n, v in state.items():
    kernel = n.endswith('.weight') and ('dense' in n or '.self.' in n)
    g = n.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta')
    g = g.replace('encoder.layer.', 'encoder.layer_').replace('cls.predictions.bias', 'cls.predictions.output_bias')
    if kernel: g = g[:-len('.weight')] + '.kernel'
    if g.endswith('embeddings.weight'): g = g[:-len('.weight')]
    variables[g.replace('.', '/')] = v.t().numpy() if kernel else v.numpy()
variables['global_step'] = 7
variables['bert/pooler/dense/kernel/adam_m'] = variables['bert/encoder/layer_0/attention/self/query/kernel']
names = sorted(variables)
tf.raw_ops.SaveV2(prefix=f'{here}/tiny-bert.ckpt', tensor_names=names, shape_and_slices=[''] * len(names), tensors=[tf.constant(variables[n]) for n in names])
