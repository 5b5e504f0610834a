"""Small models as transformers saves them, one of each family with a tokenizer of its own, for Cloze to go on from; and what transformers reads of what came out.

usage: python models_go_on.py FOLDER              writes a folder a model, with keys and files that nobody knows
       python models_go_on.py --check FOLDER …    for each folder a line of JSON: class, keys that do not fit, ids of texts, logits
"""
import json, os, sys
import torch, transformers
from transformers import (AlbertConfig, AlbertForMaskedLM, AutoConfig, AutoTokenizer, BertConfig, BertForMaskedLM, BertForPreTraining, BertTokenizer, ElectraConfig,
                          ElectraForMaskedLM, ElectraForPreTraining, RobertaConfig, RobertaForMaskedLM, RobertaTokenizer, RoFormerConfig, RoFormerForMaskedLM, XLMRobertaConfig,
                          XLMRobertaForMaskedLM, XLMRobertaTokenizer)
transformers.logging.set_verbosity_error()
letters = list('abcdefghijklmnopqrstuvwxyzABCDEFGH') + list('床前明月光疑是地上霜举头望低思故乡好坏天气很')
texts = ['the moon at night', 'Ab cd', '床前明月光 the']
if sys.argv[1] == '--check':
    for folder in sys.argv[2:]:
        name = AutoConfig.from_pretrained(folder).architectures[0]
        model, info = getattr(transformers, name).from_pretrained(folder, output_loading_info=True)
        ids = [AutoTokenizer.from_pretrained(folder)(t)['input_ids'] for t in texts]
        logits = []
        with torch.no_grad():
            for row in ids:
                out = model.eval().float()(torch.tensor([row]))
                logits.append((out.prediction_logits if hasattr(out, 'prediction_logits') else out.logits).flatten().tolist())
        print(json.dumps({'class': name, 'type': model.config.model_type, **{k: sorted(map(str, v)) for k, v in info.items() if k in ('missing_keys', 'unexpected_keys', 'mismatched_keys')},
                          'ids': ids, 'logits': logits}))
    raise SystemExit
root = sys.argv[1]
words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] + letters + ['##' + c for c in letters] + ['the', 'moon', 'night']
klue = ['[CLS]', '[PAD]', '[SEP]', '[UNK]', '[MASK]'] + words[5:]
pieces = [('<s>', 0.), ('<pad>', 0.), ('</s>', 0.), ('<unk>', 0.)] + [(p, -2. - i / 100) for i, p in enumerate(['▁'] + letters + ['▁the', '▁moon'])] + [('<mask>', 0.)]
def byte_level():
    from tokenizers.pre_tokenizers import ByteLevel
    alphabet = sorted(ByteLevel.alphabet())
    merges = [('t', 'h'), ('th', 'e'), ('Ġ', 'the'), ('o', 'o')]
    vocab = {t: i for i, t in enumerate(['<s>', '<pad>', '</s>', '<unk>'] + alphabet + [a + b for a, b in merges] + ['<mask>'])}
    return RobertaTokenizer(vocab=vocab, merges=merges)
number = lambda tokens: {t: i for i, t in enumerate(tokens)}
cased = BertTokenizer(vocab=number(words), do_lower_case=False)
lower = BertTokenizer(vocab=number(words), do_lower_case=True)
base = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24, max_position_embeddings=34, initializer_range=0.3, a_key_of_the_future=[1, {'x': None}])
size = len(words)
cases = {
    'bert': (BertForMaskedLM, BertConfig(**base, vocab_size=size), cased),
    'bert-untied': (BertForMaskedLM, BertConfig(**base, vocab_size=size, tie_word_embeddings=False), lower),
    'bert-pretraining': (BertForPreTraining, BertConfig(**base, vocab_size=size, hidden_act='gelu_new'), cased),
    'roberta': (RobertaForMaskedLM, RobertaConfig(**base, type_vocab_size=1, vocab_size=len(byte_level()), layer_norm_eps=1e-5), byte_level()),
    'roberta-wordpiece': (RobertaForMaskedLM, RobertaConfig(**base, type_vocab_size=1, vocab_size=size, hidden_act='relu', bos_token_id=0, eos_token_id=2), BertTokenizer(vocab=number(klue), do_lower_case=False)),
    'xlm-roberta': (XLMRobertaForMaskedLM, XLMRobertaConfig(**base, type_vocab_size=1, vocab_size=len(pieces)), XLMRobertaTokenizer(vocab=pieces)),
    'electra': (ElectraForMaskedLM, ElectraConfig(**base, embedding_size=8, vocab_size=size), lower),
    'albert': (AlbertForMaskedLM, AlbertConfig(**base, embedding_size=8, vocab_size=size), cased),
    'roformer': (RoFormerForMaskedLM, RoFormerConfig(**base, vocab_size=size), lower),
    'roformer-values': (RoFormerForMaskedLM, RoFormerConfig(**base, vocab_size=size, rotary_value=True), cased),
}
for name, (cls, config, tokenizer) in cases.items():
    torch.manual_seed(len(name))
    folder = os.path.join(root, name)
    cls(config).save_pretrained(folder); tokenizer.save_pretrained(folder)
    for path, content in {'modules.json': [{'idx': 0, 'name': '0', 'path': '', 'type': 'sentence_transformers.models.Transformer'}, {'idx': 1, 'name': '1', 'path': '1_Pooling', 'type': 'sentence_transformers.models.Pooling'}],
                          '1_Pooling/config.json': {'pooling_mode_cls_token': True}, 'sentence_bert_config.json': {'max_seq_length': 20}}.items():
        os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
        json.dump(content, open(os.path.join(folder, path), 'w'))
print(json.dumps(list(cases)))
