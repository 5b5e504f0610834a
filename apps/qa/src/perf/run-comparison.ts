import { setTimeout as sleep } from 'node:timers/promises';
import { bigMatmul } from './big-matmul.ts';
import type { Comparison, Peer, PeerName, PerfContext, Side } from './row.ts';

/** One line of `qa perf`: our time against a peer's. */
export interface ComparisonResult {
  readonly row: string;
  readonly engine: string;
  readonly ours: string;
  readonly ours_ms: number;
  readonly ours_median_ms: number;
  readonly ours_peak_mb: number;
  readonly ours_gflops?: number;
  readonly matmul_gflops?: number;
  readonly share_of_matmul?: number;
  readonly peer: string | null;
  readonly peer_ms: number | null;
  readonly peer_median_ms?: number;
  readonly peer_peak_mb?: number;
  /** Their least time / our least time. */
  readonly ratio: number | null;
  readonly ratio_median?: number;
  readonly reach: number | null;
  readonly reached?: boolean;
  readonly steps: number;
}

/** Threads of the side before may spin for some milliseconds after their work. */
const PAUSE = 30;
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number;
const round = (value: number, digits = 1) => Number(value.toFixed(digits));

/** Times all sides in turn, A/B/C, B/C/A, C/A/B, and gives a line for each peer; without a peer, one for our own time. */
export async function* runComparison(
  { row, ours, peers, flops, engineReach = 0.8, ...counts }: Comparison,
  context: PerfContext,
  { peers: asked, steps: usual }: { readonly peers: readonly PeerName[]; readonly steps: number },
): AsyncGenerator<ComparisonResult> {
  const steps = counts.steps ?? usual;
  const { against } = context;
  const onOtherEngine = against && {
    kind: 'engine' as const,
    reach: engineReach,
    prepare: async () => {
      const side = await ours({ ...context, engine: against });
      return { ...side, name: `${side.name}, on ${against.name} ${against.version}` };
    },
  };
  const chosen: Peer[] = [
    ...peers.filter(({ kind }) => kind === 'ours' || asked.includes(kind)),
    ...(onOtherEngine ? [onOtherEngine] : []),
  ];
  const sides: Side[] = [];
  try {
    sides.push(await ours(context));
    for (const { prepare } of chosen) sides.push(await prepare(context));
    const matmul = flops === undefined ? undefined : bigMatmul(context.engine);
    const times: number[][] = sides.map(() => []);
    const products: number[] = [];
    for (let i = 0; i < steps + (counts.warmup ?? 2); i++) {
      // Whoever comes after the large product or a heavy side finds colder memory: everyone does in turn.
      for (let turn = 0; turn < sides.length; turn++) {
        const side = (i + turn) % sides.length;
        times[side]?.push(await (sides[side] as Side).step());
        await sleep(PAUSE);
      }
      if (!matmul) continue;
      products.push(await matmul.step());
      await sleep(PAUSE);
    }
    const timed = times.map((all) => all.slice(-steps));
    const mine = timed[0] as number[];
    // Measured times, at most some thousands.
    const least = Math.min(...mine);
    // Measured times, at most some thousands.
    const reached = matmul && matmul.flops / Math.min(...products) / 1e6;
    const common = {
      row,
      engine: `${context.engine.name} ${context.engine.version}`,
      ours: sides[0]?.name as string,
      ours_ms: round(least, 2),
      ours_median_ms: round(median(mine), 2),
      ours_peak_mb: round(await (sides[0] as Side).peakMegabytes(), 0),
      ...(flops !== undefined && reached !== undefined
        ? {
            ours_gflops: round(flops / least / 1e6),
            matmul_gflops: round(reached),
            share_of_matmul: round(flops / least / 1e6 / reached, 2),
          }
        : {}),
    };
    matmul?.stop();
    if (chosen.length === 0) yield { ...common, peer: null, peer_ms: null, ratio: null, reach: null, steps };
    for (const [i, { reach }] of chosen.entries()) {
      const theirs = timed[i + 1] as number[];
      // Measured times, at most some thousands.
      const ratio = round(Math.min(...theirs) / least, 2);
      yield {
        ...common,
        peer: sides[i + 1]?.name as string,
        // Measured times, at most some thousands.
        peer_ms: round(Math.min(...theirs), 2),
        peer_median_ms: round(median(theirs), 2),
        peer_peak_mb: round(await (sides[i + 1] as Side).peakMegabytes(), 0),
        ratio,
        ratio_median: round(median(theirs) / median(mine), 2),
        reach,
        reached: ratio >= reach,
        steps,
      };
    }
  } finally {
    for (const side of sides) side.stop();
  }
}
