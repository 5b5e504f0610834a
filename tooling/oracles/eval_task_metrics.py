"""Writes what seqeval, scikit-learn, SciPy and CMRC2018's rules say of hundreds of small cases.

usage: python eval_task_metrics.py packages/eval/fixtures/task-metrics.json
needs: pip install seqeval scikit-learn scipy nltk
"""
import json, random, sys, warnings
from importlib.metadata import version
from nltk.tokenize import NLTKWordTokenizer
from scipy import stats
from seqeval.metrics import classification_report, f1_score
from sklearn import metrics

warnings.filterwarnings('ignore')
draw = random.Random(11)


def tags(length, schemes):
    return [draw.choice(['O', 'O', *(f'{place}-{kind}' for place in schemes for kind in ('A', 'B'))]) for _ in range(length)]


def entities(number):
    """BIO, BIOES and IO with places that follow no scheme; now and then nothing but O. (seqeval does not know M-.)"""
    schemes = ('BI', 'BIES', 'I', 'BII')[number % 4]
    labels, predictions = [], []
    for _ in range(draw.randint(1, 3)):
        length = draw.randint(1, 8)
        row = ['O'] * length if draw.random() < 0.1 else tags(length, schemes)
        labels.append(row)
        predictions.append([tag if draw.random() < 0.75 else draw.choice(tags(1, schemes)) for tag in row])
    report = classification_report(labels, predictions, output_dict=True, zero_division=0) if any(
        tag != 'O' for rows in (labels, predictions) for row in rows for tag in row) else {}
    types = sorted(set(report) - {'micro avg', 'macro avg', 'weighted avg'})
    return {'labels': labels, 'predictions': predictions, 'f1': float(f1_score(labels, predictions, zero_division=0)),
            'types': [[t, *(float(report[t][k]) for k in ('precision', 'recall', 'f1-score', 'support'))] for t in types]}


def binary(_):
    labels = [draw.randint(0, 1) for _ in range(draw.randint(1, 12))]
    predictions = [label if draw.random() < 0.6 else 1 - label for label in labels]
    return {'labels': labels, 'predictions': predictions, 'accuracy': metrics.accuracy_score(labels, predictions),
            'f1': float(metrics.f1_score(labels, predictions, zero_division=0)), 'matthews': float(metrics.matthews_corrcoef(labels, predictions))}


def classes(_):
    """Two to six classes, some never meant or never said."""
    known = draw.randint(2, 6)
    labels = [draw.randrange(known) for _ in range(draw.randint(1, 15))]
    predictions = [label if draw.random() < 0.5 else draw.randrange(known) for label in labels]
    return {'labels': labels, 'predictions': predictions, 'accuracy': metrics.accuracy_score(labels, predictions),
            'macroF1': float(metrics.f1_score(labels, predictions, average='macro', zero_division=0)),
            'matthews': float(metrics.matthews_corrcoef(labels, predictions))}


def correlation(_):
    while True:
        a = [round(draw.uniform(0, 5), draw.choice([0, 1])) for _ in range(draw.randint(3, 12))]
        b = [round(value + draw.gauss(0, 2), draw.choice([0, 2])) for value in a]
        if len(set(a)) > 1 and len(set(b)) > 1:
            return {'a': a, 'b': b, 'pearson': float(stats.pearsonr(a, b).statistic), 'spearman': float(stats.spearmanr(a, b).statistic)}


# CMRC2018's rules, as its article and script state them; NLTK's Treebank tokenizer without the sentence splitter before it.
signs = set('-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』…')
words = NLTKWordTokenizer()


def segment(text):
    out, held = [], ''
    for c in text.lower().strip():
        if c in signs:
            continue
        if '\u4e00' <= c <= '\u9fa5':
            out += words.tokenize(held) if held else []
            held = ''
            out.append(c)
        else:
            held += c
    return out + (words.tokenize(held) if held else [])


def run(a, b):
    return max((n for i in range(len(a)) for j in range(len(b)) for n in range(1, min(len(a) - i, len(b) - j) + 1) if a[i:i + n] == b[j:j + n]), default=0)


def bare(text):
    return ''.join(c for c in text.lower().strip() if c not in signs)


pieces = [*'第八张录音专辑年月日', '2009', '3.5', '1,000', 'Green Day', 'NBA', 'AT', '%', '(', ')', '"', '，', '《', '》', '、', ' ', '.', '$', 'U.S.', 'a,b', '…', '-', ':']


def answers(_):
    def text():
        return ''.join(draw.choice(pieces) for _ in range(draw.randint(1, 8))) or '年'
    references = [text() for _ in range(draw.randint(1, 3))]
    answer = draw.choice(references)
    kind = draw.random()
    answer = text() if kind < 0.2 else answer[draw.randrange(len(answer)):] if kind < 0.5 else answer + text() if kind < 0.7 else answer
    f1 = 0.0
    for reference in references:
        said, meant = segment(answer), segment(reference)
        n = run(meant, said)
        if n:
            precision, recall = n / len(said), n / len(meant)
            f1 = max(f1, 2 * precision * recall / (precision + recall))
    return {'answer': answer, 'references': references, 'f1': f1, 'exact': int(any(bare(r) == bare(answer) for r in references))}


fixture = {'tools': {name: version(name) for name in ('seqeval', 'scikit-learn', 'scipy', 'nltk')}}
for name, make, count in (('entities', entities, 240), ('binary', binary, 220), ('correlations', correlation, 220), ('answers', answers, 260), ('classes', classes, 220)):
    fixture[name] = [make(number) for number in range(count)]
json.dump(fixture, open(sys.argv[1], 'w'), ensure_ascii=False)
