import { describe, expect, it } from 'vitest';
import { afqmc } from '../tasks/afqmc.ts';
import { cslTitle } from '../tasks/csl-title.ts';
import { sentiment } from '../tasks/sentiment.ts';
import { duplicatesAcross, duplicatesWithin } from './count-duplicates.ts';
import { normaliseText } from './normalise-text.ts';
import { withoutDuplicates } from './without-duplicates.ts';

const reviews = (text: string) => sentiment.read(text, 'x', { labelled: false }).rows;
const train = reviews('好书\t1\nＡＢＣ 好\t1\nabc好\t0\n坏\t0\n坏\t0\n');

describe('duplicates', () => {
  it('texts are compared in compatibility form, lower case, without white space', () => {
    expect(normaliseText(' Ａb①\u3000\u2028ﬁ ')).toBe('ab1fi');
    // What shows nothing tells no texts apart: zero-width, soft hyphen, joiners, variation selectors, marks of direction, controls.
    for (const nothing of [
      '\u200b',
      '\u200c',
      '\u200d',
      '\u2060',
      '\ufeff',
      '\u00ad',
      '\ufe0f',
      '\u200e',
      '\u034f',
      '\u0000',
      '\u{e0001}',
    ])
      expect(normaliseText(`甲${nothing}乙`)).toBe('甲乙');
    expect(normaliseText('e\u0301')).toBe('é');
  });

  it('within: rows beyond the first of their text, and texts with two labels', () => {
    expect(duplicatesWithin(sentiment, train)).toEqual({ rows: 5, duplicates: 2, conflicts: 1 });
    expect(duplicatesWithin(sentiment, [])).toEqual({ rows: 0, duplicates: 0, conflicts: 0 });
  });

  it('across: rows whose text the other set has, and those it labels otherwise only', () => {
    const dev = reviews('好 书\t0\n好书\t1\nABC好\t0\n新\t1\n坏\n');
    expect(duplicatesAcross(sentiment, dev, train)).toEqual({ rows: 5, duplicates: 4, conflicts: 1 });
    // Others without labels contradict nothing.
    expect(duplicatesAcross(sentiment, dev, reviews('好书\n'))).toEqual({ rows: 5, duplicates: 2, conflicts: 0 });
  });

  it('of pairs, both texts in order; of titles, the abstract, whose titles may conflict', () => {
    const pair = (sentence1: string, sentence2: string) => ({ line: 1, sentence1, sentence2, label: '1' });
    const rows = [pair('甲乙', '丙'), pair('甲', '乙丙'), pair('丙', '甲乙'), pair('甲 乙', '丙')];
    expect(duplicatesWithin(afqmc, rows).duplicates).toBe(1);
    const titles = cslTitle.read('p\t摘\t一\np\t摘\t二\n', 'x').rows;
    expect(duplicatesWithin(cslTitle, titles)).toEqual({ rows: 2, duplicates: 1, conflicts: 1 });
  });

  it('a view without them keeps the first of each text, and nothing the other set has', () => {
    expect(withoutDuplicates(sentiment, train).map(({ line }) => line)).toEqual([1, 2, 4]);
    expect(withoutDuplicates(sentiment, reviews('新\t1\n好书\t1\n新 \t0\n'), train).map(({ line }) => line)).toEqual([
      1,
    ]);
    const view = withoutDuplicates(sentiment, train);
    expect(duplicatesWithin(sentiment, view).duplicates).toBe(0);
  });
});
