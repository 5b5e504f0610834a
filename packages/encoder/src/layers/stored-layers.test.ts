import { expect, it } from 'vitest';
import { smallModel } from '../../test/small-model.ts';
import { encoderConfig } from '../config/encoder-config.ts';
import { summary } from '../summary/summary.ts';
import { layerSequence, storedLayers } from './stored-layers.ts';

it.each([
  [{ layers: 3, sharedLayers: false }, 3, [0, 1, 2]],
  [{ layers: 3, sharedLayers: true }, 1, [0, 0, 0]],
  [{ layers: 4, sharedLayers: true, layerGroups: 2 }, 2, [0, 0, 1, 1]],
  [{ layers: 5, sharedLayers: true, layerGroups: 2 }, 2, [0, 0, 0, 1, 1]],
  [{ layers: 4, sharedLayers: true, layerGroups: 2, groupLayers: 2 }, 4, [0, 1, 0, 1, 2, 3, 2, 3]],
  [{ layers: 2, sharedLayers: true, layerGroups: 4 }, 4, [0, 2]],
])('%j: %i blocks have weights, %j run', (config, stored, sequence) => {
  expect(storedLayers(config)).toBe(stored);
  expect(layerSequence(config)).toEqual(sequence);
});

it('a summary counts each block as often as it runs', () => {
  const { config, host } = smallModel({ layers: 5, sharedLayers: true, layerGroups: 2 });
  const flops = (part: string) => summary(host, config).find((row) => row.part === part)?.flops ?? 0;
  expect(flops('layers/0') / flops('layers/1')).toBeCloseTo(3 / 2, 6);
});

it('groups without shared blocks are refused', () => {
  const sizes = { vocabularySize: 20, width: 16, layers: 2, heads: 2 };
  expect(() => encoderConfig({ ...sizes, layerGroups: 2 })).toThrow('layerGroups and groupLayers need sharedLayers');
});
