import { bools, type HostTensor, ints } from '@cloze/backend';
import { padEncodings, type TokenBatch } from '@cloze/tokenizer';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { EncodedInput, Example, PreparedTask, TaskBatch } from '../tasks/prepared-task.ts';

/** Rows as an encoder takes them, `[rows, length]` each. RoBERTa has one segment; its tokenizers say so, others' may not. */
export function rowsOf(
  { config }: Pick<LoadedModel, 'config'>,
  batch: TokenBatch,
): Omit<TaskBatch<HostTensor>, 'targets'> {
  const segments = config.segmentTypes === 1 ? new Int32Array(batch.ids.length) : batch.segments;
  return {
    ids: ints(batch.shape, batch.ids),
    segments: ints(batch.shape, segments),
    attend: bools(batch.shape, batch.attend),
  };
}

/** Encodings of examples, one under the other, padded to a length. */
export function padded(
  examples: readonly Pick<EncodedInput, 'encodings'>[],
  length: number,
  padId: number,
): TokenBatch {
  return padEncodings(
    examples.flatMap(({ encodings }) => encodings),
    { padId, buckets: [length] },
  );
}

/** A batch to learn from. */
export function trainingBatch<Input, Target>(
  model: Pick<LoadedModel, 'config' | 'padId'>,
  task: Pick<PreparedTask<Input, unknown, Target>, 'targetsOf'>,
  examples: readonly Example<Input, Target>[],
  length: number,
): TaskBatch<HostTensor> {
  const batch = padded(examples, length, model.padId);
  return { ...rowsOf(model, batch), targets: task.targetsOf(examples, batch) };
}

/** Real tokens of a batch. */
export function tokensIn({ attend }: Pick<TaskBatch<HostTensor>, 'attend'>): number {
  let count = 0;
  for (const real of attend.values) count += real;
  return count;
}
