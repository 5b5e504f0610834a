import { compactSchema } from './record-schema.ts';
import { type RunRecord, readJson } from './run-record.ts';
import type { Score } from './score-set.ts';

/** Scores whose examples are 0 or 100 only, as bits: a thousandth of the size of the predictions. */
export type CompactScore = Omit<Score, 'examples'> & {
  readonly examples: readonly number[] | { readonly bits: string };
};

/** A record without predictions, checkpoints and most steps: what is committed. It holds no text of any data. */
export type CompactRecord = Omit<RunRecord, 'folder' | 'scores'> & { readonly scores: readonly CompactScore[] };

/** Log lines kept of each phase. */
const keptLines = 16;

const isBinary = (examples: readonly number[]) =>
  examples.length > 0 && examples.every((value) => value === 0 || value === 100);

/** Packs examples of 0 and 100, the first in the lowest bit of the first byte. */
export function packBits(examples: readonly number[]): string {
  const bytes = new Uint8Array(Math.ceil(examples.length / 8));
  for (const [i, value] of examples.entries()) if (value) bytes[i >> 3] = (bytes[i >> 3] as number) | (1 << (i & 7));
  return Buffer.from(bytes).toString('base64');
}

/** What `packBits` packed. */
export function unpackBits(bits: string, n: number): number[] {
  const bytes = Buffer.from(bits, 'base64');
  return Array.from({ length: n }, (_, i) => ((bytes[i >> 3] as number) & (1 << (i & 7)) ? 100 : 0));
}

/** Makes a record small enough to be committed. */
export function compactRecord({ folder: _, scores, steps, ...rest }: RunRecord): CompactRecord {
  const phases = [...new Set(steps.map(({ phase }) => phase))];
  const digits = (value: number | string) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value);
  return {
    ...rest,
    scores: scores.map((score) => ({
      ...score,
      examples: isBinary(score.examples) ? { bits: packBits(score.examples) } : score.examples,
    })),
    steps: phases.flatMap((phase) => {
      const lines = steps.filter((line) => line.phase === phase);
      const every = Math.ceil(lines.length / keptLines);
      return lines
        .filter((_line, i) => (lines.length - 1 - i) % every === 0)
        .map(({ phase: own, step, loss, seconds = 0, tokens = 0 }) => ({
          phase: own,
          step,
          ...(loss !== undefined && { loss: digits(loss) }),
          seconds: digits(seconds),
          tokens,
        }));
    }),
  };
}

/** Reads a committed record. @throws {Error} naming the file, and what in it does not fit */
export const readCompactRecord = (path: string): RunRecord => expandRecord(path, readJson(path, compactSchema));

/** A compact record as a record again. */
export function expandRecord(path: string, { scores, ...rest }: CompactRecord): RunRecord {
  return {
    ...rest,
    folder: path,
    scores: scores.map(({ examples, ...score }) => ({
      ...score,
      examples: 'bits' in examples ? unpackBits(examples.bits, score.n) : examples,
    })),
  };
}
