import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chunkText, maskableBatches, type PolicySetting, policySetting, segmentCorpus } from '@cloze/datasets';
import { readPmi, writePmi } from '@cloze/datasets/node';
import {
  auditPolicy,
  bert,
  buildPmiVocabulary,
  countMasking,
  isTargetPolicy,
  mask,
  type NamedPolicy,
  presetsNamed,
  showMask,
} from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { openVocabulary } from './open-vocabulary.ts';
import { readLines } from './read-lines.ts';

const texts = [...readLines(undefined, 300), '𠮷野家', '一', '', 'playing 用語 [MASK]'];
const vocabulary = openVocabulary(undefined, texts);
let batches: Awaited<ReturnType<typeof maskableBatches>>;
let policies: NamedPolicy[];
let setting: PolicySetting['setting'];
let given: PolicySetting['given'];
beforeAll(async () => {
  batches = await maskableBatches(
    vocabulary,
    texts.flatMap((text) => (text ? chunkText(text, 62) : [''])),
  );
  ({ setting, given } = policySetting(vocabulary, batches, { texts }));
  policies = presetsNamed('all', given);
});
const { mask: maskId } = vocabulary.special;
const audit = (policy: NamedPolicy) => {
  const stream = streamFrom(1).fork('mask audit', policy.name);
  return auditPolicy(policy, batches, { setting, randomOf: (row) => stream.fork(row), now: () => performance.now() });
};

describe('audit of all policies on poems, an astral character, an empty text', () => {
  it('no policy touches a pad or special token; targets are the originals; rates are those asked for', () => {
    for (const policy of policies) {
      const found = audit(policy);
      expect(found, policy.name).toMatchObject({ specials_touched: 0, pads_touched: 0, wrong_targets: 0 });
      if (found.within !== undefined) expect(found, policy.name).toMatchObject({ within: true });
      if (!isTargetPolicy(policy) && policy.replacement?.mask === 0.8)
        expect(Math.abs(found.masked - 0.8), policy.name).toBeLessThan(4.5 * Math.sqrt((0.16 * 5) / found.targets));
    }
  });
  it('finds a careless policy', () => {
    const careless: NamedPolicy = {
      name: 'careless',
      about: '',
      kind: 'own',
      room: (length: number) => length,
      targetsOf: (batch, options) =>
        mask({ ...batch, maskable: new Uint8Array(batch.ids.length).fill(1) }, bert, options),
    };
    const found = audit(careless);
    expect(found.specials_touched).toBeGreaterThan(100);
    expect(found.pads_touched).toBeGreaterThan(100);
  });
  it('an unknown policy is an error that names the nearest', () => {
    expect(() => presetsNamed('bart', given)).toThrow("there is no masking preset 'bart'; did you mean 'bert'?");
  });
});

describe('showMask', () => {
  it('marks what is masked, and shows each copy', () => {
    const [batch] = [batches.at(-1)];
    if (!batch) throw new Error('no batch');
    const [copies] = presetsNamed('decoupled-20-40', given) as [NamedPolicy];
    const stream = streamFrom(3);
    const after = mask(batch, copies, { ...setting, randomOf: (row) => stream.fork(row) });
    const tokenOf = (id: number) => vocabulary.tokens[id] as string;
    const rows = showMask(batch, after, copies, { ...setting, tokenOf });
    expect(rows).toHaveLength(batch.shape[0] * 2);
    const { masked } = countMasking([{ before: batch, after }], { maskId });
    expect(rows.join('').match(/▢/gu)).toHaveLength(masked);
  });
});

describe('chunkText', () => {
  it('cuts at sentence ends, never inside a character, and loses nothing', () => {
    expect(chunkText('甲乙。丙丁！戊', 5)).toEqual(['甲乙。', '丙丁！戊']);
    expect(chunkText('𠮷𠮷𠮷', 2)).toEqual(['𠮷𠮷', '𠮷']);
    for (const text of texts) expect(chunkText(text, 7).join('')).toBe(text);
    for (const piece of texts.flatMap((text) => chunkText(text, 7))) expect([...piece].length).toBeLessThanOrEqual(7);
  });
});

describe('segmentCorpus and the list on disk', () => {
  it('sentences end at punctuation; they can be read twice', () => {
    const { sentences, words } = segmentCorpus(['我们喜欢语言。我们', '，语言']);
    const once = [...sentences()];
    expect(once.map((sentence) => sentence.join(''))).toEqual(['我们喜欢语言', '我们', '语言']);
    expect([...sentences()]).toEqual(once);
    expect(once.flat()).toHaveLength(words);
  });
  it('comes back as it was, with words that hold line separators of Unicode', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pmi-'));
    try {
      const built = buildPmiVocabulary(segmentCorpus(texts).sentences, { minimum: 3 });
      expect(built.entries.length).toBeGreaterThan(20);
      const list = {
        ...built,
        entries: [...built.entries, { score: 1.5, count: 9, words: ['我\u2028们', '喜欢\u0085'] }],
      };
      await writePmi(join(folder, 'list.txt'), list);
      expect(readPmi(join(folder, 'list.txt'))).toEqual(list);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
