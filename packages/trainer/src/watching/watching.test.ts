import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runTraining } from '../run/run-training.ts';
import { crc32c } from './crc32c.ts';
import { eventRecord } from './event-record.ts';
import { jsonLines, truncateJsonLines } from './json-lines.ts';
import { duration, progressBar } from './progress-bar.ts';
import { tensorBoard } from './tensor-board.ts';

const hex = (parts: readonly Uint8Array[]) => Buffer.concat(parts).toString('hex');

describe('crc32c', () => {
  it('gives the values of RFC 3720, appendix B.4', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  });
});

describe('eventRecord', () => {
  it("is byte for byte what tensorboard's own writer makes", () => {
    const oracle = JSON.parse(readFileSync(new URL('../../fixtures/events.json', import.meta.url), 'utf8')) as {
      hex: string;
    };
    const ours = [
      eventRecord({ wallTime: 1700000000, fileVersion: 'brain.Event:2' }),
      eventRecord({ wallTime: 1700000000.25, step: 1, sessionStart: true }),
      eventRecord({ wallTime: 1700000001.5, step: 10, scalars: { 'train/loss': 2.5, 'train/gradNorm': 0.1 } }),
      eventRecord({ wallTime: 1700000002.5, step: 3000000000, scalars: { 'eval/損失': Number.NaN } }),
    ];
    expect(hex(ours)).toBe(oracle.hex);
  });
});

describe('callbacks', () => {
  const run = (callbacks: Parameters<typeof runTraining>[0]['callbacks'] = []) =>
    runTraining({
      maxSteps: 4,
      loggingSteps: 2,
      evalSteps: 4,
      evaluate: async () => ({ loss: 0.5 }),
      batchOf: (step) => step,
      step: async (step) => ({ loss: step }),
      tokensOf: () => 10,
      callbacks,
    });

  it('tensorBoard writes logs and evaluations', async () => {
    const parts: Uint8Array[] = [];
    await run([tensorBoard({ append: (bytes) => parts.push(bytes), now: () => 5 })]);
    const expected = [
      eventRecord({ wallTime: 5, fileVersion: 'brain.Event:2' }),
      eventRecord({ wallTime: 5, step: 1, sessionStart: true }),
      eventRecord({ wallTime: 5, step: 2, scalars: { 'train/loss': 1.5, 'train/tokens': 20 } }),
      eventRecord({ wallTime: 5, step: 4, scalars: { 'train/loss': 3.5, 'train/tokens': 40 } }),
      eventRecord({ wallTime: 5, step: 4, scalars: { 'eval/loss': 0.5 } }),
    ];
    expect(hex(parts)).toBe(hex(expected));
  });

  it('jsonLines writes one object a line, and truncation at a step makes it a log to go on with', async () => {
    const lines: string[] = [];
    await run([jsonLines({ write: (line) => lines.push(line) })]);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: 'begin', firstStep: 1, maxSteps: 4 },
      { event: 'log', step: 2, loss: 1.5, tokens: 20 },
      { event: 'log', step: 4, loss: 3.5, tokens: 40 },
      { event: 'evaluate', step: 4, loss: 0.5 },
      { event: 'end', reason: 'finished', step: 4, tokens: 40, skipped: 0, best: { step: 4, value: 0.5 } },
    ]);
    const torn = `${lines.join('')}{"event":"lo`;
    expect(truncateJsonLines(torn, 3)).toBe(lines[1]);
    expect(truncateJsonLines(torn, 4)).toBe(lines.slice(1, 4).join(''));
  });

  it('progressBar shows loss, tokens a second and time left of this process', async () => {
    const shown: string[] = [];
    let seconds = 0;
    const bar = progressBar({ write: (line) => shown.push(line), now: () => seconds, every: 0 });
    await bar.onTrainBegin?.({ firstStep: 11, maxSteps: 20 });
    seconds = 30;
    await bar.onStepEnd?.({ step: 15, loss: 2, tokens: 600, metrics: {}, updated: true });
    expect(shown).toEqual(['███████████████░░░░░ 15/20 loss 2.0000, 20 tokens/s, 30 s left\n']);
    expect([9.4, 185, 7620].map(duration)).toEqual(['9 s', '3 min 05 s', '2 h 07 min']);
  });
});
