"""Writes what transformers makes of questions with long contexts: windows, where answers stand in them, and the answer that windows' logits give.

usage: python models_spans.py packages/models/fixtures/tiny-mlm packages/models/fixtures/spans.json
needs: pip install 'transformers<5' (5 has no compute_predictions_logits)
"""
import json, os, random, sys, tempfile
from transformers import BertTokenizer, BertTokenizerFast, __version__
from transformers.data.metrics.squad_metrics import compute_predictions_logits
from transformers.data.processors.squad import SquadExample, SquadFeatures, SquadResult

draw = random.Random(22)
vocabulary = os.path.join(sys.argv[1], 'vocab.txt')
fast, slow = BertTokenizerFast(vocabulary), BertTokenizer(vocabulary)
words = sorted(word for word in fast.get_vocab() if not word.startswith(('[', '##')))


def units(text, place):
    """Code points to UTF-16."""
    return len(text[:place].encode('utf-16-le')) // 2


def windows(question, context, length, stride):
    return fast(question, context, truncation='only_second', max_length=length, stride=stride, return_overflowing_tokens=True,
                return_offsets_mapping=True)


def case(number):
    """A context of words with odd signs between; its answer begins and ends anywhere in a word, is one letter, or is the whole."""
    odd = ['moonlight', 'frost', '𠮷', '，', 'é', 'ABC', '１', '\u3000', '…']
    question = ''.join(draw.choice(words) for _ in range(draw.randint(1, 5)))
    pieces = [draw.choice(odd) if draw.random() < 0.15 else draw.choice(words) for _ in range(draw.choice([1, 3, 9, 20, 40]))]
    context = draw.choice(['', ' ']).join(pieces)
    if not context.strip():
        return case(number)
    length, stride = draw.choice([(16, 2), (16, 4), (24, 0), (24, 7), (32, 9), (20, 5)])
    start = draw.randrange(len(context))
    end = min(len(context), start + draw.choice([1, 2, 4, 9, 100]))
    answer = context[start:end]
    if answer != answer.strip() or not fast.tokenize(answer):
        return case(number)
    found = windows(question, context, length, stride)
    rows = []
    for i, ids in enumerate(found['input_ids']):
        offsets, sequences = found['offset_mapping'][i], found.sequence_ids(i)
        own = [k for k, s in enumerate(sequences) if s == 1]
        place = [0, 0]
        if own and offsets[own[0]][0] <= start and offsets[own[-1]][1] >= end:
            place = [max(k for k in own if offsets[k][0] <= start), min(k for k in own if offsets[k][1] >= end)]
            place[0] = min(k for k in own if offsets[k] == offsets[place[0]])
            place[1] = max(k for k in own if offsets[k] == offsets[place[1]])
        rows.append({'ids': ids, 'place': place})
    return {'question': question, 'context': context, 'answer': answer, 'start': units(context, start), 'length': length, 'stride': stride, 'windows': rows}


class Answers:
    """Logits of the windows of a context of words with blanks between, and what is answered."""

    def __new__(cls, number):
        single = [word for word in words if len(fast.tokenize(word)) == 1 and fast.tokenize(word)[0] == word]
        question = draw.choice(single)
        doc = [draw.choice(single) for _ in range(draw.choice([1, 2, 6, 15, 30]))]
        context = ' '.join(doc)
        length, stride = draw.choice([(10, 2), (14, 4), (24, 0), (16, 5)])
        answer_length = draw.choice([1, 2, 3, 5, 30])
        threshold = draw.choice([0.0, 1.0, -2.0, 3.0])
        found = windows(question, context, length, stride)
        starts_of = [len(' '.join(doc[:i])) + (i > 0) for i in range(len(doc))]
        features, results, logits = [], [], []
        for i, ids in enumerate(found['input_ids']):
            sequences, offsets = found.sequence_ids(i), found['offset_mapping'][i]
            places = {k: starts_of.index(offsets[k][0]) for k, s in enumerate(sequences) if s == 1}
            features.append(SquadFeatures(ids, [1] * len(ids), [0] * len(ids), 0, [0] * len(ids), 0, i, 0, {k: True for k in places},
                                          fast.convert_ids_to_tokens(ids), places, 0, 0, False, 'q'))
            # Now and then one score many times, and [CLS] far ahead.
            of = lambda: [round(draw.gauss(0, 2), draw.choice([1, 3])) for _ in ids]
            s, e = of(), of()
            if draw.random() < 0.3:
                s[0] += 4
            results.append(SquadResult(i, s, e))
            logits.append([s, e])
        example = SquadExample('q', question, context, '', None, '')
        answers = {}
        with tempfile.TemporaryDirectory() as out:
            for name, negative in (('always', False), ('unanswerable', True)):
                paths = [os.path.join(out, f) for f in ('a.json', 'b.json', 'c.json')]
                answers[name] = compute_predictions_logits([example], features, results, 20, answer_length, True, *paths, False, negative, threshold, slow)['q']
                if negative:
                    with open(paths[2]) as file:
                        answers['margin'] = -json.load(file)['q']
        # A single candidate is outdone by a made-up one, whose text is 'empty'.
        if 'empty' in (answers['always'], answers['unanswerable']):
            return cls(number)
        return {'question': question, 'context': context, 'length': length, 'stride': stride, 'answerLength': answer_length, 'nullThreshold': threshold,
                'logits': logits, **answers}


fixture = {'transformers': __version__, 'windows': [case(n) for n in range(240)], 'answers': [Answers(n) for n in range(240)]}
json.dump(fixture, open(sys.argv[2], 'w'), ensure_ascii=False)
