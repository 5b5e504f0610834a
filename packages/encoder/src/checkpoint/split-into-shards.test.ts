import { expect, it } from 'vitest';
import { splitIntoShards } from './split-into-shards.ts';

const sizes = (...bytes: number[]) =>
  new Map(bytes.map((size, i) => [`t${i}`, { elements: size / 4, bytes: size }] as const));

it('closes a file when the next tensor would not fit; a larger one is alone', () => {
  const { files, index } = splitIntoShards(sizes(40, 60, 4, 400, 8, 92), 100);
  expect([...files]).toEqual([
    ['model-00001-of-00004.safetensors', ['t0', 't1']],
    ['model-00002-of-00004.safetensors', ['t2']],
    ['model-00003-of-00004.safetensors', ['t3']],
    ['model-00004-of-00004.safetensors', ['t4', 't5']],
  ]);
  expect(index?.metadata).toEqual({ total_parameters: 151, total_size: 604 });
  expect(index?.weight_map.t3).toBe('model-00003-of-00004.safetensors');
});
it('what fits into one file has no index', () => {
  expect(splitIntoShards(sizes(40, 60), 100)).toEqual({ files: new Map([['model.safetensors', ['t0', 't1']]]) });
});
it.each([0, -1, Number.NaN])('refuses %s bytes', (size) => {
  expect(() => splitIntoShards(sizes(4), size)).toThrow(`maxShardSize must be > 0 bytes, got ${size}`);
});
