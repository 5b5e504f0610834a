import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';
import {
  encode,
  nativeTokenizer,
  parseVocabulary,
  tokenizerJson,
  vocabularyFrom,
} from '../../packages/tokenizer/src/index.ts';

/**
 * Compares the native tokenizer and `encode` with Python's on every line of a corpus; exit code 1 when a line differs.
 *
 * usage: node --import tsx --conditions=@cloze/source tooling/peers/tokenizer-corpus.ts PYTHON VOCAB CORPUS[.gz]
 */
const [python, vocab, corpus] = process.argv.slice(2);
if (!python || !vocab || !corpus) {
  process.stderr.write('usage: tokenizer-corpus.ts PYTHON VOCAB CORPUS[.gz]\n');
  process.exit(2);
}
const bytes = corpus.endsWith('.gz') ? gunzipSync(readFileSync(corpus)) : readFileSync(corpus);
const lines = bytes.toString('utf8').split('\n');
const vocabulary = vocabularyFrom(parseVocabulary(readFileSync(vocab), vocab));
const tokenizer = nativeTokenizer(tokenizerJson(vocabulary));

const child = spawn(python, [new URL('tokenizer_corpus.py', import.meta.url).pathname, vocab], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
child.stdin.end(bytes);
let [tokens, native, own, at] = [0, 0, 0, 0];
let waiting: string[] = [];
const compare = async () => {
  const texts = lines.slice(at, at + waiting.length);
  for (const [i, { ids }] of (await tokenizer.encodeBatch(texts)).entries()) {
    tokens += ids.length;
    if (ids.join(' ') !== waiting[i]) native++;
    if (encode(vocabulary, texts[i] as string).ids.join(' ') !== waiting[i]) own++;
  }
  at += waiting.length;
  waiting = [];
};
for await (const line of createInterface({ input: child.stdout })) if (waiting.push(line) === 2000) await compare();
await compare();
process.stdout.write(
  `${at} of ${lines.length} lines, ${tokens} tokens; lines that differ from Python: native ${native}, encode ${own}\n`,
);
process.exit(native + own > 0 || at !== lines.length ? 1 : 0);
