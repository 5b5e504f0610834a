"""Folders of tokenizer files, and the ids that transformers' AutoTokenizer gives texts with them.

usage: python tokenizer_files.py packages/tokenizer/fixtures/files.json    (needs rjieba, which transformers asks for in RoFormer's)
"""
import json, os, sys, tempfile
import transformers
from transformers import AutoTokenizer, BertTokenizer, RobertaTokenizer
transformers.logging.set_verbosity_error()
base = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'b', 'c', 'hello', 'world', '##ing', '非常', '天', '气', '今', '好', '。', 'cafe', 'Hello', '[', ']', 'x', 'café']
text = lambda lines: '\n'.join(lines) + '\n'
plain = {'vocab.txt': text(base)}
bert = {'tokenizer_class': 'BertTokenizer'}
texts = ['hello a b', 'Hello café [MASK] x', 'hello [x] a [Y] b', 'helloing 今天天气非常好。', '']
cases = []
def case(name, files, model='bert'):
    files = {k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in files.items()}
    with tempfile.TemporaryDirectory() as folder:
        for k, v in files.items(): open(os.path.join(folder, k), 'w', encoding='utf8', newline='').write(v)
        json.dump({'model_type': model}, open(os.path.join(folder, 'config.json'), 'w'))
        t = AutoTokenizer.from_pretrained(folder)
        cases.append({'name': name, 'model': model, 'class': type(t).__name__, 'files': files, 'texts': texts,
                      'ids': [t(x)['input_ids'] for x in texts], 'pair': t('hello', 'a b')['input_ids'], 'mask': t.mask_token_id})
def saved(t):
    with tempfile.TemporaryDirectory() as folder:
        t.save_pretrained(folder)
        return {n: open(os.path.join(folder, n), encoding='utf8').read() for n in sorted(os.listdir(folder))}
def built(**options):
    with tempfile.TemporaryDirectory() as folder:
        open(os.path.join(folder, 'vocab.txt'), 'w').write(text(base))
        return saved(BertTokenizer.from_pretrained(folder, **options))
changed = lambda files, name, **keys: {**files, name: json.dumps({**json.loads(files[name]), **keys})}
case('vocab.txt alone', plain)
case('a blank line', {'vocab.txt': text(base[:8] + [''] + base[8:])})
case('two blank lines', {'vocab.txt': text(base[:8] + [''] + base[8:10] + [''] + base[10:])})
case('blank lines at the end', {'vocab.txt': text(base + ['', ''])})
case('a token with a blank behind it', {'vocab.txt': text(base[:8] + ['hello '] + base[9:])})
case('a token with a blank before it', {'vocab.txt': text(base[:8] + [' hello'] + base[9:])})
case('a token with U+00A0 behind it', {'vocab.txt': text(base[:8] + ['hello\u00a0'] + base[9:])})
case('a token twice', {'vocab.txt': text(base[:8] + ['a'] + base[8:])})
case('lines of Windows', {'vocab.txt': '\r\n'.join(base) + '\r\n'})
case('no line end at the end', {'vocab.txt': '\n'.join(base)})
case('cased', {**plain, 'tokenizer_config.json': {'do_lower_case': False}})
case('lower case, accents kept', {**plain, 'tokenizer_config.json': {'strip_accents': False}})
case('cased, accents taken off', {**plain, 'tokenizer_config.json': {'do_lower_case': False, 'strip_accents': True}})
case('Han characters together', {**plain, 'tokenizer_config.json': {'tokenize_chinese_chars': False}})
case('added_tokens.json', {**plain, 'tokenizer_config.json': bert, 'added_tokens.json': {'[x]': 23, '[Y]': 24}})
case('added_tokens.json, special by the map', {**plain, 'tokenizer_config.json': bert, 'added_tokens.json': {'[x]': 23, '[Y]': 24},
     'special_tokens_map.json': {'additional_special_tokens': ['[x]', '[Y]'], 'mask_token': '[MASK]'}})
case('added_tokens.json out of order', {**plain, 'tokenizer_config.json': bert, 'added_tokens.json': {'[Y]': 24, '[x]': 23}})
case('special_tokens_map.json', {**plain, 'tokenizer_config.json': bert, 'special_tokens_map.json': {'additional_special_tokens': ['[x]']}})
case('additional_special_tokens', {**plain, 'tokenizer_config.json': {**bert, 'additional_special_tokens': ['[x]', '[Y]']}})
case('extra_special_tokens as a list', {**plain, 'tokenizer_config.json': {**bert, 'extra_special_tokens': ['[x]']}})
case('extra_special_tokens by name', {**plain, 'tokenizer_config.json': {**bert, 'extra_special_tokens': {'x_token': '[x]'}}})
case('a token of a name of its own', {**plain, 'tokenizer_config.json': {**bert, 'x_token': '[x]'}})
case('added_tokens_decoder', {**plain, 'tokenizer_config.json': {**bert, 'added_tokens_decoder': {
     '23': {'content': '[x]', 'lstrip': True, 'rstrip': False, 'single_word': False, 'normalized': True, 'special': False}}}})
case('a token of the vocabulary, added', {**plain, 'tokenizer_config.json': bert, 'added_tokens.json': {'hello': 8}})
case('bos and eos', {**plain, 'tokenizer_config.json': {**bert, 'bos_token': '[x]', 'eos_token': '[Y]'}})
named = ['<p>', '<u>', '<c>', '<s>', '<m>'] + base[5:]
case('special tokens of other names', {'vocab.txt': text(named), 'tokenizer_config.json': {**bert, 'pad_token': '<p>', 'unk_token': '<u>', 'cls_token': '<c>', 'sep_token': '<s>', 'mask_token': '<m>'}})
case('special tokens of other names by the map', {'vocab.txt': text(named), 'special_tokens_map.json': {'pad_token': '<p>', 'unk_token': '<u>', 'cls_token': {'content': '<c>'}, 'sep_token': '<s>', 'mask_token': '<m>'}})
case('special tokens by the map before those of the config', {'vocab.txt': text(base + ['<m>']), 'tokenizer_config.json': {'mask_token': '[MASK]'}, 'special_tokens_map.json': {'mask_token': '<m>'}})
case('special tokens of a config that lists its added tokens, whatever the map says', {'vocab.txt': text(base + ['<m>']), 'special_tokens_map.json': {'mask_token': '<m>', 'additional_special_tokens': ['[x]']},
     'tokenizer_config.json': {**bert, 'mask_token': '[MASK]', 'added_tokens_decoder': {str(i): {'content': t, 'special': True} for i, t in enumerate(base[:5])}}})
case('saved', built())
case('saved lower, config cased', changed(built(), 'tokenizer_config.json', do_lower_case=False))
case('saved cased, config lower', changed(built(do_lower_case=False), 'tokenizer_config.json', do_lower_case=True))
case('saved cased, config silent', {'tokenizer.json': built(do_lower_case=False)['tokenizer.json']})
case('saved with Han apart, config together', changed(built(), 'tokenizer_config.json', tokenize_chinese_chars=False))
case('saved, config keeps accents', changed(built(), 'tokenizer_config.json', strip_accents=False))
more = built(extra_special_tokens=['[x]', '[Y]'])
case('saved with added tokens', more)
case('saved with added tokens, no config', {'tokenizer.json': more['tokenizer.json']})
case('saved, the class that takes the file as it is', {'tokenizer.json': built(do_lower_case=False)['tokenizer.json'], 'tokenizer_config.json': {'tokenizer_class': 'PreTrainedTokenizerFast', 'mask_token': '[MASK]'}})
case('as it is, with one more token', {'tokenizer.json': built()['tokenizer.json'], 'tokenizer_config.json': {'tokenizer_class': 'PreTrainedTokenizerFast', 'mask_token': '[MASK]', 'additional_special_tokens': ['[x]']}})
bytes_ = {c: i for i, c in enumerate(['<s>', '<pad>', '</s>', '<unk>', '<mask>'] + sorted({c for c in 'helo wrdabcxing[MASK]Hé'.replace(' ', 'Ġ')} | {'Ã', '©'}) + ['he', 'll', 'hell', 'hello', 'Ġa', 'Ġhe'])}
merges = '#version: 0.2\nh e\nl l\nhe ll\nhell o\nĠ a\nĠ he\n'
roberta = {'vocab.json': bytes_, 'merges.txt': merges}
case('bytes', roberta, 'roberta')
case('bytes with a blank before', {**roberta, 'tokenizer_config.json': {'tokenizer_class': 'RobertaTokenizer', 'add_prefix_space': True}}, 'roberta')
with tempfile.TemporaryDirectory() as folder:
    for k, v in roberta.items(): open(os.path.join(folder, k), 'w').write(v if isinstance(v, str) else json.dumps(v))
    bytes_saved = saved(RobertaTokenizer.from_pretrained(folder))
case('bytes, saved', bytes_saved, 'roberta')
case('bytes, saved without a blank, config with', changed(bytes_saved, 'tokenizer_config.json', add_prefix_space=True), 'roberta')
case('bytes, added', {**roberta, 'added_tokens.json': {'[x]': len(bytes_)}}, 'roberta')
from transformers import AlbertTokenizer, DebertaV2Tokenizer, XLMRobertaTokenizer
letters = list('abcdefghilmnoprstwxyzAEHcé') + ['.', '[', ']', '今', '天']
scored = lambda first: [(p, 0.) for p in first] + [(p, -2. - i / 100) for i, p in enumerate(dict.fromkeys(['▁'] + letters + ['▁hello', '▁a', 'ell', '▁Hello']))] 
albert = saved(AlbertTokenizer(vocab=scored(['<pad>', '<unk>', '[CLS]', '[SEP]', '[MASK]'])))
xlm = saved(XLMRobertaTokenizer(vocab=scored(['<s>', '<pad>', '</s>', '<unk>', '<mask>'])))
case('sentencepiece, ALBERT', albert, 'albert')
case('sentencepiece, ALBERT, config cased', changed(albert, 'tokenizer_config.json', do_lower_case=False), 'albert')
case('sentencepiece, ALBERT, config keeps accents', changed(albert, 'tokenizer_config.json', keep_accents=True), 'albert')
case('sentencepiece, ALBERT, no blank before', changed(albert, 'tokenizer_config.json', add_prefix_space=False), 'albert')
case('sentencepiece, ALBERT, file alone', {'tokenizer.json': albert['tokenizer.json']}, 'albert')
case('sentencepiece, XLM-R', xlm, 'xlm-roberta')
case('sentencepiece, XLM-R, no blank before', changed(xlm, 'tokenizer_config.json', add_prefix_space=False), 'xlm-roberta')
case('sentencepiece, XLM-R, added', changed(xlm, 'tokenizer_config.json', extra_special_tokens=['[x]']), 'xlm-roberta')
deberta = saved(DebertaV2Tokenizer(vocab=scored(['[PAD]', '[CLS]', '[SEP]', '[UNK]', '[MASK]'])))
texts = [*texts, 'hello,  world\n[MASK] a ', 'é e\u0301 \u3000a']
case('sentencepiece, DeBERTa', deberta, 'deberta-v2')
case('sentencepiece, DeBERTa, lower case', changed(deberta, 'tokenizer_config.json', do_lower_case=True), 'deberta-v2')
case('sentencepiece, DeBERTa, split by punctuation', changed(deberta, 'tokenizer_config.json', split_by_punct=True), 'deberta-v2')
case('sentencepiece, DeBERTa, no blank before', changed(deberta, 'tokenizer_config.json', add_prefix_space=False), 'deberta-v2')
case('sentencepiece, DeBERTa, file alone', {'tokenizer.json': deberta['tokenizer.json']}, 'deberta-v2')
# Without rjieba there is no RoFormerTokenizer, and this stops: a fixture must not lose cases.
words = {'tokenizer.json': built()['tokenizer.json'], 'tokenizer_config.json': {'tokenizer_class': 'RoFormerTokenizer'}}
texts = ['今天天气非常好。', 'Hello 今天天气 [MASK] 非常好 hello[MASK]好', 'helloing café 非常', '今天\u3000天气 [x]', '北京大学生前来应聘', 'café天气']
case('jieba', words, 'roformer')
case('jieba, cased', {**words, 'tokenizer_config.json': {'tokenizer_class': 'RoFormerTokenizer', 'do_lower_case': False}}, 'roformer')
case('jieba, added', {**words, 'tokenizer_config.json': {'tokenizer_class': 'RoFormerTokenizer', 'extra_special_tokens': ['[x]']}}, 'roformer')
json.dump({'made_with': {'transformers': transformers.__version__}, 'cases': cases}, open(sys.argv[1], 'w'), ensure_ascii=False, separators=(',', ':'))
print(len(cases), 'cases')
