import { constant, evaluate, type HostTensor, mapTree } from '@cloze/backend';
import { encode } from '@cloze/encoder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallModel } from '../../test/small-model.ts';
import type { Model } from '../model/model.ts';
import { openModel } from '../node/open-model.ts';
import { encodeTexts } from './encode-texts.ts';
import { npy } from './npy.ts';

let model: Model;
beforeAll(async () => {
  model = await openModel(await smallModel('bert', { dropout: 0, attentionDropout: 0 }), {
    placement: { fuse: false },
  });
});
afterAll(() => model.dispose());

const texts = ['床前明月光', '好', '举头望明月低头思故乡'];
async function all(options: Parameters<typeof encodeTexts>[2]) {
  const found = [];
  for await (const encoded of encodeTexts(model, texts, options)) found.push(encoded);
  return found;
}

describe('encodeTexts', () => {
  it('gives what the encoder gives a text alone, whatever shares its batch, without padding', async () => {
    const found = await all({ layers: [0, 1, -1], attention: [2], rows: 2 });
    expect(found.map(({ text }) => text)).toEqual(texts);
    for (const { text, tokens, states, attention } of found) {
      expect(tokens).toEqual(['[CLS]', ...text, '[SEP]']);
      const [encoding] = await model.tokenizer.encodeBatch([text]);
      const ids = Array.from(encoding?.ids ?? []);
      const row = (values: number[], dtype: 'int32' | 'bool') => constant(values, [1, ids.length], dtype);
      const inputs = {
        ids: row(ids, 'int32'),
        segments: row(
          ids.map(() => 0),
          'int32',
        ),
        attend: row(
          ids.map(() => 1),
          'bool',
        ),
      };
      const tree = mapTree(model.parameters, ({ values, shape }: HostTensor) => constant(values, shape));
      const { hidden, states: theirs, weights } = encode('bert', tree, inputs, model.config);
      const [first, second] = theirs as [typeof hidden, typeof hidden];
      const expected = evaluate(model.engine, {
        states: [first, second, hidden],
        attention: weights[1] as typeof hidden,
      });
      for (const [i, state] of states.entries()) {
        expect(state.shape).toEqual([ids.length, 16]);
        for (const [k, value] of state.values.entries())
          expect(Math.abs(value - (expected.states[i]?.values[k] as number))).toBeLessThan(1e-5);
      }
      expect(attention[0]?.shape).toEqual([2, ids.length, ids.length]);
      for (const [k, value] of attention[0]?.values.entries() ?? [])
        expect(Math.abs(value - (expected.attention.values[k] as number))).toBeLessThan(1e-5);
    }
  });
  it('refuses a layer that is not there', async () => {
    await expect(all({ layers: [3], attention: [0] })).rejects.toThrow('there is no layer 3, 0; states are 0 to 2');
  });
});

it('npy: the header says type and shape, its length is a multiple of 64, values follow', () => {
  const bytes = npy({ shape: [2, 3], dtype: 'float32', values: Float32Array.of(1, 2, 3, 4, 5, 6) });
  expect([...bytes.subarray(0, 8)]).toEqual([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
  const length = (bytes[8] as number) + 256 * (bytes[9] as number);
  expect((10 + length) % 64).toBe(0);
  expect(new TextDecoder().decode(bytes.subarray(10, 10 + length)).trimEnd()).toBe(
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
  );
  expect([...new Float32Array(bytes.slice(10 + length).buffer)]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(new TextDecoder().decode(npy({ shape: [1], dtype: 'int32', values: Int32Array.of(7) }))).toContain(
    "'<i4', 'fortran_order': False, 'shape': (1,)",
  );
});
