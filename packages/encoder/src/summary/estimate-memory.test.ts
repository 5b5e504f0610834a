import { constant, fill, flattenTree, gradients, isTensor, mapTree, rootKey, type Tensor } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { retainedBytes } from '../../test/retained-bytes.ts';
import { type EncoderConfig, encoderConfig } from '../config/encoder-config.ts';
import type { FamilyName } from '../families/families.ts';
import { encode, familyOf } from '../families/families.ts';
import { predictTokens } from '../heads/predict-tokens.ts';
import { maskedCrossEntropy } from '../losses/masked-cross-entropy.ts';
import { parameterSpecs } from '../parameters/parameter-specs.ts';
import type { EncoderParameters } from '../parameters/parameter-tree.ts';
import { estimateMemory } from './estimate-memory.ts';

const plan = { batch: 3, length: 24, slots: 4 };

/** Bytes that a masked-language-model step keeps between its passes, counted over its expression. */
function counted(config: EncoderConfig, family: FamilyName, recompute = false): number {
  const { batch, length, slots } = plan;
  const parameters: EncoderParameters<Tensor> = mapTree(parameterSpecs(config), ({ shape }) => fill([...shape], 0.1));
  const numbers = (value: number, columns: number) =>
    constant(Array(batch * columns).fill(value), [batch, columns], 'int32');
  const attend = constant(Array(batch * length).fill(1), [batch, length], 'bool');
  const inputs = { ids: numbers(1, length), segments: numbers(0, length), attend };
  const key = rootKey(constant([1, 2, 0], [3], 'int32'));
  const { hidden } = encode(family, parameters, inputs, config, key, { recompute });
  const logits = predictTokens(parameters, hidden, numbers(1, slots), config);
  const { loss } = maskedCrossEntropy(logits, numbers(1, slots), fill([batch, slots], 1));
  return retainedBytes(
    loss,
    flattenTree(gradients(loss, parameters), isTensor).map(([, slope]) => slope),
  );
}

describe('estimateMemory', () => {
  it.each([
    ['bert', {}, 0.005],
    ['bert', { dropout: 0, attentionDropout: 0 }, 0.005],
    ['bert', { layers: 5, heads: 8 }, 0.005],
    ['bert', { activation: 'relu' }, 0.005],
    ['bert', { activation: 'silu' }, 0.005],
    ['bert', { activation: 'gelu_new', headActivation: 'relu' }, 0.005],
    ['bert', { normPlacement: 'pre' }, 0.005],
    ['bert', { positionKind: 'relative' }, 0.005],
    ['bert', { attentionKind: 'random' }, 0.005],
    ['electra', { embeddingWidth: 16 }, 0.005],
    ['albert', { embeddingWidth: 16, sharedLayers: true }, 0.005],
    ['roformer', { positionKind: 'rotary' }, 0.005],
    ['bert', { gated: true }, 0.005],
    ['modernbert', { ...familyOf('modernbert').fresh, layers: 4 }, 0.02],
    ['t-ta', {}, 0.1],
  ] as const)('of %s with %j counts what stays between the passes, to a share of %d', (family, own, share) => {
    const config = encoderConfig({ vocabularySize: 60, width: 32, layers: 2, heads: 4, maximumLength: 30, ...own });
    const bytes = counted(config, family);
    expect(Math.abs(estimateMemory(config, { family, ...plan }).activations / bytes - 1)).toBeLessThan(share);
  });

  it('with recompute is what stays, streams between blocks, and one block, to a share of 0.01', () => {
    const configOf = (layers: number) =>
      encoderConfig({ vocabularySize: 60, width: 32, layers, heads: 4, maximumLength: 30 });
    const one = counted(configOf(2), 'bert') - counted(configOf(1), 'bert');
    const bytes = counted(configOf(6), 'bert', true) + one;
    const { activations } = estimateMemory(configOf(6), { ...plan, recompute: true });
    expect(Math.abs(activations / bytes - 1)).toBeLessThan(0.01);
  });

  it('of BERT-base: 110 M parameters with the head, four times that in bytes, twice again for AdamW', () => {
    const config = encoderConfig({ vocabularySize: 30522, width: 768, layers: 12 });
    const { parameterCount, parameters, gradients, optimiser, activations, total } = estimateMemory(config, {
      batch: 32,
      length: 128,
    });
    // transformers counts 109,514,298 for BertForMaskedLM.
    expect(parameterCount).toBe(109_514_298);
    expect([parameters, gradients, optimiser]).toEqual([1, 1, 2].map((n) => n * 4 * parameterCount));
    expect(total).toBe(16 * parameterCount + activations);
    expect(estimateMemory(config, { batch: 32, length: 128, optimiserSlots: 0 }).total).toBe(total - optimiser);
  });

  it('refuses numbers that are none, all at once', () => {
    const config = encoderConfig({ vocabularySize: 60, width: 32, layers: 2, heads: 4 });
    expect(() => estimateMemory(config, { batch: 0, length: 1.5, optimiserSlots: -1 })).toThrow(
      'estimateMemory: batch must be a positive whole number, got 0; length must be a positive whole number, got 1.5; optimiserSlots',
    );
  });
});
