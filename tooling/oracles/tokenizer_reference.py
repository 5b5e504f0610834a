"""Writes packages/tokenizer/fixtures/reference.json: what Python's tokenizers (0.23) and transformers (5.24) make of hard texts.

python tooling/oracles/tokenizer_reference.py
"""

import hashlib
import json
import random
import struct
import tempfile
from pathlib import Path

from tokenizers import BertWordPieceTokenizer, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import BertTokenizer

draw = random.Random(7)
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def sha(numbers):
    return hashlib.sha256(struct.pack(f"<{len(numbers)}i", *numbers)).hexdigest()


# A corpus with words that share pieces, Han characters, marks and characters of four bytes.
stems = ["play", "mask", "token", "encod", "train", "learn", "verse", "model", "naïv", "café"]
ends = ["", "s", "ed", "er", "ing", "ings", "ly"]
han = list("床前明月光疑是地上霜举头望思故乡𠀀𠮷野家")
def sentence():
    words = [draw.choice(stems[: draw.randint(2, 10)]) + draw.choice(ends) for _ in range(draw.randint(1, 9))]
    return " ".join(words) + "，" + "".join(draw.choice(han) for _ in range(draw.randint(2, 12))) + draw.choice(["。", "!", "…", " 😀"])
corpus = [sentence() for _ in range(300)]


def trained(texts, minimum):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(
        texts,
        trainers.WordPieceTrainer(
            vocab_size=5000, min_frequency=minimum, special_tokens=SPECIAL, continuing_subword_prefix="##", show_progress=False
        ),
    )
    return sorted(tokenizer.get_vocab())


def has_tie(counts, minimum):
    """Whether joining most frequent pairs, recounted from scratch each time, ever has two to choose from."""
    rows = [([w[0]] + ["##" + c for c in w[1:]], n) for w, n in counts.items()]
    while True:
        pairs = {}
        for pieces, n in rows:
            for pair in zip(pieces, pieces[1:]):
                pairs[pair] = pairs.get(pair, 0) + n
        best = sorted(((n, pair) for pair, n in pairs.items() if n >= minimum), reverse=True)
        if not best:
            return False
        if len(best) > 1 and best[0][0] == best[1][0]:
            return True
        left, right = best[0][1]
        for pieces, _ in rows:
            i = 0
            while i + 1 < len(pieces):
                if (pieces[i], pieces[i + 1]) == (left, right):
                    pieces[i : i + 2] = [left + right[2:]]
                i += 1


# Python breaks ties by the order of a hash table, so it learns one vocabulary only from a corpus that never has two pairs to choose from.
trainings = []
while len(trainings) < 12:
    words = {}
    for _ in range(draw.randint(8, 40)):
        # Mostly one letter more than an earlier word, so that neighbouring pairs have counts of their own.
        stem = draw.choice(list(words)) if words and draw.random() < 0.85 else draw.choice("abcdef")
        words[stem + draw.choice("abcdef")] = draw.randint(5, 400)
    minimum = draw.choice([5, 40, 200])
    if not has_tie(words, minimum):
        tokens = trained([" ".join([word] * count) for word, count in words.items()], minimum)
        letters = sum(len(t.replace("##", "")) == 1 for t in tokens)
        if len(tokens) - letters - 5 >= 6:
            trainings.append({"words": words, "minimum": minimum, "tokens": tokens})

vocabulary = SPECIAL + sorted({"play", "mask", "token", "##s", "##ed", "##ing", "##er", "##ly"} | set("".join(corpus)) - {" "} | {"##" + c for c in "abcdefghijklmnopqrstuvwxyz"}) + ["=", "##=", "r", "f", "##3", "a", "b", "##b", "豈", "一", "\u2028"]
vocabulary = list(dict.fromkeys(vocabulary))

texts = [
    "",
    " \t\r\n",
    # The line of the shared corpus on which a splitter that looks for punctuation before normalising differs: ≠ becomes = and splits.
    "设R(≠F3)是特征不为2的交换主理想整环",
    "a≠b a≮b a≯b",
    "豈\uf900一\u2f00 \u2b820\U0002b820a\U0002b91fb\U0002b920c",
    "𠀀𠮷野家😀 emoji 👨‍👩‍👧 2024年",
    "a\u0000b\u0007c\ufffdd\u200be\u00ad\u200df",
    "\ue788\uf06e漏\u0378字",
    "naïve café ÅÉÎ ｆｕｌｌ İß ﬁ Σς",
    "e\u0301\u0327\u0316 plain\u0300",
    "line\u2028para\u2029graph\u0085next\u000bvt\u000cff\u00a0nb\u3000wide",
    "[MASK] [mask] x[MASK]y[SEP]床[UNK][PAD]",
    "##ing play##ing ##",
    "x" * 100 + " " + "y" * 101 + " " + "一" * 101,
    "don’t stop… “quote” —dash— $+<=>^`|~",
    "ไทย ქართული हिन्दी العربية עברית 한국어 カタカナ ガギグ",
]
pool = "".join(corpus[:40]) + "\u0301\u0000\u200b\ufffd≠İΣ𠀀😀\u2028\u00a0[MASK] [SEP]" * 6
units = [pool[i] for i in range(len(pool))] + SPECIAL
texts += ["".join(draw.choice(units) for _ in range(draw.randint(0, 40))) for _ in range(200)]

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "vocab.txt"
    path.write_text("".join(f"{token}\n" for token in vocabulary), encoding="utf8", newline="\n")

    fast = BertWordPieceTokenizer(str(path))
    singles = []
    for text in texts:
        e = fast.encode(text)
        singles.append({"text": text, "ids": e.ids, "words": [-1 if w is None else w for w in e.word_ids], "offsets": e.offsets, "decoded": fast.decode(e.ids)})

    pairs = []
    for _ in range(150):
        a, b = draw.choice(texts), draw.choice(texts)
        length = draw.randint(3, 30)
        fast.enable_truncation(length, strategy="longest_first")
        e = fast.encode(a, b)
        pairs.append({"texts": [a, b], "maximumLength": length, "ids": e.ids, "segments": e.type_ids})
    fast.no_truncation()

    line = "".join(corpus) * 80
    assert len(line.encode()) > 1_000_000
    long = {"repeat": 80, "tokens": len(fast.encode(line).ids), "sha256": sha(fast.encode(line).ids)}

    settings = []
    for config in [{}, {"do_lower_case": False}, {"strip_accents": False}, {"strip_accents": True, "do_lower_case": False}, {"tokenize_chinese_chars": False}]:
        slow = BertTokenizer(vocab={t: i for i, t in enumerate(vocabulary)}, **config)
        settings.append({"config": config, "ids": [slow(text)["input_ids"] for text in texts[:16]]})

# Every code point between two letters, in blocks: the hash of the words, joined by line ends. Private planes and empty ones are left out.
BLOCKS = [*range(0, 0x34000, 0x4000), 0xE0000]
splitter = pre_tokenizers.BertPreTokenizer()
blocks = []
for start in BLOCKS:
    text = " ".join(f"a{chr(c)}b" for c in range(start, start + 0x4000) if not 0xD800 <= c < 0xE000)
    hashes = []
    for lowercase in [True, False]:
        words = [word for word, _ in splitter.pre_tokenize_str(normalizers.BertNormalizer(lowercase=lowercase).normalize_str(text))]
        hashes.append(hashlib.sha256("\n".join(words).encode()).hexdigest()[:16])
    blocks.append({"start": start, "lowercase": hashes[0], "cased": hashes[1]})

out = Path(__file__).parents[2] / "packages/tokenizer/fixtures/reference.json"
out.parent.mkdir(exist_ok=True)
out.write_text(
    json.dumps(
        {"corpus": corpus, "trainings": trainings, "vocabulary": vocabulary, "singles": singles, "pairs": pairs, "long": long, "settings": settings, "blocks": blocks},
        ensure_ascii=True,
        separators=(",", ":"),
    )
    + "\n",
)
print(out.stat().st_size, len(vocabulary), [(t["minimum"], len(t["words"]), len(t["tokens"])) for t in trainings])
