import type { HostTensor } from '@cloze/backend';
import { expect, it } from 'vitest';
import { safetensorsParts, writeSafetensors } from './write-safetensors.ts';

it('parts make the file, twice over, and ask for values when their turn comes', () => {
  const asked: string[] = [];
  const lazy = (name: string, ...numbers: number[]): [string, HostTensor] => [
    name,
    {
      shape: [numbers.length],
      dtype: 'float32',
      get values() {
        asked.push(name);
        return Float32Array.from(numbers);
      },
    },
  ];
  const tensors = new Map([lazy('b', 1, -2), lazy('a', 0.1, 3, 7)]);
  for (const dtype of ['float32', 'bfloat16'] as const) {
    const parts = safetensorsParts(tensors, { format: 'pt' }, { dtype });
    expect(asked.splice(0)).toEqual([]);
    const [header, first] = parts;
    expect([header?.length, first?.length]).toEqual([header?.length, dtype === 'float32' ? 12 : 6]);
    expect(asked.splice(0)).toEqual(['a']);
    const whole = writeSafetensors(tensors, { format: 'pt' }, { dtype });
    for (let round = 0; round < 2; round++) expect(Buffer.concat([...parts])).toEqual(Buffer.from(whole));
    expect(asked.splice(0)).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  }
});
