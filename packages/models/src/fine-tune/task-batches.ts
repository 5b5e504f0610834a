import type { HostTensor } from '@cloze/backend';
import { dropTokens } from '@cloze/masking';
import type { RandomStream } from '@cloze/random';
import { padEncodings, type TokenBatch } from '@cloze/tokenizer';
import type { LoadedModel } from '../model/loaded-model.ts';
import { modelBatch } from '../model/model-batch.ts';
import type { EncodedInput, Example, PreparedTask, TaskBatch } from '../tasks/prepared-task.ts';

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

/** Tokens that rows lose in training. */
export interface Dropping {
  /** Share of the tokens. */
  readonly rate: number;
  /** The stream of each row. */
  readonly randomOf: (row: number) => RandomStream;
  /** Lengths that what is left may be padded to. */
  readonly buckets: readonly number[];
}

/** A batch to learn from. @param dropping default none */
export function trainingBatch<Input, Target>(
  { config, padId }: Pick<LoadedModel, 'config' | 'padId'>,
  task: Pick<PreparedTask<Input, unknown, Target>, 'targetsOf'>,
  examples: readonly Example<Input, Target>[],
  length: number,
  dropping?: Dropping,
): TaskBatch<HostTensor> {
  const batch = padded(examples, length, padId);
  const rows = dropping ? dropTokens(batch, { ...dropping, padId }) : batch;
  return { ...modelBatch(rows, config), targets: task.targetsOf(examples, batch) };
}
