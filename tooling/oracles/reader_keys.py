"""Every key that transformers' config and tokenizer classes and sentence-transformers' modules know, for the families that are read here.

usage: python reader_keys.py [--check] SENTENCE_TRANSFORMERS    (a folder with its source: pip download sentence-transformers --no-deps, unpacked)
Writes packages/encoder/fixtures/reader-keys.json and packages/tokenizer/fixtures/reader-keys.json; with --check says which keys are new, and fails.
"""
import ast, inspect, json, os, re, sys, textwrap
import transformers
from transformers import PretrainedConfig, PreTrainedTokenizerBase
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.models.auto.tokenization_auto import TOKENIZER_MAPPING_NAMES
from encoder_families import models
import neobert
check, source = '--check' in sys.argv, sys.argv[-1]
prefixes = {prefix for prefix, _ in models(V=20, W=8, L=2, H=2, F=12, M=10, E=4).values()}
# NeoBERT's config class is its authors' own: its keys are those of neobert.py.
families = sorted({getattr(transformers, prefix + 'Config').model_type for prefix in prefixes - {'NeoBERT'}} | {'xlm-roberta'})
def popped(function):
    """Names that a function takes out of its keyword arguments."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in ('pop', 'get', 'setdefault')]
    return {n.args[0].value for n in calls if n.args and isinstance(n.args[0], ast.Constant) and isinstance(n.args[0].value, str)
            and isinstance(n.func.value, ast.Name) and 'kwargs' in n.func.value.id}
def config_keys(cls):
    return sorted({n for k in cls.__mro__ for n in getattr(k, '__annotations__', {}) if not n.startswith('_') and 'ClassVar' not in str(k.__annotations__[n])} | popped(PretrainedConfig.__post_init__))
def asked_keys(family):
    """Keys that the model asks of its config though the config class does not name them."""
    module = __import__('transformers.models.' + family.replace('-', '_'), fromlist=['x'])
    folder = os.path.dirname(module.__file__)
    source = ''.join(open(os.path.join(folder, f), encoding='utf8').read() for f in os.listdir(folder) if f.startswith('modeling_') and f.endswith('.py'))
    return set(re.findall(r'getattr\((?:self\.)?config, "(\w+)"', source)) - {'_attn_implementation'}
configs = {**{family: sorted(set(config_keys(CONFIG_MAPPING[family])) | asked_keys(family)) for family in families}, 'neobert': config_keys(neobert.NeoBERTConfig)}
def tokenizer_keys(name):
    cls = getattr(transformers, name); keys = set()
    for k in cls.__mro__:
        if not k.__module__.startswith('transformers') or '__init__' not in k.__dict__: continue
        keys |= {p.name for p in inspect.signature(k.__init__).parameters.values() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)} | popped(k.__init__)
    return sorted(n for n in keys | set(PreTrainedTokenizerBase.SPECIAL_TOKENS_ATTRIBUTES) if n != 'self' and not n.startswith('_'))
tokenizers = {n: tokenizer_keys(n) for n in sorted({TOKENIZER_MAPPING_NAMES[f] for f in families} | {'TokenizersBackend'})}
def list_in(path, cls, attribute='config_keys'):
    tree = ast.parse(open(os.path.join(source, 'sentence_transformers', path), encoding='utf8').read())
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == cls:
            for line in node.body:
                target = line.target if isinstance(line, ast.AnnAssign) else line.targets[0] if isinstance(line, ast.Assign) else None
                if target is not None and getattr(target, 'id', '') == attribute: return ast.literal_eval(line.value)
            if attribute == '__init__':
                for line in node.body:
                    if isinstance(line, ast.FunctionDef) and line.name == '__init__': return [a.arg for a in line.args.args + line.args.kwonlyargs]
    raise SystemExit(f'{path} has no {cls}.{attribute}')
def legacy(path, name):
    tree = ast.parse(open(os.path.join(source, 'sentence_transformers', path), encoding='utf8').read())
    for node in tree.body:
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
        if getattr(target, 'id', '') == name: return list(ast.literal_eval(node.value))
    raise SystemExit(f'{path} has no {name}')
def model_config():
    tree = ast.parse(open(os.path.join(source, 'sentence_transformers/base/model.py'), encoding='utf8').read())
    found = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == '_get_model_config']
    return [k.value for n in ast.walk(found[0]) if isinstance(n, ast.Dict) for k in n.keys if isinstance(k, ast.Constant) and k.value not in ('sentence_transformers', 'transformers', 'pytorch')]
pooling = 'sentence_transformer/modules/pooling.py'
transformer = 'base/modules/transformer.py'
loaded = {'model_name_or_path', 'self', 'backend'}
sentence = {
    'config_sentence_transformers.json': sorted(set(model_config()) | {'similarity_fn_name'}),
    'sentence_bert_config.json': sorted((set(list_in(transformer, 'Transformer')) | set(list_in(transformer, 'Transformer', '__init__'))) - loaded),
    '1_Pooling/config.json': sorted(set(list_in(pooling, 'Pooling')) | set(list_in(pooling, 'Pooling', 'config_key_renames')) | set(legacy(pooling, '_LEGACY_POOLING_MODE_KWARGS'))),
    '2_Normalize/config.json': sorted(list_in('base/modules/normalize.py', 'Normalize')),
}
version = next((l.split('"')[1] for l in open(os.path.join(source, 'sentence_transformers/__init__.py'), encoding='utf8') if l.startswith('__version__')), '?')
fixtures = {
    'packages/encoder/fixtures/reader-keys.json': {'transformers': transformers.__version__, 'sentence_transformers': version, 'configs': configs, 'sentence': sentence},
    'packages/tokenizer/fixtures/reader-keys.json': {'transformers': transformers.__version__, 'tokenizers': tokenizers},
}
new = []
for path, content in fixtures.items():
    if check:
        known = json.load(open(path))
        for part in ('configs', 'sentence', 'tokenizers'):
            for name, keys in content.get(part, {}).items():
                new += [f'{name}: {key}' for key in keys if key not in known[part].get(name, [])]
    else: json.dump(content, open(path, 'w'), indent=1)
print(json.dumps({'keys': sum(len(k) for c in fixtures.values() for p in ('configs', 'sentence', 'tokenizers') for k in c.get(p, {}).values()), 'new': new}))
if new: raise SystemExit('new keys nobody has decided about: ' + ', '.join(new))
