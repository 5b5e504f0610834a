import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as encoder from '@cloze/encoder';
import * as masking from '@cloze/masking';
import { expect, it, vi } from 'vitest';
import { listCommand } from './list.ts';

/** What `bench list --json` says last. */
function listed(): Readonly<Record<'families' | 'objectives' | 'schedules' | 'losses', readonly string[]>> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    listCommand({ json: true });
    return JSON.parse(String(write.mock.lastCall?.[0]));
  } finally {
    write.mockRestore();
  }
}
const { families, objectives, losses } = listed();

it('names every family, and of each that transformers has stands a folder that it wrote', () => {
  const root = join(import.meta.dirname, '../../../../packages/encoder/fixtures/pretrained');
  const written = new Set(
    readdirSync(root)
      .filter((name) => !name.endsWith('.json'))
      .map((name) => name.split('-')[0]),
  );
  // transformers has no T-TA.
  expect([...families].sort()).toEqual([...written, 't-ta'].sort());
  expect(families).toEqual(encoder.families.map(({ name }) => name));
});

it('names every policy that @cloze/masking exports, and every loss that is a function of its own', () => {
  const isNamed = (value: unknown): value is { readonly name: string } =>
    typeof value === 'object' && value !== null && 'name' in value && 'about' in value;
  const exported = Object.values(masking)
    .filter(isNamed)
    .map(({ name }) => name);
  expect(exported.length).toBeGreaterThan(20);
  expect(objectives).toEqual(expect.arrayContaining(exported));
  for (const made of ['frequency-informed', 'infor-mask', 'mntp', 'gpt-bert', 'diffusion', 'bimodal-diffusion'])
    expect(objectives).toContain(made);
  const functions = Object.keys(encoder).filter(
    (name) => /^(?!masked|crf).*Loss$/.test(name) || name === 'encodeDropping',
  );
  expect(losses.map((loss) => loss.split(' ')[0]).sort()).toEqual(functions.sort());
});
