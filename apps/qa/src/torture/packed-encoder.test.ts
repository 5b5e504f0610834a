import { constant, evaluate, type HostTensor, mapTree, referenceEngine } from '@cloze/backend';
import { packSequences } from '@cloze/datasets';
import { encodeBert, encoderConfig, initialParameters, packed } from '@cloze/encoder';
import { integerBelow, streamFrom } from '@cloze/random';
import { describe, expect, it } from 'vitest';

describe('packed rows', () => {
  it('give every token of a BERT what it gives unpacked, to 1e-5', async () => {
    const engine = referenceEngine();
    const config = encoderConfig({ vocabularySize: 40, width: 16, layers: 2, heads: 2, maximumLength: 24 });
    const random = streamFrom(4);
    const parameters = mapTree(initialParameters(config, random), ({ values, shape }: HostTensor) =>
      constant(values, shape),
    );
    const sequences = Array.from({ length: 9 }, () => ({
      ids: Int32Array.from({ length: 2 + integerBelow(random, 10) }, () => integerBelow(random, 40)),
    }));
    const rows = packSequences(sequences, { length: 24, padId: 0 });
    const hidden = (shape: readonly number[], ids: Int32Array, positions: Int32Array, texts: Int32Array) => {
      const whole = (values: Int32Array) => constant(values, shape, 'int32');
      const attend = constant(
        texts.map((text) => Math.min(1, text)),
        shape,
        'bool',
      );
      const inputs = {
        ids: whole(ids),
        segments: whole(new Int32Array(ids.length)),
        attend,
        positionIds: whole(positions),
      };
      const { hidden: x } = encodeBert(parameters as never, inputs, config, undefined, {
        visible: packed(whole(texts), attend),
      });
      return evaluate(engine, { x }).x.values;
    };
    const together = hidden(rows.shape, rows.ids, rows.positionIds, rows.texts);
    let worst = 0;
    for (const [i, { ids }] of sequences.entries()) {
      const { row, from, count } = rows.places[i] as (typeof rows.places)[number];
      const alone = hidden([1, count], ids, Int32Array.from(ids.keys()), new Int32Array(count).fill(1));
      for (const [j, value] of alone.entries())
        worst = Math.max(worst, Math.abs((together[(row * 24 + from) * 16 + j] as number) - value));
    }
    expect(rows.shape[0]).toBeLessThan(sequences.length);
    expect(worst).toBeLessThan(1e-5);
  });
});
