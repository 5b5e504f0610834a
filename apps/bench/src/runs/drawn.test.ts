import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encoderConfig, readSafetensors, writeSafetensors } from '@cloze/encoder';
import { savePretrained } from '@cloze/encoder/node';
import { freshWeights } from '@cloze/models';
import { streamFrom } from '@cloze/random';
import { specialTokens, vocabularyFrom } from '@cloze/tokenizer';
import { afterAll, expect, it } from 'vitest';
import { recipeOf } from '../recipes/all-recipes.ts';
import { encoderOf } from './encoder-of.ts';
import { executeRun } from './execute-run.ts';
import { readRecord } from './run-record.ts';
import { planRuns } from './run-spec.ts';
import { verifyRun } from './verify-run.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-drawn-'));
afterAll(() => rmSync(root, { recursive: true }));

it('a run that trained on a drawn head says so in its record, and verify refuses it; one on a whole file does not', async () => {
  const vocabulary = vocabularyFrom([...specialTokens, ...'床前明月光疑是地上霜举头望低思故乡春眠不觉晓']);
  const config = encoderConfig({
    ...{ vocabularySize: vocabulary.tokens.length, width: 16, layers: 1, heads: 2, maximumLength: 40 },
  });
  const encoder = join(root, 'encoder');
  await savePretrained(encoder, freshWeights(vocabulary, config, { random: streamFrom(2) }));
  const weights = join(encoder, 'model.safetensors');
  const run = async (name: string) => {
    const [spec] = planRuns(recipeOf('pretrain'), {
      ...{ size: 'tiny', seeds: [1], changes: { 'train.steps': 1 }, arms: ['mlm'], data: 'poems' },
      encoder: encoderOf(encoder),
    });
    if (!spec) throw new Error('the plan has no run.');
    const folder = join(root, name);
    const said: string[] = [];
    const watch = { signal: new AbortController().signal, say: (line: string) => void said.push(line) };
    await executeRun(spec, { folder, data: undefined, encoder, threads: 1 }, watch);
    return { folder, said, drawn: readRecord(folder).manifest.drawn };
  };
  const whole = await run('whole');
  expect([whole.drawn, await verifyRun(whole.folder)]).toEqual([undefined, []]);
  const { tensors } = readSafetensors(new Uint8Array(readFileSync(weights)));
  writeFileSync(weights, writeSafetensors(new Map([...tensors].filter(([name]) => name.startsWith('bert.')))));
  const bare = await run('bare');
  expect(bare.said.join()).toContain('drawn at random, for the file lacks them');
  expect(bare.drawn).toHaveLength(5);
  expect((await verifyRun(bare.folder)).join()).toContain(
    'the run used weights drawn at random, which its encoder lacks: cls.',
  );
}, 60_000);
