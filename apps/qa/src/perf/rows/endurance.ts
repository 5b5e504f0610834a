import { mlmTraining } from '../mlm-training.ts';
import type { Measurement } from '../row.ts';
import { sizeName } from '../work.ts';

const large = { layers: 12, width: 768, batch: 4, length: 128 };
const small = { layers: 2, width: 128, batch: 8, length: 32 };
const further = 2000;

/** Resident memory now, in MB; `process.memoryUsage` counts the same pages. */
const resident = () => process.memoryUsage.rss() / 2 ** 20;
const round = (value: number) => Number(value.toFixed(2));

/** The first step of a large model, from nothing but its weights in JavaScript. */
const firstStep: Measurement = {
  row: `first compiled MLM step ${sizeName(large)}`,
  measure: async ({ engine }) => {
    const { training, nextBatch } = mlmTraining(engine, large);
    const batch = nextBatch();
    const started = performance.now();
    const running = training.run(batch);
    const traced = performance.now() - started;
    await running;
    const first = performance.now() - started;
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const next = nextBatch();
      const from = performance.now();
      await training.run(next);
      times.push(performance.now() - from);
    }
    const name = `first compiled MLM step ${sizeName(large)}`;
    return [
      {
        row: `${name}: tracing, optimising, running`,
        ...{ value: round(first), unit: 'ms', reach: 4000, reach_is: 'at most' as const },
        second_step_ms: round(times[0] as number),
        // Measured times, at most some thousands.
        later_step_ms: round(Math.min(...times)),
      },
      { row: `${name}: tracing alone`, value: round(traced), unit: 'ms', reach: 500, reach_is: 'at most' },
    ];
  },
};

/** What a long run adds to memory. */
const growth: Measurement = {
  row: `resident memory over ${further} further MLM steps ${sizeName(small)}`,
  measure: async ({ engine }) => {
    const { training, nextBatch } = mlmTraining(engine, small);
    const run = async (steps: number) => {
      for (let i = 0; i < steps; i++) await training.run(nextBatch());
      global.gc?.();
    };
    await run(100);
    const before = resident();
    await run(further);
    const after = resident();
    return [
      {
        row: growth.row,
        ...{ value: round((100 * (after - before)) / before), unit: '% growth', reach: 2, reach_is: 'at most' },
        before_mb: round(before),
        after_mb: round(after),
      },
    ];
  },
};

/** Rows about one compiled step from birth to old age. */
export const enduranceRows: readonly Measurement[] = [firstStep, growth];
