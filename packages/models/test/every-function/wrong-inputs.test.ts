import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { referenceEngine } from '@cloze/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../../src/index.ts';
import { openModel } from '../../src/node.ts';
import { tinyMlm } from '../tiny-mlm.ts';
import { batch, type Case, cases, type Kind, modelCases, packages, without } from './cases.ts';

let model: Model;
let classifier: Model;
const folder = mkdtempSync(join(tmpdir(), 'cloze-every-'));
beforeAll(async () => {
  const engine = referenceEngine();
  model = await openModel(tinyMlm, { engine });
  cpSync(join(tinyMlm, 'classifier'), folder, { recursive: true });
  cpSync(join(tinyMlm, 'vocab.txt'), join(folder, 'vocab.txt'));
  classifier = await openModel(folder, { engine });
});
afterAll(() => {
  model.dispose();
  classifier.dispose();
  rmSync(folder, { recursive: true });
});

const nothing: readonly unknown[] = [undefined, null, 5, true];
/** What TypeScript would not have let through, by what is expected. */
const wrong: Readonly<Record<Kind, (right: never) => readonly unknown[]>> = {
  text: () => [...nothing, ['床'], {}, new Uint8Array(2)],
  texts: (right: readonly unknown[]) => [
    ...[...nothing, '床月', {}],
    ...[undefined, null, 7, {}].map((item) => [right[0], item]),
  ],
  stream: (right: readonly unknown[]) => [
    ...[...nothing, '床月', {}],
    ...[undefined, null, 7, {}].map((item) => [right[0], item]),
  ],
  items: () => [...nothing, '床月', {}],
  rows: (right: readonly unknown[]) => [
    ...[...nothing, '床月', {}],
    ...[undefined, null, 7, '床'].map((item) => [right[0], item]),
  ],
  table: (right: object) => [
    ...[...nothing, '床月', {}],
    ...[undefined, null, 7].map((item) => ({ ...right, rows: [{ text: '床', label: 'a' }, item] })),
    { ...right, columns: undefined },
    { ...right, rows: '床' },
  ],
  batch: () => [...nothing, '床月', [], {}, { ...batch, ids: undefined }, { ...batch, shape: 3 }],
  batches: () => [...nothing, '床月', {}, [batch, undefined], [batch, null], [batch, '床']],
  values: () => [...nothing, '床月', {}],
  bytes: () => [...nothing, {}, ['床']],
};

/** What JavaScript says by itself, which names neither function nor item. */
const raw = /Cannot (read|convert|destructure|access)|is not (iterable|a function|defined)|\(reading|invalid or/;

async function failureOf({ call }: Case, given: unknown): Promise<unknown> {
  try {
    await call(given as never);
  } catch (error) {
    return error;
  }
  return undefined;
}

async function check(name: string, list: readonly Case[]): Promise<void> {
  for (const one of list) {
    expect(await failureOf(one, one.right), `${name} takes what is right`).toBeUndefined();
    for (const given of wrong[one.kind](one.right as never)) {
      const failure = await failureOf(one, given);
      const told = `${name}(${JSON.stringify(given) ?? 'undefined'}): ${failure}`;
      expect(failure, told).toBeInstanceOf(TypeError);
      expect((failure as Error).message, told).not.toMatch(raw);
      expect((failure as Error).message, told).toMatch(/undefined|null|number|boolean|string|list|object|lacks/);
    }
  }
}

describe.each(Object.entries(cases))('%s', (_name, functions) => {
  it.each(Object.entries(functions))('%s names what is wrong', async (name, list) => check(name, list));
});

it.each([
  ...['embed', 'encodeTexts', 'explain', 'fillMask', 'fillMasks', 'fineTune', 'generate', 'predict', 'pretrain'],
  ...[
    'readExamples',
    'score',
    'scoreMinimalPairs',
    'scoreNBest',
    'scorePairs',
    'scoreTexts',
    'trimVocabulary',
    'unmask',
  ],
])('models: %s names what is wrong', async (name) =>
  check(name, modelCases(model, classifier)[name] as readonly Case[]),
);

it('every public function is looked at: a new one is named here until it is', () => {
  const known = Object.fromEntries(
    Object.entries(cases).map(([name, functions]) => [name, Object.keys(functions)] as const),
  );
  const all = { ...known, models: Object.keys(modelCases(model, classifier)) };
  for (const [name, exported] of Object.entries(packages)) {
    const functions = Object.entries(exported).flatMap(([key, value]) => (typeof value === 'function' ? [key] : []));
    const listed = [...(all[name as keyof typeof all] ?? []), ...(without[name] ?? [])];
    expect([...listed].sort(), name).toEqual(functions.sort());
  }
});
