"""Counts rows, labels and duplicates of every file of a data folder, and hashes its texts as the reference templates write them.

    python tooling/oracles/clue_counts.py DATA > packages/datasets/fixtures/clue-counts.json

Only figures and hashes go into the fixture, none of the data. Python's standard library alone.
"""

import collections
import hashlib
import json
import math
import pathlib
import sys
import unicodedata

data = pathlib.Path(sys.argv[1])


def json_lines(path):
    return [json.loads(line) for line in path.read_bytes().decode("utf-8").split("\n") if line != ""]


def tab_lines(path):
    return [line.split("\t") for line in path.read_bytes().decode("utf-8").split("\n") if line != ""]


def marked(row):
    """The noun between underscores, the pronoun between brackets, inserted from the right so that indices stay true."""
    text, target = row["text"], row["target"]
    places = []
    for which, left, right in (("span1", "_", "_"), ("span2", "[", "]")):
        start = target[which + "_index"]
        places += [(start, 1, left), (start + len(target[which + "_text"]), 0, right)]
    for at, _, mark in sorted(places, reverse=True):
        text = text[:at] + mark + text[at:]
    return text


templates = {
    "tnews": lambda r: [r["sentence"]],
    "iflytek": lambda r: [r["sentence"]],
    "afqmc": lambda r: [r["sentence1"], r["sentence2"]],
    "ocnli": lambda r: [r["sentence1"], r["sentence2"]],
    "bustm": lambda r: [r["sentence1"], r["sentence2"]],
    "cluewsc2020": lambda r: [marked(r)],
    "csl": lambda r: ["\uff1b".join(r["keyword"]), r["abst"]],
    "eprstmt": lambda r: [r["sentence"]],
    "csldcp": lambda r: [r["content"]],
}


def plain(texts):
    return tuple("".join(unicodedata.normalize("NFKC", text).lower().split()) for text in texts)


def within(rows):
    labels = collections.defaultdict(set)
    for texts, label in rows:
        labels[plain(texts)].add(label)
    return {
        "rows": len(rows),
        "duplicates": len(rows) - len(labels),
        "conflicts": sum(len(known) > 1 for known in labels.values()),
    }


def across(rows, others):
    labels = collections.defaultdict(set)
    for texts, label in others:
        labels[plain(texts)].add(label)
    found = [(plain(texts), label) for texts, label in rows if plain(texts) in labels]
    return {
        "rows": len(rows),
        "duplicates": len(found),
        "conflicts": sum(label not in labels[key] for key, label in found),
    }


def lengths(texts):
    """Code points: nearest-rank median and 95 %, mean to two decimals."""
    found = sorted(map(len, texts))
    return {
        "least": found[0],
        "median": found[math.ceil(0.5 * len(found)) - 1],
        "mean": round(sum(found) / len(found), 2),
        "p95": found[math.ceil(0.95 * len(found)) - 1],
        "most": found[-1],
    }


def describe(files):
    """`files`: name to (texts, label) rows; train first, dev second."""
    (_, train), (_, dev) = files
    result = {}
    for name, rows in files:
        digest = hashlib.sha256()
        for texts, _ in rows:
            digest.update(("\x1f".join(texts) + "\x1e").encode("utf-8"))
        result[name] = {
            "within": within(rows),
            "labels": dict(sorted(collections.Counter(label for _, label in rows).items())),
            "texts": digest.hexdigest(),
            "characters": lengths(["".join(texts) for texts, _ in rows]),
        }
    return {"files": result, "devInTrain": across(dev, train)}


out = {}
for task, template in templates.items():
    out[task] = describe(
        [
            (f"{split}.json", [(template(r), str(r["label"])) for r in json_lines(data / "clue" / task / f"{split}.json")])
            for split in ("train", "dev")
        ]
    )
titles = describe(
    [(f"{split}.tsv", [([r[1]], r[2]) for r in tab_lines(data / "csl-title" / f"{split}.tsv")]) for split in ("train", "dev")]
)
for described in titles["files"].values():
    described["labels"] = {}
out["csl-title"] = titles
out["sentiment"] = describe(
    [
        (f"sentiment.{split}.data", [([r[0]], r[1]) for r in tab_lines(data / "sentiment" / f"sentiment.{split}.data")])
        for split in ("train", "valid")
    ]
)
lines = (f"{json.dumps(task)}: {json.dumps(found, ensure_ascii=False, sort_keys=True)}" for task, found in out.items())
print("{\n" + ",\n".join(lines) + "\n}")
