"""Tiny models as transformers' save_pretrained leaves them on disk, and their outputs for one pair of sentences with a pad.

usage: python encoder_pretrained.py packages/encoder/fixtures/pretrained    writes a folder a model, and outputs.json
       python encoder_pretrained.py --check FOLDER …                        loads folders written by Cloze; prints what each gives, a line of JSON
"""
import json, os, shutil, sys
import torch, transformers
from transformers import (AlbertConfig, AlbertForMaskedLM, DistilBertConfig, DistilBertForMaskedLM, DistilBertForSequenceClassification, AutoConfig, AutoModelForMaskedLM, BertConfig, BertForMaskedLM, BertForSequenceClassification,
                          ElectraConfig, ElectraForMaskedLM, ElectraForPreTraining, ElectraForSequenceClassification, ModernBertConfig, ModernBertForMaskedLM,
                          ModernBertForSequenceClassification, RobertaConfig, RobertaForMaskedLM,
                          RobertaForSequenceClassification, RoFormerConfig, RoFormerForMaskedLM)
ids = torch.tensor([[2, 7, 4, 9, 3, 11, 12, 3], [2, 8, 3, 14, 3, 0, 0, 0]]); seg = torch.tensor([[0, 0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 0, 0, 0]]); att = (ids != 0).long()
def outputs(model):
    kind = model.config.model_type
    call = {'attention_mask': att} if kind in ('modernbert', 'distilbert') else {'attention_mask': att, 'token_type_ids': torch.zeros_like(seg) if kind == 'roberta' else seg}
    if kind == 'roberta': call['position_ids'] = torch.arange(2, 10)[None].expand(2, -1)
    name = type(model).__name__
    # Two candidates of one question.
    if name.endswith('ForMultipleChoice'): call = {key: value[None] for key, value in call.items()}
    if name.endswith('ForMultipleChoice') and 'position_ids' in call: call['position_ids'] = call['position_ids'][0][None]
    with torch.no_grad(): out = model.eval()(ids[None] if name.endswith('ForMultipleChoice') else ids, **call)
    return torch.stack([out.start_logits, out.end_logits]) if name.endswith('ForQuestionAnswering') else out.logits
if sys.argv[1] == '--check':
    for folder in sys.argv[2:]:
        name = AutoConfig.from_pretrained(folder).architectures[0]
        model, info = getattr(transformers, name).from_pretrained(folder, output_loading_info=True)
        print(json.dumps({'class': name, **{k: sorted(map(str, v)) for k, v in info.items() if k in ('missing_keys', 'unexpected_keys', 'mismatched_keys')},
                          'logits': outputs(model.float()).flatten().tolist()}))
    raise SystemExit
root = sys.argv[1]
base = dict(vocab_size=20, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12, max_position_embeddings=10, initializer_range=0.5, pad_token_id=0)
roberta = RobertaConfig(**{**base, 'max_position_embeddings': 12, 'type_vocab_size': 1, 'pad_token_id': 1})
distil = DistilBertConfig(vocab_size=20, dim=8, n_layers=2, n_heads=2, hidden_dim=12, max_position_embeddings=10, initializer_range=0.5)
modern = {**base, 'num_hidden_layers': 4, 'local_attention': 4, **{f'{n}_token_id': None for n in ('bos', 'eos', 'cls', 'sep')}}
cases = {
    'bert': (BertForMaskedLM, BertConfig(**base, a_key_of_the_future=[1, {'x': None}]), {}),
    'bert-sharded': (BertForMaskedLM, BertConfig(**base), {'max_shard_size': '3KB'}),
    'bert-bfloat16': (BertForMaskedLM, BertConfig(**base), {}),
    'bert-float16': (BertForMaskedLM, BertConfig(**base), {}),
    'bert-untied': (BertForMaskedLM, BertConfig(**base, tie_word_embeddings=False), {}),
    'bert-classifier': (BertForSequenceClassification, BertConfig(**base, num_labels=3), {}),
    'roberta': (RobertaForMaskedLM, roberta, {}),
    'roberta-classifier': (RobertaForSequenceClassification, roberta, {}),
    'electra': (ElectraForMaskedLM, ElectraConfig(**base, embedding_size=4), {}),
    'electra-detector': (ElectraForPreTraining, ElectraConfig(**base, embedding_size=4), {}),
    'electra-classifier': (ElectraForSequenceClassification, ElectraConfig(**base, embedding_size=4), {}),
    'albert': (AlbertForMaskedLM, AlbertConfig(**base, embedding_size=4), {}),
    'distilbert': (DistilBertForMaskedLM, distil, {}),
    'distilbert-classifier': (DistilBertForSequenceClassification, DistilBertConfig(**{**distil.to_dict(), 'num_labels': 3}), {}),
    'modernbert': (ModernBertForMaskedLM, ModernBertConfig(**modern), {}),
    'modernbert-classifier': (ModernBertForSequenceClassification, ModernBertConfig(**modern, num_labels=3, classifier_pooling='mean'), {}),
    'roformer': (RoFormerForMaskedLM, RoFormerConfig(**base, embedding_size=8), {}),
    'roformer-values': (RoFormerForMaskedLM, RoFormerConfig(**base, embedding_size=8, rotary_value=True), {}),
    'roberta-relu': (RobertaForMaskedLM, RobertaConfig(**{**roberta.to_dict(), 'hidden_act': 'relu'}), {}),
    'bert-gelu-python': (BertForMaskedLM, BertConfig(**base, hidden_act='gelu_python', classifier_dropout=0.3), {}),
    'electra-silu-detector': (ElectraForPreTraining, ElectraConfig(**base, embedding_size=4, hidden_act='silu'), {}),
    'albert-relu': (AlbertForMaskedLM, AlbertConfig(**base, embedding_size=4, hidden_act='relu'), {}),
}
shutil.rmtree(root, ignore_errors=True); os.makedirs(root)
expected = {}
for name, (cls, config, options) in cases.items():
    torch.manual_seed(len(name))
    model = cls(config)
    with torch.no_grad():
        for n, p in model.named_parameters():
            if p.dim() == 1 and 'embed_positions' not in n: p.add_(0.1 * torch.randn_like(p))
    if name.endswith('bfloat16'): model = model.to(torch.bfloat16)
    if name.endswith('-float16'): model = model.to(torch.float16)
    model.save_pretrained(f'{root}/{name}', **options)
    for extra in os.listdir(f'{root}/{name}'):
        if extra.startswith('generation'): os.remove(f'{root}/{name}/{extra}')
    expected[name] = [float(f'{v:.8g}') for v in outputs(model.float()).flatten().tolist()]
json.dump({'made_with': {'torch': torch.__version__, 'transformers': transformers.__version__}, 'ids': ids.flatten().tolist(), 'segments': seg.flatten().tolist(),
           'attend': att.flatten().tolist(), 'logits': expected}, open(f'{root}/outputs.json', 'w'), separators=(',', ':'))
