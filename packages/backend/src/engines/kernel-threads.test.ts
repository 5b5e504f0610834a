import { afterAll, expect, it } from 'vitest';
import { type AdamLeaves, adamJob } from '../lowering/adam-kernel.ts';
import type { KernelJob } from '../lowering/kernel-work.ts';
import { philoxFill } from '../lowering/philox-kernel.ts';
import { type KernelThreads, kernelThreads } from './kernel-threads.ts';

const threads = [1, 2, 3].map((count) => kernelThreads(count));
afterAll(() => {
  for (const { dispose } of threads) dispose();
});

const factors = { meanShare: 0.1, varianceShare: 0.001, kept: 0.999, scale: 0.03, epsilon: 1e-6 };

function adamOf({ hold }: Pick<KernelThreads, 'hold'>, length: number): KernelJob {
  const leaf = (of: (i: number) => number) => {
    const values = hold({ shape: [length], dtype: 'float32' }).values as AdamLeaves['mean'];
    for (let i = 0; i < length; i++) values[i] = of(i);
    return values;
  };
  return adamJob(
    {
      parameter: leaf((i) => Math.sin(i)),
      mean: leaf((i) => Math.cos(i)),
      variance: leaf((i) => Math.abs(Math.sin(3 * i))),
      gradient: leaf((i) => Math.cos(5 * i)),
    },
    factors,
  );
}

function maskOf({ hold }: Pick<KernelThreads, 'hold'>, rows: number, width: number): KernelJob {
  const { buffer } = hold({ shape: [rows, width], dtype: 'bool' }).values;
  return philoxFill({ dtype: 'bool', rows, width }, [1, 2, 3], 4, new Uint8Array(buffer), 0.1);
}

/** Work of many sizes: pieces end within arrays and with them. */
const jobsOf = (own: Pick<KernelThreads, 'hold'>): KernelJob[] => [
  ...[adamOf(own, 200_001), maskOf(own, 300, 1000), adamOf(own, 3), adamOf(own, 1 << 17)],
  ...[maskOf(own, 7, 13), maskOf(own, 3000, 101)],
];
const bytesOf = (jobs: readonly KernelJob[]) =>
  Buffer.concat(jobs.flatMap(({ arrays }) => arrays.map(({ buffer }) => Buffer.from(buffer))));

it('does the same on one, two and three threads, to the bit, again and again', () => {
  const found = threads.map((own) => {
    const jobs = jobsOf(own);
    return Array.from({ length: 20 }, () => {
      own.run(jobs);
      return bytesOf(jobs);
    });
  });
  for (const [i, once] of (found[0] ?? []).entries())
    for (const more of found.slice(1)) expect(more[i]?.equals(once)).toBe(true);
});

it('other threads take their part once they have begun, and none of little work', async () => {
  const [one, two] = threads as [KernelThreads, KernelThreads];
  const large = (own: KernelThreads) => [adamOf(own, 1 << 22)];
  const jobs = large(two);
  await expect.poll(() => two.run(jobs), { interval: 1, timeout: 20_000 }).toBeGreaterThan(0);
  expect(one.run(large(one))).toBe(0);
  expect(two.run([adamOf(two, 1 << 16)])).toBe(0);
});

it('memory that is not held is worked on by this thread, beside the rest', () => {
  const elsewhere = {
    hold: ({ shape, dtype }: Parameters<KernelThreads['hold']>[0]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return { shape, dtype, values: dtype === 'bool' ? new Uint8Array(size) : new Float32Array(size) };
    },
  };
  for (const own of threads) {
    const mixed = [...jobsOf(own), ...jobsOf(elsewhere)];
    own.run(mixed);
    const [held, outside] = [mixed.slice(0, mixed.length / 2), mixed.slice(mixed.length / 2)];
    expect(bytesOf(held).equals(bytesOf(outside))).toBe(true);
  }
});

it('a piece that fails is told, whoever had it', () => {
  for (const count of [1, 2]) {
    const own = kernelThreads(count);
    const broken = { ...adamOf(own, 1 << 19), stretch: -1 };
    expect(() => own.run([broken])).toThrow();
    own.dispose();
  }
});
