"""What Python makes of models that Cloze exported: the format's own checker, ONNX Runtime, and transformers on the checkpoint it came from.

usage: python models_onnx.py CHECKPOINT FOLDER …     a line of JSON for each pair: largest difference of each file's results from PyTorch's
Rows of several lengths share a batch; the second text of the last row is a segment of its own.
"""
import glob, json, os, sys
import numpy, onnx, onnxruntime, torch, transformers

transformers.logging.set_verbosity_error()
rows = [('床前明月光',), ('举头望明月低头思故乡',), ('明',), ('床前明月', '低头思故乡')]
options = onnxruntime.SessionOptions()
options.log_severity_level = 3
for checkpoint, folder in zip(sys.argv[1::2], sys.argv[2::2]):
    config = transformers.AutoConfig.from_pretrained(checkpoint)
    model = getattr(transformers, config.architectures[0]).from_pretrained(checkpoint).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    fed = tokenizer([row[0] for row in rows], [row[1] if len(row) > 1 else '' for row in rows], return_tensors='pt', padding=True)
    if config.architectures[0].endswith('ForMultipleChoice'):
        fed = {name: tensor.reshape(2, 2, -1) for name, tensor in fed.items()}
    names = ['start_logits', 'end_logits'] if config.architectures[0].endswith('ForQuestionAnswering') else ['logits']
    with torch.no_grad():
        given = model(**fed)
    expected = [given[name].numpy() for name in names]
    real = fed['attention_mask'].numpy().astype(bool)
    largest = max(numpy.abs(one).max() for one in expected)
    found = {}
    for file in sorted(glob.glob(os.path.join(folder, 'onnx', '*.onnx'))):
        onnx.checker.check_model(file, full_check=True)
        session = onnxruntime.InferenceSession(file, options, providers=['CPUExecutionProvider'])
        logits = session.run(names, {i.name: fed[i.name].numpy() for i in session.get_inputs()})
        # Results at pads are nobody's: those that are a row of tokens are compared where tokens are.
        apart = [numpy.abs(ours - theirs) for ours, theirs in zip(logits, expected)]
        apart = [one[real] if one.shape[:2] == real.shape else one for one in apart]
        found[os.path.basename(file)] = float(max(one.max() for one in apart) / largest)
    print(json.dumps({'class': config.architectures[0], 'files': found}))
