"""Counts what every file of a data folder holds: lines, questions or gaps, by Python's standard library alone, sharing no code with the readers.

    python tooling/oracles/data_rows.py DATA > packages/datasets/fixtures/data-rows.json

Only counts go into the fixture, none of the data. Headers count nothing; rows without a majority label (-) are counted apart.
"""

import collections
import csv
import gzip
import io
import json
import pathlib
import sys

data = pathlib.Path(sys.argv[1])


def lines_of(raw):
    return [line for line in raw.decode("utf-8-sig").split("\n") if line.strip() != ""]


def count(path):
    """Rows and named flaws of a file."""
    name, raw = path.relative_to(data).as_posix(), path.read_bytes()
    flaws = 0
    if name.startswith("clue/cmrc2018/"):
        questions = 0
        for article in json.loads(raw)["data"]:
            for paragraph in article["paragraphs"]:
                for qa in paragraph["qas"]:
                    questions += 1
                    for answer in qa["answers"]:
                        start, text = answer["answer_start"], answer["text"]
                        flaws += start < 0 or paragraph["context"][start:start + len(text)] != text
        return questions, flaws
    if name.startswith("clue/c3/"):
        questions = [q for document in json.loads(raw) for q in document[1]]
        return len(questions), sum(n - 1 for q in questions for n in collections.Counter(q["choice"]).values() if n > 1)
    if name.endswith(".csv"):
        return sum(1 for _ in csv.DictReader(io.StringIO(raw.decode("utf-8")))), 0
    if name.startswith("glue/"):
        return len(lines_of(raw)) - (0 if "/CoLA/" in name else 1), 0
    if name.endswith(".gz"):
        raw = gzip.decompress(raw)
    if name.startswith("vocab/"):
        # An entry may be white space.
        return len([line for line in raw.decode("utf-8").split("\n") if line != ""]), 0
    rows = lines_of(raw)
    if name.startswith("minimal-pairs/"):
        pairs = [json.loads(row) for row in rows]
        flaws = sum(pair["sentence_good"] == pair["sentence_bad"] for pair in pairs)
    if name.startswith("clue/cluener/"):
        for row in rows:
            spans = sorted(tuple(s) for names in json.loads(row)["label"].values() for found in names.values() for s in found)
            flaws += sum(a[1] >= b[0] for a, b in zip(spans, spans[1:]))
    if name.startswith("ner/"):
        for row in rows:
            tags = ["O", *json.loads(row)["label"]]
            # BIO: an inside goes on an entity of its own type.
            flaws += sum(tag[0] == "I" and (before[0] not in "BI" or before[2:] != tag[2:]) for before, tag in zip(tags, tags[1:]))
    if name.startswith(("clue/ocnli/", "clue/cmnli/")):
        return sum(json.loads(row)["label"] != "-" for row in rows), 0
    return len(rows), flaws


result = {}
for path in sorted(data.rglob("*")):
    if path.is_file() and path.suffix != ".md":
        rows, flaws = count(path)
        result[path.relative_to(data).as_posix()] = {"rows": rows, **({"flaws": flaws} if flaws else {})}
json.dump(result, sys.stdout, ensure_ascii=False, indent=1)
print()
