"""Writes the encoder of `qa perf`'s forward row as an ONNX file, for ONNX Runtime.

usage: python export_onnx.py LAYERS WIDTH BATCH LENGTH FILE
Attention is written out (`eager`): the form that ONNX Runtime's own fusions know. The file is checked against PyTorch.
"""
import sys, warnings
import numpy
import onnxruntime
import torch
from bert import encoder, vocabulary

layers, width, batch, length = map(int, sys.argv[1:5])
file = sys.argv[5]
warnings.filterwarnings('ignore')


class Hidden(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids):
        return self.model(ids).last_hidden_state


model = Hidden(encoder(layers, width, 'eager')).eval()
ids = torch.randint(0, vocabulary, (batch, length))
torch.onnx.export(model, (ids,), file, input_names=['ids'], output_names=['hidden'], opset_version=17, dynamo=False)
model.eval()
with torch.inference_mode():
    expected = model(ids).numpy()
found = onnxruntime.InferenceSession(file, providers=['CPUExecutionProvider']).run(None, {'ids': ids.numpy()})[0]
difference = float(numpy.abs(found - expected).max())
if difference > 1e-4:
    sys.exit(f'the ONNX file differs from PyTorch by {difference}')
