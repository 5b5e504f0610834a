import { expect, it } from 'vitest';
import { watchItems } from './watch-items.ts';

async function* lines() {
  for (let line = 1; line <= 4; line++) yield { line, text: '明月' };
}

it('tells rate and time left now and then, and passes every item on', async () => {
  for (const [total, expected] of [
    [28, ['2 lines, 0.3 a second, 6 s left\n', '4 lines, 0.3 a second, 0 s left\n']],
    [undefined, ['2 lines, 0.3 a second\n', '4 lines, 0.3 a second\n']],
  ] as const) {
    let time = 0;
    const said: string[] = [];
    const seen: number[] = [];
    const setting = {
      what: 'lines',
      sizeOf: () => 7,
      now: () => (time += 3) - 3,
      say: (text: string) => said.push(text),
    };
    for await (const { line } of watchItems(lines(), { ...setting, ...(total !== undefined && { total }) }))
      seen.push(line);
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(said).toEqual(expected);
  }
});
