"""Tiny models as transformers' save_pretrained leaves them on disk, and their outputs for one pair of sentences with a pad.

usage: python encoder_pretrained.py packages/encoder/fixtures/pretrained    writes a folder a model, and outputs.json
       python encoder_pretrained.py --check FOLDER …                        loads folders written by Cloze; prints what each gives, a line of JSON
"""
import json, os, shutil, sys
import torch, transformers
from transformers import AutoConfig
from encoder_families import built, class_named, inputs_of, models
ids = torch.tensor([[2, 7, 4, 9, 3, 11, 12, 3], [2, 8, 3, 14, 3, 0, 0, 0]]); seg = torch.tensor([[0, 0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 0, 0, 0]]); att = (ids != 0).long()
def outputs(model):
    call = inputs_of(model, ids, att, seg)
    name = type(model).__name__
    # Two candidates of one question.
    if name.endswith('ForMultipleChoice'): call = {key: value[None] for key, value in call.items()}
    if name.endswith('ForMultipleChoice') and 'position_ids' in call: call['position_ids'] = call['position_ids'][0][:1]
    with torch.no_grad(): out = model.eval()(ids[None] if name.endswith('ForMultipleChoice') else ids, **call)
    return torch.stack([out.start_logits, out.end_logits]) if name.endswith('ForQuestionAnswering') else out.logits
if sys.argv[1] == '--check':
    for folder in sys.argv[2:]:
        name = AutoConfig.from_pretrained(folder).architectures[0]
        model, info = class_named(name).from_pretrained(folder, output_loading_info=True)
        print(json.dumps({'class': name, **{k: sorted(map(str, v)) for k, v in info.items() if k in ('missing_keys', 'unexpected_keys', 'mismatched_keys')},
                          'logits': outputs(model.float()).flatten().tolist()}))
    raise SystemExit
root = sys.argv[1]
table = models(V=20, W=8, L=2, H=2, F=12, M=10, E=4)
of = lambda name, kind='ForMaskedLM', **more: built(table[name], kind, initializer_range=0.5, **more)
classifier = 'ForSequenceClassification'
# A folder for each entry of the table, a classifier for each family, and what files may hold besides.
cases = {
    **{name.replace(', ', '-').replace(' ', '-'): (lambda name=name: of(name), {}) for name in table},
    **{f'{name}-classifier': (lambda name=name: of(name, classifier, num_labels=3, **({'classifier_pooling': 'mean'} if name == 'modernbert' else {})), {})
       for name in table if ',' not in name},
    'bert': (lambda: of('bert', a_key_of_the_future=[1, {'x': None}]), {}),
    'bert-sharded': (lambda: of('bert'), {'max_shard_size': '3KB'}),
    'bert-bfloat16': (lambda: of('bert'), {}),
    'bert-float16': (lambda: of('bert'), {}),
    'bert-untied': (lambda: of('bert', tie_word_embeddings=False), {}),
    'bert-gelu-python': (lambda: of('bert', hidden_act='gelu_python', classifier_dropout=0.3), {}),
    'electra-detector': (lambda: of('electra', 'ForPreTraining'), {}),
    'electra-silu-detector': (lambda: of('electra', 'ForPreTraining', hidden_act='silu'), {}),
    'roberta-relu': (lambda: of('roberta', hidden_act='relu'), {}),
    'roformer-values': (lambda: of('roformer', rotary_value=True), {}),
    'albert-relu': (lambda: of('albert', hidden_act='relu'), {}),
}
shutil.rmtree(root, ignore_errors=True); os.makedirs(root)
expected = {}
for name, (make, options) in cases.items():
    torch.manual_seed(len(name))
    model = make()
    with torch.no_grad():
        for n, p in model.named_parameters():
            if p.dim() == 1 and 'embed_positions' not in n: p.add_(0.1 * torch.randn_like(p))
    if name.endswith('bfloat16'): model = model.to(torch.bfloat16)
    if name.endswith('-float16'): model = model.to(torch.float16)
    model.save_pretrained(f'{root}/{name}', **options)
    for extra in os.listdir(f'{root}/{name}'):
        if extra.startswith('generation'): os.remove(f'{root}/{name}/{extra}')
    expected[name] = [float(f'{v:.8g}') for v in outputs(model.double()).flatten().tolist()]
json.dump({'made_with': {'torch': torch.__version__, 'transformers': transformers.__version__}, 'ids': ids.flatten().tolist(), 'segments': seg.flatten().tolist(),
           'attend': att.flatten().tolist(), 'logits': expected}, open(f'{root}/outputs.json', 'w'), separators=(',', ':'))
