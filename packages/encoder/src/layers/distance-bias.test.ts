import { constant, evaluate, gatherRows, referenceEngine } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { architectures, distance } from '../../test/architecture-fixture.ts';
import { smallModel, tokens } from '../../test/small-model.ts';
import { typicalConfig } from '../../test/typical-config.ts';
import { encoderConfig } from '../config/encoder-config.ts';
import { encode } from '../families/families.ts';
import { biasBucket } from './distance-bias.ts';

const engine = referenceEngine();
const { config, tensors } = smallModel(typicalConfig('mpnet'));
const ids = [2, 7, 9, 3, 11, 5];
const hiddenOf = (row: readonly number[], places?: readonly number[]) => {
  const positionIds = places && constant(places, [1, places.length], 'int32');
  const rows = { ...tokens(row), ...(positionIds && { positionIds }) };
  return evaluate(engine, encode('mpnet', tensors, rows, config).hidden).values;
};

describe('a bias of distances', () => {
  it('has transformers’ buckets, of keys behind and before', () => {
    const { behind, before } = architectures.biasBuckets;
    expect(behind.map((_, apart) => biasBucket(apart, 32))).toEqual(behind);
    expect(before.map((_, apart) => biasBucket(-apart, 32))).toEqual(before);
  });

  it('follows the positions that are given: those of the row change nothing, reversed ones reverse the vectors', () => {
    const plain = hiddenOf(ids);
    expect(
      distance(
        hiddenOf(
          ids,
          ids.map((_, i) => i),
        ),
        plain,
      ),
    ).toBeLessThan(1e-6);
    const back = hiddenOf(
      [...ids].reverse(),
      ids.map((_, i) => ids.length - 1 - i),
    );
    const rows = ids.map((_, i) => back.slice(16 * i, 16 * i + 16));
    expect(
      distance(
        rows.reverse().flatMap((row) => [...row]),
        plain,
      ),
    ).toBeLessThan(1e-6);
  });

  it('keeps to the row where tokens take other rows of the position table (a padding token that a text spells)', () => {
    const asked = [0, -1, 1, 2, -1, 3];
    const tablePositions = constant(asked, [1, 6], 'int32');
    const { positionTable: table, ...embeddings } = tensors.embeddings;
    if (!table) throw new Error('MPNet has a position table');
    // The same by the definition: a table that has these rows in this order behind its two first.
    const inOrder = gatherRows(
      table,
      constant([0, 1, ...asked.map((row) => row + config.positionOffset)], [8], 'int32'),
    );
    const moved = { ...tensors, embeddings: { ...embeddings, positionTable: inOrder } };
    const hidden = evaluate(engine, encode('mpnet', tensors, { ...tokens(ids), tablePositions }, config).hidden).values;
    const expected = evaluate(engine, encode('mpnet', moved, tokens(ids), config).hidden).values;
    expect(distance(hidden, expected)).toBeLessThan(1e-6);
    expect(distance(hidden, hiddenOf(ids))).toBeGreaterThan(1e-3);
  });

  it('refuses buckets too few, and parameters without it', () => {
    const sizes = { vocabularySize: 20, width: 16, layers: 1, heads: 2 };
    expect(() => encoderConfig({ ...sizes, biasBuckets: 3 })).toThrow('biasBuckets must be 0, or at least 4, got 3');
    const { distanceBias: _none, ...without } = tensors;
    expect(() => encode('mpnet', without, tokens(ids), config)).toThrow("biasBuckets need 'distanceBias'");
  });
});
