"""Writes values of classification, correlation, calibration, ROUGE, BLEU and error-rate metrics.

usage: python eval_metrics.py packages/eval/fixtures/metrics.json
needs: pip install scikit-learn scipy nltk rouge sacrebleu jiwer
"""
import json, sys
import jiwer, nltk, numpy as np, rouge, sacrebleu, scipy, sklearn
from importlib.metadata import version
from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu, sentence_bleu
from scipy import stats
from sklearn import metrics
from sklearn.calibration import calibration_curve

rng = np.random.default_rng(8)

# Labels with gaps, as TNEWS has them; one class is never predicted, one never meant, one rare.
names = [100, 101, 104, 107, 116]
labels = rng.choice(names[:4], 200, p=[0.5, 0.3, 0.18, 0.02])
predictions = np.where(rng.random(200) < 0.6, labels, rng.choice([100, 101, 104, 116], 200))
p, r, f, s = metrics.precision_recall_fscore_support(labels, predictions, labels=names, zero_division=0)
few = [101, 104]
classification = {
    'names': names, 'labels': labels.tolist(), 'predictions': predictions.tolist(),
    'accuracy': metrics.accuracy_score(labels, predictions),
    'macroF1': metrics.f1_score(labels, predictions, average='macro', zero_division=0),
    'microF1': metrics.f1_score(labels, predictions, average='micro'),
    'few': few,
    'fewMicroF1': metrics.f1_score(labels, predictions, average='micro', labels=few),
    'fewMacroF1': metrics.f1_score(labels, predictions, average='macro', labels=few),
    'matthews': metrics.matthews_corrcoef(labels, predictions),
    'binaryMatthews': metrics.matthews_corrcoef(labels == 100, predictions == 100),
    'perClass': [{'precision': a, 'recall': b, 'f1': c, 'support': int(d)} for a, b, c, d in zip(p, r, f, s)],
}

# Ties on both sides, as STS gold scores have; a second pair far from zero, where a one-pass formula loses digits.
x = np.round(rng.normal(size=60), 1)
y = np.round(x + rng.normal(size=60), 1)
far = rng.normal(size=40) + 1e6
near = far + rng.normal(size=40)
correlation = {
    'x': x.tolist(), 'y': y.tolist(), 'far': far.tolist(), 'near': near.tolist(),
    'ranks': stats.rankdata(x).tolist(),
    'pearson': stats.pearsonr(x, y).statistic, 'spearman': stats.spearmanr(x, y).statistic,
    'farPearson': stats.pearsonr(far, near).statistic,
}

confidence = np.concatenate([rng.beta(5, 2, 296), [0.0, 1.0, 0.2, 0.6]])  # the last lie on edges
right = rng.random(300) < confidence * 0.9


def ece(bins):
    # scikit-learn gives the diagram of the bins that are not empty; the weights are counted here over the same edges (low, high].
    true, said = calibration_curve(right, confidence, n_bins=bins, strategy='uniform')
    index = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], confidence)
    counts = np.bincount(index, minlength=bins)
    weights = counts[counts > 0] / len(confidence)
    return {'bins': bins, 'error': float(np.sum(weights * np.abs(true - said))), 'maximum': float(np.max(np.abs(true - said))),
            'counts': counts.tolist()}


pairs = [
    ('北京今天下雪了', '北京今天下雨了'),
    ('基于深度学习的中文文本分类研究', '基于深度学习的文本分类方法研究'),
    ('的的的的研究', '的研究的方法'),
    ('我爱南京', '我爱北京'),
    ('完全不同', '毫无关系'),
    ('图像', '图像识别'),
    ('一种新的方法', '一种新的方法'),
    ('GB2.0标准.第二版', 'GB2.0标准的第二版.'),
    ('甲乙丙丁.丙丁戊己', '甲丙乙丁.戊丙己丁'),
    ('春眠不觉晓 处处闻啼鸟', '处处闻啼鸟 夜来风雨声'),
    ('a', 'ab'),
    ('的方法', '的的方法与方法'),
]
spaced = lambda text: ' '.join(text)
texts = []
for candidate, reference in pairs:
    row = {'candidate': candidate, 'reference': reference}
    for name, exclusive in (('distinct', True), ('clipped', False)):
        got = rouge.Rouge(exclusive=exclusive).get_scores(spaced(candidate), spaced(reference))[0]
        row[name] = {'rouge' + key[-1].upper(): {'precision': v['p'], 'recall': v['r'], 'f': v['f']} for key, v in got.items()}
    cut = lambda text: [c for c in text if not c.isspace()]
    row['sentenceBleu'] = float(sentence_bleu([cut(reference)], cut(candidate), smoothing_function=SmoothingFunction().method1))
    texts.append(row)

cut = lambda text: [c for c in text if not c.isspace()]
hypotheses = [c for c, _ in pairs]
two = [[r, r[::-1]] for _, r in pairs]
one = [[r for _, r in pairs]]
both = [[r for _, r in pairs], [r[::-1] for _, r in pairs]]
# References as far from the candidate on either side: the shorter one counts.
tied, tied_ref = '甲乙丙丁戊', ['甲乙丙丁戊己', '甲乙丙丁']
unmatched = ['图像识别研究', '文本分类']
unmatched_ref = [['图像分割方法', '本文聚类']]


def sacre(hyp, refs, smooth):
    return sacrebleu.corpus_bleu(hyp, refs, smooth_method=smooth, tokenize='char', force=True).score / 100


bleu = {
    'method1': float(corpus_bleu([[cut(r)] for _, r in pairs], [cut(c) for c in hypotheses], smoothing_function=SmoothingFunction().method1)),
    'method1TwoReferences': float(corpus_bleu([[cut(r) for r in rs] for rs in two], [cut(c) for c in hypotheses],
                                              smoothing_function=SmoothingFunction().method1)),
    'exp': sacre(hypotheses, one, 'exp'), 'none': sacre(hypotheses, one, 'none'), 'expTwoReferences': sacre(hypotheses, both, 'exp'),
    'tied': tied, 'tiedReferences': tied_ref,
    'tiedMethod1': float(corpus_bleu([[cut(r) for r in tied_ref]], [cut(tied)], smoothing_function=SmoothingFunction().method1)),
    'tiedExp': sacre([tied], [[r] for r in tied_ref], 'exp'),
    'unmatched': unmatched, 'unmatchedReferences': unmatched_ref[0],
    'unmatchedExp': sacre(unmatched, unmatched_ref, 'exp'), 'unmatchedNone': sacre(unmatched, unmatched_ref, 'none'),
}

fixture = {
    'tools': {name: version(name) for name in ('scikit-learn', 'scipy', 'nltk', 'rouge', 'sacrebleu', 'jiwer', 'numpy')},
    'classification': classification, 'correlation': correlation,
    'calibration': {'confidence': confidence.tolist(), 'right': right.astype(int).tolist(), 'expected': [ece(10), ece(15), ece(3)]},
    'texts': texts, 'bleu': bleu,
    'errorRate': jiwer.cer([''.join(cut(r)) for _, r in pairs], [''.join(cut(c)) for c in hypotheses]),
}
json.dump(fixture, open(sys.argv[1], 'w'), ensure_ascii=False)
