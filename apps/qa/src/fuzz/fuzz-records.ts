import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import {
  allRecipes,
  type CompactRecord,
  compactRecord,
  findRecords,
  judgeSeries,
  type Manifest,
  planRuns,
  type RunRecord,
  scoreSet,
  scoreText,
  terminalReport,
  verifyCompactRecord,
} from '@cloze/bench';
import { integerBelow, type RandomStream, streamFrom } from '@cloze/random';
import { canonicalJson, sealOf, sha256, specHash } from '@cloze/sweeps/node';

/** What came of wrong records. */
export interface RecordFuzz {
  readonly files: number;
  /** Read, and reported on. */
  readonly accepted: number;
  /** Of the accepted ones, those that `verify` calls sound. */
  readonly sound: number;
  readonly refused: number;
  /** Errors that name no file, with the number of the file: none is allowed. */
  readonly crashes: readonly { readonly file: number; readonly error: string }[];
  /** Most memory that a file took beyond its own size, in bytes. */
  readonly worst: number;
  readonly slowestMs: number;
  readonly seconds: number;
}

/** A small record that is right. */
function soundRecord(): CompactRecord {
  const [recipe] = allRecipes.filter(({ name }) => name === 'drop-token');
  const [spec] = planRuns(recipe as (typeof allRecipes)[number], {
    ...{ size: 'tiny', seeds: [1], changes: {}, arms: ['tnews.drop-0.50'], data: 'poems' },
  });
  if (!spec) throw new Error('drop-token has no such arm.');
  const lines = Array.from({ length: 40 }, (_, id) => ({ id, label: `${id % 3}`, prediction: `${id % 2}` }));
  const scores = scoreSet({ name: 'tnews', kind: 'class', lines });
  const measures = { seconds: 1.5, lastLoss: 0.3 };
  const time = '2026-11-29T10:00:00.000Z';
  const manifest: Manifest = {
    ...{ schema: 2, spec: specHash(spec), commit: 'none', dirty: false, versions: { node: '24.0.0' } },
    ...{ machine: { cores: 2 }, engine: { name: 'reference', version: '1', threads: 1 }, data: [], started: time },
    ...{ finished: time, seconds: 2, resumed: 0, log: { tune: 4 } },
    files: {
      'spec.json': sha256(`${canonicalJson(spec)}\n`),
      'scores.json': sha256(scoreText({ scores, measures })),
    },
  };
  const steps = [{ phase: 'tune', step: 4, firstStep: 1, loss: 0.4, seconds: 1, tokens: 90 }];
  const record: RunRecord = {
    ...{ folder: '', spec, scores, measures, steps },
    manifest: { ...manifest, seal: sealOf(manifest) },
  };
  return compactRecord(record);
}

const numbers = '-1 0 1 0.5 1e9 1e400 -1e400 1e-400 -0 2147483648 9007199254740993 1e308'.split(' ');
const values = [
  ...['null', 'true', '[]', '{}', '""', '"../../x"', '"\\u0000"', '"\\u001b[2J"', '"__proto__"', '{"__proto__":{}}'],
  ...[
    '"AAAA"',
    '"=="',
    '[[[[[[]]]]]]',
    '{"length":1000000000}',
    '"1e9"',
    '"\\ud800"',
    `${'['.repeat(3000)}${']'.repeat(3000)}`,
  ],
];
const pick = <T>(random: RandomStream, from: readonly T[]): T => from[integerBelow(random, from.length)] as T;

/** One wrong thing done to a record's text: a number, a text, a name, a slice, a character. */
function bend(random: RandomStream, text: string): string {
  const replaced = (pattern: RegExp, by: string) => {
    const found = [...text.matchAll(pattern)];
    if (found.length === 0) return text;
    const { index, 0: old } = pick(random, found);
    return text.slice(0, index) + by + text.slice(index + old.length);
  };
  const at = integerBelow(random, text.length + 1);
  const length = 1 + integerBelow(random, 40);
  switch (integerBelow(random, 8)) {
    case 0:
      return replaced(/-?\d+(\.\d+)?/g, pick(random, numbers));
    case 1:
      return replaced(/"[^"]*"(?=[,}\]])/g, pick(random, values));
    case 2:
      return replaced(/"[^"]*"(?=:)/g, pick(random, ['"n"', '"bits"', '"__proto__"', '"toString"', '"x"', '""']));
    case 3:
      return replaced(/\{[^{}]*\}|\[[^[\]]*\]/g, pick(random, values));
    case 4:
      return text.slice(0, at) + text.slice(at + length);
    case 5:
      return text.slice(0, at) + text.slice(at - length, at) + text.slice(at);
    case 6:
      return text.slice(0, at) + String.fromCharCode(integerBelow(random, 256)) + text.slice(at + 1);
    default:
      return replaced(/-?\d+(\.\d+)?/g, pick(random, values));
  }
}

const held = () => {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
};

/**
 * Reads, verifies and reports on wrong records, each drawn from the seed by its number.
 *
 * A record is refused with a sentence that names its file, or read; nothing else may happen, whatever its numbers promise.
 */
export function fuzzRecords(
  files: number,
  { seed, onFile = () => {} }: { readonly seed: number; readonly onFile?: (done: number) => void },
): RecordFuzz {
  const started = performance.now();
  const root = mkdtempSync(join(tmpdir(), 'cloze-records-'));
  const path = join(root, 'kept', 'record.json');
  mkdirSync(join(root, 'kept'));
  const sound = JSON.stringify(soundRecord());
  const stream = streamFrom(seed).fork('fuzz records');
  const crashes: { file: number; error: string }[] = [];
  let [accepted, called, worst, slowest] = [0, 0, 0, 0];
  try {
    for (let i = 0; i < files; i++) {
      const random = stream.fork(i);
      let text = sound;
      for (let bent = integerBelow(random, 4); bent > 0; bent--) text = bend(random, text);
      writeFileSync(path, text);
      const since = performance.now();
      const before = held();
      try {
        const { records, unreadable } = findRecords(root);
        for (const { reason } of unreadable) if (!reason.startsWith(path)) throw new Error(`names no file: ${reason}`);
        terminalReport(allRecipes.flatMap((recipe) => judgeSeries(recipe, records)));
        const problems = verifyCompactRecord(path);
        if (records.length > 0) accepted++;
        if (records.length > 0 && problems.length === 0) called++;
      } catch (error) {
        crashes.push({ file: i, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
      worst = Math.max(worst, held() - before - text.length);
      slowest = Math.max(slowest, performance.now() - since);
      onFile(i + 1);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return {
    ...{ files, accepted, sound: called, refused: files - accepted - crashes.length, crashes, worst },
    ...{ slowestMs: Math.round(slowest), seconds: Math.round((performance.now() - started) / 1000) },
  };
}
