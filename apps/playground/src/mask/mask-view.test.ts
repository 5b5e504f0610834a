import { describe, expect, it } from 'vitest';
import { encodeLines, tokenizerFor } from '../text/encode-lines.ts';
import { firstTexts } from '../text/first-texts.ts';
import { linesOf } from '../text/lines-of.ts';
import { maskView, type ShownToken } from './mask-view.ts';
import { choices, type PolicySettings } from './policies.ts';

const viewOf = async (settings: PolicySettings, seed = 1, lines = linesOf(firstTexts.rooms.text).lines) => {
  const own = tokenizerFor(lines);
  return maskView(await encodeLines(lines, own.tokenizer, own.vocabulary.special.pad), own, settings, seed);
};
const lineOf = (tokens: readonly ShownToken[]) => tokens.map(({ gap, original }) => gap + original).join('');

describe('maskView', () => {
  const able = choices.filter(({ lacks }) => lacks === undefined).map(({ name }) => name);

  it('all presets but those that need more than a text are there', () => {
    expect(able.length).toBeGreaterThan(25);
    expect(choices.filter(({ lacks }) => lacks).map(({ name }) => name)).toEqual(['mac-bert', 'pmi', 'pmi-bernoulli']);
  });

  it.each(able)('%s: every row is its line, counts are those of what is shown', async (preset) => {
    const lines = linesOf(firstTexts.rooms.text).lines;
    const { rows, counts } = await viewOf({ preset });
    expect(rows.length % lines.length).toBe(0);
    for (const { line, tokens } of rows) expect(lineOf(tokens)).toBe(lines[line]);
    const shown = rows.flatMap(({ tokens }) => tokens);
    expect(counts.tokens).toBe(shown.length);
    expect(counts.targets).toBe(shown.filter(({ isTarget }) => isTarget).length);
    for (const kind of ['masked', 'replaced', 'kept', 'removed', 'plain'] as const)
      expect(counts[kind]).toBe(shown.filter(({ became }) => became === kind).length);
    expect(counts.targets + counts.removed).toBeGreaterThan(0);
  });

  it('the same seed draws the same mask, another another', async () => {
    expect(await viewOf({ preset: 'bert' }, 3)).toEqual(await viewOf({ preset: 'bert' }, 3));
    expect(await viewOf({ preset: 'bert' }, 3)).not.toEqual(await viewOf({ preset: 'bert' }, 4));
  });

  it('settings take the place of the preset’s own', async () => {
    const all = await viewOf({ preset: 'bert', rate: 1, masked: 1, random: 0 });
    expect(all.counts.masked).toBe(all.counts.tokens);
    const half = await viewOf({ preset: 'mask-40', rate: 0.5, masked: 0, random: 0 });
    expect(half.counts.kept / half.counts.tokens).toBeCloseTo(0.5, 1);
  });

  it('words of Chinese text are the browser’s: none is hidden in part', async () => {
    const lines = linesOf(firstTexts.verse.text).lines;
    const { rows } = await viewOf({ preset: 'whole-word-40' }, 2, lines);
    const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
    let long = 0;
    for (const { line, tokens } of rows) {
      let at = 0;
      for (const { segment } of segmenter.segment(lines[line] as string)) {
        const word = tokens.slice(at, (at += [...segment].length));
        expect(new Set(word.map(({ isTarget }) => isTarget)).size).toBe(1);
        if (word.length > 1) long++;
      }
    }
    expect(long).toBeGreaterThan(20);
  });

  it('refuses in a sentence what does not fit', async () => {
    await expect(viewOf({ preset: 'pmi' })).rejects.toThrow("'pmi' needs a list of collocations");
    await expect(viewOf({ preset: 'bart' })).rejects.toThrow("did you mean 'bert'");
    await expect(viewOf({ preset: 'bert', masked: 0.8, random: 0.5 })).rejects.toThrow(
      '[MASK] for 80 % and another token for 50 % are more than all',
    );
  });
});
