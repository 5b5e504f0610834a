import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { recipeOf } from '../recipes/all-recipes.ts';
import { keptPath, weightsBelow, weightsOf } from './kept-weights.ts';
import { planRuns } from './run-spec.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-kept-'));
afterAll(() => rmSync(root, { recursive: true }));
const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('weights of a record', () => {
  it('are those of --encoder and those that were kept, by name', () => {
    const kept = keptPath('/keep', '/keep/encoders/bert-1/encoder/model.safetensors');
    expect(kept).toBe('$CLOZE_KEEP/encoders/bert-1/encoder/model.safetensors');
    const manifest = {
      data: [
        { path: 'clue/tnews/dev.json', sha256: 'a' },
        { path: kept, sha256: 'b' },
      ],
    };
    const spec = { encoder: { name: 'folder', sha256 } };
    expect(weightsOf({ spec, manifest } as never)).toEqual([
      { name: 'its encoder', sha256 },
      { name: kept, sha256: 'b' },
    ]);
    expect(
      weightsOf({ spec: { encoder: { name: 'a/hub', sha256: 'of the hub' } }, manifest: { data: [] } } as never),
    ).toEqual([]);
  });

  it('are found by their hash in any folder below, but not in checkpoints', async () => {
    for (const name of ['a/encoder', 'b/checkpoint-5']) {
      mkdirSync(join(root, name), { recursive: true });
      writeFileSync(join(root, name, 'model.safetensors'), name === 'a/encoder' ? '' : 'x');
    }
    expect(await weightsBelow([root, join(root, 'gone')])).toEqual(new Set([sha256]));
  });

  it('of a record that lacks them make it "weights absent", and sound where they are found', () => {
    const encoder = join(root, 'model');
    const bench = (...words: string[]) =>
      spawnSync(
        process.execPath,
        [...['--import', 'tsx', '--conditions=@cloze/source'], join(import.meta.dirname, '../cli.ts'), ...words],
        {
          encoding: 'utf8',
          env: { ...process.env, CLOZE_KEEP: '' },
        },
      );
    const tiny = ['--size', 'tiny', '--seeds', '1', '--jobs', '1', '--threads', '1'];
    bench('run', 'pretrain', ...tiny, '--arm', 'mlm-half', '--out', encoder);
    const made = join(encoder, 'pretrain', 'mlm-half-1', 'encoder');
    const [arm] = planRuns(recipeOf('drop-token'), { size: 'tiny', seeds: [1], changes: {}, data: 'poems' });
    const out = join(root, 'runs');
    bench('run', 'drop-token', ...tiny, '--arm', String(arm?.arm), '--encoder', made, '--out', out);
    const absent = bench('verify', out);
    expect([absent.stdout, absent.status]).toEqual([
      expect.stringMatching(/^weights absent {2}.*\n {2}its encoder is not there: weights [0-9a-f]{64}\n$/),
      0,
    ]);
    const [line] = bench('verify', out, '--json').stdout.split('\n');
    expect(JSON.parse(String(line))).toMatchObject({ sound: false, problems: [] });
    expect(bench('verify', out, '--encoder', made).stdout).toMatch(/^sound /);
    const weights = readFileSync(join(made, 'model.safetensors'));
    weights[weights.length - 1] = (weights.at(-1) as number) ^ 1;
    writeFileSync(join(made, 'model.safetensors'), weights);
    expect(bench('verify', out, '--encoder', made).stdout).toMatch(/^weights absent /);
  }, 120_000);
});
