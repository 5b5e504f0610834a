import type { OperationTime } from '@cloze/backend';

/** What one kind of operation costs in a step. */
export interface KindCost {
  readonly operation: string;
  readonly calls: number;
  /** Milliseconds of its kernels in a step, median over steps. Kernels run side by side, so kinds add up to more than the step. */
  readonly ms: number;
  /** Of all kernels' milliseconds, 0 to 1. */
  readonly share: number;
}

/** Costs by kind of operation over several steps, the dearest first. */
export function summariseTimes(steps: readonly (readonly OperationTime[])[]): KindCost[] {
  const kinds = new Map<string, { calls: number; times: number[] }>();
  for (const [number, times] of steps.entries()) {
    for (const { operation, duration } of times) {
      const kind = kinds.get(operation) ?? { calls: 0, times: steps.map(() => 0) };
      kinds.set(operation, kind);
      kind.times[number] = (kind.times[number] as number) + duration;
      if (number === 0) kind.calls++;
    }
  }
  const costs = [...kinds].map(([operation, { calls, times }]) => {
    const sorted = times.sort((a, b) => a - b);
    return { operation, calls, ms: (sorted[sorted.length >> 1] as number) / 1000 };
  });
  const whole = costs.reduce((total, { ms }) => total + ms, 0);
  return costs.map((cost) => ({ ...cost, share: cost.ms / whole })).sort((a, b) => b.ms - a.ms);
}
