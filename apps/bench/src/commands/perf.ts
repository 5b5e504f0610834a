import { homedir } from 'node:os';
import { selectEngine } from '@cloze/backend';
import type { Command } from 'commander';
import { torchPeer } from '../perf/torch-peer.ts';
import { trainingStep, type Work } from '../perf/training-step.ts';
import { whole } from '../whole.ts';

/** Options of the speed comparison. */
export interface PerfOptions {
  readonly python: string;
  readonly steps: number;
  readonly json: boolean;
}

const rows: readonly (Work & { readonly reach: number })[] = [
  { layers: 2, width: 128, batch: 32, length: 64, dropout: 0.1, reach: 1.15 },
  { layers: 4, width: 256, batch: 16, length: 128, dropout: 0.1, reach: 1.1 },
  { layers: 12, width: 768, batch: 4, length: 128, dropout: 0.1, reach: 1.05 },
];

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number;
const round = (value: number, digits = 1) => Number(value.toFixed(digits));

/** Times the same training step here and in PyTorch, A/B/A/B in one run; two steps of each are warm-up. */
export async function perfCommand({ python, steps, json }: PerfOptions): Promise<void> {
  const { engine } = await selectEngine({
    surroundings: { env: process.env, home: homedir(), platform: process.platform, arch: process.arch },
  });
  for (const { reach, ...work } of rows) {
    const ours = trainingStep(engine, work);
    const theirs = await torchPeer(python, work);
    const [a, b]: [number[], number[]] = [[], []];
    for (let i = 0; i < steps + 2; i++) {
      a.push(await ours());
      b.push(await theirs.step());
    }
    theirs.stop();
    const [first, mine, peer] = [a[0] as number, a.slice(2), b.slice(2)];
    const result = {
      row: `MLM train step (${work.layers},${work.width},${work.batch}x${work.length}), dropout ${work.dropout}, AdamW, head on masked positions`,
      engine: `${engine.name} ${engine.version}`,
      ours_ms: round(Math.min(...mine)),
      ours_median_ms: round(median(mine)),
      first_step_ms: round(first),
      peer: `torch ${theirs.version} eager, AdamW(fused), SDPA`,
      peer_ms: round(Math.min(...peer)),
      peer_median_ms: round(median(peer)),
      ratio: round(Math.min(...peer) / Math.min(...mine), 2),
      ratio_median: round(median(peer) / median(mine), 2),
      reach,
      steps,
    };
    process.stdout.write(
      json
        ? `${JSON.stringify(result)}\n`
        : `${result.row}: ${result.ours_ms} ms, torch ${result.peer_ms} ms, ratio ${result.ratio} (reach ${reach}); medians ${result.ratio_median}\n`,
    );
  }
  engine.dispose();
}

/** Declares `bench perf`. */
export function addPerf(program: Command): void {
  program
    .command('perf')
    .description('time training steps against PyTorch on the same work, interleaved in one run')
    .requiredOption('--python <path>', 'an interpreter with torch and transformers (see tooling/oracles)')
    .option('--steps <number>', 'timed steps of each side', whole(1), 10)
    .option('--json', 'one JSON object a row on stdout', false)
    .addHelpText('after', '\nExample: pnpm bench perf --python .venv/bin/python --json')
    .action(perfCommand);
}
