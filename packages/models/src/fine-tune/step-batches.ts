import type { HostTensor } from '@cloze/backend';
import type { RandomStream } from '@cloze/random';
import type { LoadedModel } from '../model/loaded-model.ts';
import { modelBatch } from '../model/model-batch.ts';
import type { EncodedInput, Example, PreparedTask, TaskBatch } from '../tasks/prepared-task.ts';
import type { BatchOrder } from './batch-order.ts';
import { padded, trainingBatch } from './task-batches.ts';

/** Rows of a training and the order in which they are learnt. */
export interface OrderedRows<Input, Target> {
  readonly train: readonly Example<Input, Target>[];
  readonly order: BatchOrder;
  /** Rows without labels, as many a step as there are others. */
  readonly unlabelled?: { readonly rows: readonly EncodedInput<Input>[]; readonly order: BatchOrder } | undefined;
}

/** How a step's rows are cut: `parts` of each of `replicas` processes, of which this one has number `rank`. */
export interface StepShare {
  readonly parts: number;
  readonly rank: number;
  readonly replicas: number;
}

/** Tokens that every step leaves out anew. */
export interface StepDrops {
  readonly rate: number;
  /** Forked by step and row: what a row loses does not depend on how the step is cut. */
  readonly random: RandomStream;
}

/** The batches of step t = 1, 2, … that this process learns from, one a part; they follow from the step alone. */
export function stepBatches<Input, Target>(
  model: Pick<LoadedModel, 'config' | 'padId'>,
  task: Pick<PreparedTask<Input, unknown, Target>, 'targetsOf' | 'encodingsEach'>,
  { train, order, unlabelled }: OrderedRows<Input, Target>,
  { parts, rank, replicas }: StepShare,
  drops: StepDrops,
): (step: number) => [TaskBatch<HostTensor>, ...TaskBatch<HostTensor>[]] {
  return (step) => {
    const [labelled, others] = [order.of(step), unlabelled?.order.of(step)];
    const size = labelled.rows.length / (parts * replicas);
    const random = drops.random.fork(step);
    return Array.from({ length: parts }, (_, i): TaskBatch<HostTensor> => {
      const from = (rank * parts + i) * size;
      const chosen = Array.from(labelled.rows.slice(from, from + size), (row) => train[row] as Example<Input, Target>);
      const dropping = {
        rate: drops.rate,
        randomOf: (row: number) => random.fork(from * task.encodingsEach + row),
        buckets: order.buckets.filter((bucket) => bucket <= labelled.length),
      };
      const batch = trainingBatch(model, task, chosen, labelled.length, drops.rate > 0 ? dropping : undefined);
      if (!unlabelled || !others) return batch;
      const free = Array.from(
        others.rows.slice(from, from + size),
        (row) => unlabelled.rows[row] as EncodedInput<Input>,
      );
      return { ...batch, unlabelled: modelBatch(padded(free, others.length, model.padId), model.config) };
    }) as [TaskBatch<HostTensor>, ...TaskBatch<HostTensor>[]];
  };
}
