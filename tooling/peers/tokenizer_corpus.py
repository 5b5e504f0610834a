"""Prints one line a text of standard input: its ids by Python's BertWordPieceTokenizer. usage: python tokenizer_corpus.py VOCAB < TEXT"""
import sys
from tokenizers import BertWordPieceTokenizer

tokenizer = BertWordPieceTokenizer(sys.argv[1])
lines = sys.stdin.buffer.read().decode('utf8').split('\n')
for start in range(0, len(lines), 2000):
    for encoding in tokenizer.encode_batch(lines[start : start + 2000]):
        print(*encoding.ids)
