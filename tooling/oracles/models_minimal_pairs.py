"""Writes what minicons says of pairs of sentences by the tiny BERT of eval_model.py.

usage: python models_minimal_pairs.py packages/models/fixtures/tiny-mlm packages/models/fixtures/minimal-pairs.json
needs: pip install torch transformers minicons
"""
import json, random, sys, warnings
import transformers
from importlib.metadata import version
from minicons import scorer
from transformers import BertForMaskedLM, BertTokenizerFast

warnings.filterwarnings('ignore')
transformers.logging.set_verbosity_error()
folder, out = sys.argv[1:]
# minicons 0.3.39 still calls what transformers 5 renamed.
BertTokenizerFast.batch_encode_plus = lambda self, *texts, **options: self(*texts, **options)
tokens = open(f'{folder}/vocab.txt').read().split('\n')[:-1]
tokenizer = BertTokenizerFast(vocab={token: i for i, token in enumerate(tokens)})
lm = scorer.MaskedLMScorer(BertForMaskedLM.from_pretrained(folder).eval(), tokenizer=tokenizer, device='cpu')

draw = random.Random(5)
pieces = [*'床前明月光疑是地上霜举头望低思故乡', ' moonlights ', ' frost ', ' the ', ' moon ']
pairs = []
for number in range(48):
    good = [draw.choice(pieces) for _ in range(draw.randint(2, 9))]
    bad = list(good)
    at = draw.randrange(len(bad))
    # Every third pair differs in length too.
    bad[at] = draw.choice([piece for piece in pieces if piece != bad[at]]) + (draw.choice(pieces) if number % 3 == 0 else '')
    pairs.append((''.join(good).strip(), ''.join(bad).strip()))


def sums(metric):
    return [[lm.sequence_score([text], reduction=lambda row: row.sum(0).item(), PLL_metric=metric)[0] for text in pair] for pair in pairs]


json.dump({
    'tools': {name: version(name) for name in ('minicons', 'transformers', 'torch')},
    'pairs': pairs,
    'lengths': [[len(tokenizer(text, add_special_tokens=False).input_ids) for text in pair] for pair in pairs],
    'masked': sums('original'), 'maskedWords': sums('within_word_l2r'),
}, open(out, 'w'), ensure_ascii=False)
