import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { normaliseText } from '@cloze/datasets';
import { decodeLines } from '@cloze/datasets/node';
import type { CheckRecord } from './check-record.ts';
import { summariseLengths } from './summarise-lengths.ts';

/** What a plain text file holds: documents to pretrain on, or a vocabulary. */
export type TextKind = 'corpus' | 'vocabulary';

const specials = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/** The lines of a text file (`.gz` is unpacked), those that are no UTF-8 named. @throws when a `.gz` file is damaged */
function linesOf(path: string) {
  const bytes = readFileSync(path);
  const { text, bad } = decodeLines(path.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return { lines: lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)), bad };
}

/**
 * Reads a file of one document, or one vocabulary entry, a line.
 *
 * In a corpus an empty line parts documents and is left out; in a vocabulary it is a problem, as are entries that come twice and
 * special tokens that are missing.
 *
 * @param heldOut of other files, rows of normalised texts: those with a text that is a document here are counted
 * @param seen of each file before, its texts after normalisation; this file's are added
 */
export function* checkTextFile(
  kind: TextKind,
  data: string,
  file: string,
  seen: Map<string, ReadonlySet<string>>,
  heldOut: ReadonlyMap<string, readonly (readonly string[])[]>,
): Generator<CheckRecord> {
  let content: ReturnType<typeof linesOf>;
  try {
    content = linesOf(join(data, file));
  } catch (error) {
    yield { kind: 'problem', file, line: 0, reason: `the file cannot be read: ${(error as Error).message}` };
    return;
  }
  const { lines, bad } = content;
  const reasons = new Map([...bad].map((line) => [line, 'the line is no UTF-8']));
  const texts = new Map<string, number>();
  const rows: string[] = [];
  let [dropped, duplicates] = [0, 0];
  for (const [index, text] of lines.entries()) {
    const line = index + 1;
    if (bad.has(line)) continue;
    if (kind === 'vocabulary') {
      const before = texts.get(text);
      if (text === '') reasons.set(line, 'the entry is empty');
      else if (before !== undefined) reasons.set(line, `${JSON.stringify(text)} is on line ${before} too`);
      else {
        texts.set(text, line);
        rows.push(text);
      }
      continue;
    }
    if (text.trim() === '') dropped++;
    else {
      const key = normaliseText(text);
      if (texts.has(key)) duplicates++;
      else texts.set(key, line);
      rows.push(text);
    }
  }
  if (lines.length === 0) reasons.set(0, 'the file is empty');
  const missing = kind === 'vocabulary' ? specials.filter((token) => !texts.has(token)) : [];
  if (missing.length > 0) reasons.set(0, `${missing.join(', ')} missing`);
  const characters = summariseLengths(rows);
  yield {
    kind: 'file',
    task: kind,
    file,
    split: file.includes('.valid.') ? 'dev' : 'train',
    lines: lines.length,
    rows: rows.length,
    problems: reasons.size - (reasons.has(0) ? 1 : 0),
    dropped,
    duplicates,
    conflicts: 0,
    ...(characters && { characters }),
  };
  for (const [line, reason] of [...reasons].sort(([a], [b]) => a - b)) yield { kind: 'problem', file, line, reason };
  if (kind !== 'corpus') return;
  for (const [other, known] of seen) {
    const found = rows.filter((text) => known.has(normaliseText(text))).length;
    yield { kind: 'across', task: kind, file, other, rows: rows.length, duplicates: found, conflicts: 0 };
  }
  for (const [held, others] of heldOut) {
    const duplicates = others.filter((parts) => parts.some((part) => texts.has(part))).length;
    if (duplicates > 0)
      yield { kind: 'across', task: kind, file: held, other: file, rows: others.length, duplicates, conflicts: 0 };
  }
  seen.set(file, new Set(texts.keys()));
}
