import { anything, callable, checkOptions, needed, whole } from '@cloze/checks';
import { type Candidates, type MaskedBatch, mask, type Policy, type SimilarWords } from '@cloze/masking';
import type { RandomStream } from '@cloze/random';
import type { TokenBatch } from '@cloze/tokenizer';

/** A batch of a corpus, which knows the example of each row. */
export interface CorpusBatch extends TokenBatch {
  /** Number of each row in the corpus, `[batch]`. */
  readonly examples: Int32Array;
  /** Epoch that each row was taken in, `[batch]`. */
  readonly epochs: Int32Array;
}

/**
 * Masks the batches of a corpus, whatever the policy, or by the policy of each step; steps and states pass through.
 *
 * A row's mask depends on (stream, epoch, example) alone, a fixed policy's choice on (stream, example): on no batch, order or resume.
 */
export async function* masked<State>(
  batches: AsyncIterable<readonly [step: number, batch: CorpusBatch, state: State]>,
  policy: Policy | ((step: number) => Policy),
  options: {
    readonly random: RandomStream;
    readonly maskId: number;
    readonly candidates: Candidates;
    readonly similar?: SimilarWords;
    readonly padId?: number;
    /** Room for targets in each row of a step, whose rows have so many tokens; default what its policy asks for. */
    readonly slots?: (step: number, length: number) => number;
  },
): AsyncGenerator<readonly [step: number, batch: MaskedBatch, state: State]> {
  checkOptions('masked', options, {
    random: needed(anything),
    maskId: needed(whole(0)),
    candidates: needed(anything),
    similar: callable,
    padId: whole(0),
    slots: callable,
  });
  const { random, slots, ...setting } = options;

  for await (const [step, batch, state] of batches) {
    const after = mask(batch, typeof policy === 'function' ? policy(step) : policy, {
      ...setting,
      ...(slots && { slots: slots(step, batch.shape[1]) }),
      randomOf: (row) => random.fork('mask', batch.epochs[row] as number, batch.examples[row] as number),
      exampleOf: (row) => random.fork('example', batch.examples[row] as number),
    });
    yield [step, after, state];
  }
}
