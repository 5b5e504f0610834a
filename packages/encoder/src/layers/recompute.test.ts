import { constant, evaluate, gradients, referenceEngine, rootKey, square, sum } from '@cloze/backend';
import { expect, it } from 'vitest';
import { smallModel, tokens } from '../../test/small-model.ts';
import { encode } from '../families/families.ts';

it.each(['bert', 't-ta'] as const)(
  '%s gives the same values and gradients when blocks are computed again',
  async (family) => {
    const { config, tensors } = smallModel({ dropout: 0.2, attentionDropout: 0.2 });
    const engine = referenceEngine();
    const key = rootKey(constant([3, 1, 0], [3], 'int32'));
    const of = (recompute: boolean) => {
      const { hidden } = encode(family, tensors, tokens([2, 5, 9, 4, 0, 7, 8, 3], { rows: 2 }), config, key, {
        recompute,
      });
      const { embeddings, layers } = tensors;
      return evaluate(engine, { hidden, slopes: gradients(sum(square(hidden)), { embeddings, layers }) });
    };
    const [ours, theirs] = [of(true), of(false)];
    expect(Math.max(...theirs.slopes.embeddings.tokenTable.values)).toBeGreaterThan(1e-3);
    expect(ours).toEqual(theirs);
  },
);
