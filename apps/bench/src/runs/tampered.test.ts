import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealOf } from '@cloze/sweeps/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recipeOf } from '../recipes/all-recipes.ts';
import { compactRecord, readCompactRecord } from './compact-record.ts';
import { executeRun } from './execute-run.ts';
import { findRecords } from './find-records.ts';
import { findRunFolders } from './find-run-folders.ts';
import { type Manifest, readRecord } from './run-record.ts';
import { planRuns, runFolder } from './run-spec.ts';
import { verifyCompactRecord, verifyRun } from './verify-run.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-tampered-'));
afterAll(() => rmSync(root, { recursive: true }));
const [spec] = planRuns(recipeOf('pretrain'), {
  ...{ size: 'tiny', seeds: [1], changes: { 'train.steps': 110 }, arms: ['mlm'], data: 'poems' },
}) as [ReturnType<typeof planRuns>[number]];
const sound = runFolder(join(root, 'sound'), spec);
const place = { folder: sound, data: undefined, encoder: undefined, threads: 1 };
const quiet = { signal: new AbortController().signal, say: () => {} };
beforeAll(() => executeRun(spec, place, quiet));

let copies = 0;
/** A copy of the run, changed. */
function changed(change: (at: (name: string) => string) => void): string {
  const folder = runFolder(join(root, `copy-${copies++}`), spec);
  cpSync(sound, folder, { recursive: true });
  change((name) => join(folder, name));
  return folder;
}
const edit = (path: string, from: RegExp | string, to: string) => {
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
};
/** The manifest changed and sealed again: what somebody does who knows how. */
function resealed(path: string, change: (manifest: Manifest) => object) {
  const { seal: _, ...manifest } = change(JSON.parse(readFileSync(path, 'utf8'))) as Manifest;
  writeFileSync(path, JSON.stringify({ ...manifest, seal: sealOf(manifest) }));
}

describe('verify', () => {
  it('calls a run sound that nobody touched, an encoder it made included', async () => {
    expect(await verifyRun(sound)).toEqual([]);
    const { manifest, steps } = readRecord(sound);
    expect(Object.keys(manifest.files)).toEqual(expect.arrayContaining(['encoder/model.safetensors', 'steps.jsonl']));
    expect(manifest.log).toEqual({ pretrain: 110 });
    expect(steps[0]).toMatchObject({ phase: 'pretrain', firstStep: 1 });
  });

  it.each<[string, (at: (name: string) => string) => void, RegExp]>([
    [
      'weights of the encoder changed',
      (at) => {
        const weights = readFileSync(at('encoder/model.safetensors'));
        weights[weights.length - 7] = (weights[weights.length - 7] as number) ^ 1;
        writeFileSync(at('encoder/model.safetensors'), weights);
      },
      /^encoder\/model.safetensors is not what the manifest says: it was changed$/,
    ],
    ['the encoder gone', (at) => rmSync(at('encoder'), { recursive: true }), /^encoder\/config.json is missing$/],
    ['a file of the encoder gone', (at) => rmSync(at('encoder/vocab.txt')), /^encoder\/vocab.txt is missing$/],
    [
      'a file put in',
      (at) => writeFileSync(at('encoder/tokenizer_config.json'), '{"do_lower_case":false}'),
      /^encoder\/tokenizer_config.json is not what the manifest says|not of the record/,
    ],
    // What every object has is no name that the manifest gives.
    ...['constructor', 'toString', '__proto__', 'encoder/valueOf'].map(
      (name): [string, (at: (name: string) => string) => void, RegExp] => [
        `a file put in that is called ${name}`,
        (at) => writeFileSync(at(name), '{}'),
        new RegExp(`^${name}: not of the record, the manifest does not name it$`),
      ],
    ),
    [
      'a link put in the place of a folder that is gone',
      (at) => {
        rmSync(at('encoder'), { recursive: true });
        symlinkSync('/nowhere', at('encoder'));
      },
      /^encoder\/config.json is missing$/,
    ],
    [
      'no files in the manifest, predictions removed',
      (at) => {
        rmSync(at('predictions.jsonl'));
        resealed(at('manifest.json'), (manifest) => ({ ...manifest, files: {} }));
      },
      /^the manifest does not name predictions.jsonl$/,
    ],
    ['predictions removed', (at) => rmSync(at('predictions.jsonl')), /^predictions.jsonl is missing$/],
    [
      'a better figure in scores and manifest',
      (at) => {
        edit(at('scores.json'), /"value":[\d.]+/, '"value":0.5');
        edit(at('manifest.json'), /"scores.json": "[0-9a-f]+"/, `"scores.json": "${'0'.repeat(64)}"`);
      },
      /^scores.json is not what the predictions give$/,
    ],
    [
      'better predictions, scores and hashes',
      (at) => {
        writeFileSync(
          at('predictions.jsonl'),
          readFileSync(at('predictions.jsonl'), 'utf8').replaceAll(/"loss":[\d.]+/g, '"loss":1'),
        );
      },
      /^predictions.jsonl is not what the manifest says/,
    ],
    ['another seed in the spec', (at) => edit(at('spec.json'), '"seed":1', '"seed":2'), /^the spec is not the one/],
    [
      'a faster machine in the manifest',
      (at) => edit(at('manifest.json'), /"seconds": [\d.]+/, '"seconds": 0.1'),
      /^manifest.json is not as it was written: its seal differs$/,
    ],
    ['the log cut at its end', (at) => edit(at('steps.jsonl'), /[^\n]+\n$/, ''), /^steps.jsonl ends 'pretrain' at 108/],
    [
      'a log torn in its last line',
      (at) => edit(at('steps.jsonl'), /.{5}\n$/, ''),
      /line \d+ is torn: it does not end/,
    ],
    ['a log torn in the middle', (at) => edit(at('steps.jsonl'), '\n', ''), /steps.jsonl, line 1 is torn: Unexpected/],
    [
      'a folder in place of the scores',
      (at) => {
        rmSync(at('scores.json'));
        mkdirSync(at('scores.json'));
      },
      /scores.json is no file/,
    ],
    ['the spec gone', (at) => rmSync(at('spec.json')), /^spec.json is missing$/],
    ['no manifest', (at) => rmSync(at('manifest.json')), /^the run is not finished: manifest.json is missing$/],
    ['a torn manifest', (at) => edit(at('manifest.json'), /[\s\S]{40}$/, ''), /manifest.json is torn: /],
    [
      'a manifest that names a file outside',
      (at) => resealed(at('manifest.json'), (manifest) => ({ ...manifest, files: { '../../x': '0'.repeat(64) } })),
      /manifest.json is no record.s: files/,
    ],
  ])('%s: not sound', async (_what, change, expected) => {
    const folder = changed(change);
    const problems = await verifyRun(folder);
    expect(problems.join('\n')).toMatch(new RegExp(expected.source, 'm'));
    // It is found by the folder above it too, whatever it lost.
    expect(findRunFolders(join(folder, '..'))).toEqual([folder]);
  });

  it('a log that was removed while the run wrote it begins late', async () => {
    const folder = runFolder(join(root, 'removed'), spec);
    const recipe = recipeOf('pretrain');
    const written = join(folder, 'steps.jsonl');
    let removed = false;
    const signal = new Proxy(quiet.signal, {
      get: (target, name) => {
        // A look at the signal comes with every step.
        if (name === 'aborted' && !removed && existsSync(written) && readFileSync(written).length > 300) {
          rmSync(written);
          removed = true;
        }
        return Reflect.get(target, name) as unknown;
      },
    });
    expect(recipe.name).toBe('pretrain');
    await executeRun(spec, { ...place, folder }, { ...quiet, signal });
    expect(removed).toBe(true);
    expect(await verifyRun(folder)).toEqual([
      expect.stringMatching(/^steps.jsonl lacks steps 1 to \d+ of 'pretrain': it was cut while the run wrote it$/),
    ]);
  });

  it('finds a committed record whose figures, settings or bits were changed', () => {
    const path = join(root, 'compact.json');
    const compact = compactRecord(readRecord(sound));
    const written = (change: object) => writeFileSync(path, JSON.stringify({ ...compact, ...change }));
    written({});
    expect(verifyCompactRecord(path)).toEqual([]);
    // Figure and examples changed alike: only the hash of the scores shows it.
    const scores = compact.scores.map((score) => ({ ...score, value: 1, examples: score.weights?.map(() => 1) }));
    written({ scores });
    expect(verifyCompactRecord(path)).toEqual(['what scores.json held is not what the manifest says: it was changed']);
    written({ measures: { ...compact.measures, seconds: 1 } });
    expect(verifyCompactRecord(path)).toHaveLength(1);
    written({ manifest: { ...compact.manifest, commit: 'x' } });
    expect(verifyCompactRecord(path)).toEqual(['manifest.json is not as it was written: its seal differs']);
    written({ scores: compact.scores.map((score) => ({ ...score, n: 1e9, examples: { bits: 'AAAA' } })) });
    expect(verifyCompactRecord(path)[0]).toContain('n is 1000000000, its examples are 3 bytes of 8');
    writeFileSync(path, '{"spec":');
    expect(verifyCompactRecord(path)[0]).toContain('compact.json is torn');
  });
});

describe('records that are torn, or not ours', () => {
  it('keep no other from being read', () => {
    const folder = join(root, 'mixed');
    for (const name of ['a', 'b', 'c']) cpSync(sound, join(folder, 'pretrain', name), { recursive: true });
    edit(join(folder, 'pretrain', 'b', 'manifest.json'), '{', '');
    mkdirSync(join(folder, 'kept'));
    writeFileSync(join(folder, 'kept', 'null.json'), 'null');
    const { records, unreadable } = findRecords(folder);
    expect(records.map((record) => record.folder)).toEqual(['a', 'c'].map((name) => join(folder, 'pretrain', name)));
    expect(unreadable).toEqual([
      { folder: join(folder, 'kept', 'null.json'), reason: expect.stringContaining('expected object') },
      { folder: join(folder, 'pretrain', 'b'), reason: expect.stringContaining('manifest.json is torn') },
    ]);
  });

  it.each([
    ['arm', '../../outside'],
    ['arm', '/tmp/outside'],
    ['arm', '..'],
    ['arm', 'a\\b'],
    ['arm', 'a\u001b[2Jb'],
    ['arm', ''],
    ['recipe', '../pretrain'],
    ['recipe', '.'],
    ['row', 'a\u001b[2Jb'],
    ['seed', -1],
    ['seed', 1.5],
    ['seed', '../1'],
    ['size', '../tiny'],
  ])('%s %j is no name', (key, value) => {
    const folder = changed((at) => writeFileSync(at('spec.json'), JSON.stringify({ ...spec, [key]: value })));
    expect(() => readRecord(folder)).toThrow(new RegExp(`spec.json is no record's: ${key}: `));
    const path = join(root, 'named.json');
    const compact = compactRecord(readRecord(sound));
    writeFileSync(path, JSON.stringify({ ...compact, spec: { ...spec, [key]: value } }));
    expect(() => readCompactRecord(path)).toThrow(new RegExp(`spec.${key}: `));
  });
});
