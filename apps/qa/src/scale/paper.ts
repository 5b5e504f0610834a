import { flattenTree, isHostTensor } from '@cloze/backend';
import { encoderConfig, initialParameters } from '@cloze/encoder';
import { streamFrom } from '@cloze/random';
import { sizeName, vocabularySize, type Work } from '../perf/work.ts';
import { type EstimatedStep, estimateStep, type MeasuredStep, stillPays } from './estimate.ts';
import type { ReplicaTimes } from './replica.ts';

/** What is put together of one model on paper. */
export interface PaperRow extends MeasuredStep {
  readonly work: string;
  readonly bits: number;
  readonly steps: readonly EstimatedStep[];
  /** The most machines of which each does half its worth or more. */
  readonly pays: number | undefined;
}

/** Numbers that a model of a size learns. */
const parametersOf = ({ layers, width }: Work): number =>
  flattenTree(initialParameters(encoderConfig({ vocabularySize, width, layers }), streamFrom(1)), isHostTensor).reduce(
    (sum, [, { values }]) => sum + values.length,
    0,
  );

/**
 * What a step takes by the row and by the step, from steps of one replica with few rows and with more, the exchange apart.
 *
 * `secondsPerRow = (t₂ − t₁)/(r₂ − r₁)`, `secondsPerStep = t₁ − r₁ · secondsPerRow`
 */
export function measuredStep(
  parameters: number,
  [few, more]: readonly [rows: number, times: Pick<ReplicaTimes, 'step' | 'exchange'>][],
): MeasuredStep {
  if (!few || !more) throw new RangeError('measuredStep: give the times of two numbers of rows.');
  const compute = ([, { step, exchange }]: typeof few) => (step[0] - exchange[0]) / 1000;
  const secondsPerRow = (compute(more) - compute(few)) / (more[0] - few[0]);
  return {
    parameters,
    secondsPerRow,
    secondsPerStep: Math.max(0, compute(few) - few[0] * secondsPerRow),
    secondsPerByte: Math.min(few[1].exchange[0], more[1].exchange[0]) / 1000 / (4 * parameters),
  };
}

/**
 * What a batch costs on more and more machines, for models that are measured here.
 *
 * @param sizes with two numbers of rows each that are measured @param measure times steps of two replicas of one thread each
 * @param rows of the batch @param faster cores that a machine has of the measured kind
 */
export function paper(
  sizes: readonly { readonly work: Omit<Work, 'batch'>; readonly rows: readonly [number, number] }[],
  measure: (work: Work) => ReplicaTimes,
  { rows, faster }: { readonly rows: number; readonly faster: number },
): PaperRow[] {
  return sizes.flatMap(({ work, rows: measured }) => {
    // Two replicas share the batch.
    const times = measured.map((each): [number, ReplicaTimes] => [each, measure({ ...work, batch: 2 * each })]);
    const known = measuredStep(parametersOf({ ...work, batch: 1 }), times);
    return [10e9, 100e9].map((bits) => {
      const steps = [1, 2, 4, 8, 16, 32, 64].map((machines) => estimateStep(known, { rows, machines, bits, faster }));
      return { work: sizeName({ ...work, batch: rows }), ...known, bits, steps, pays: stillPays(steps) };
    });
  });
}
