import { describe, expect, it } from 'vitest';
import { tagFlaws } from './tag-flaws.ts';
import { msra, resume, weibo } from './tagged.ts';

const told = (list: readonly { readonly line: number; readonly reason: string }[] = []) =>
  list.map(({ line, reason }) => `${line}: ${reason}`);

describe('CoNLL’s layout', () => {
  it('Resume’s BMES: sentences between empty lines, line ends of either kind, no line end at the end', () => {
    const read = resume.read('高 B-NAME\r\n勇 E-NAME\r\n： O\r\n\r\n\r\n男 O', 'train.char.bmes');
    expect(read.rows).toEqual([
      { line: 1, words: ['高', '勇', '：'], tags: ['B-NAME', 'E-NAME', 'O'] },
      { line: 6, words: ['男'], tags: ['O'] },
    ]);
    expect(read).toMatchObject({ lines: 2, problems: [], dropped: [] });
    expect(read.flaws).toBeUndefined();
  });

  it('Weibo’s characters with their place in a word; words that are digits stay where not all are such', () => {
    expect(weibo.read('科0\tO\n技1\tO\n𠮷0\tB-PER.NAM\n', 'weiboNER_2nd_conll.train').rows[0]?.words).toEqual([
      '科',
      '技',
      '𠮷',
    ]);
    expect(weibo.read('科\tO\n10\tO\n', 'weiboNER_2nd_conll.train').rows[0]?.words).toEqual(['科', '10']);
  });

  it('MSRA’s BIO under either name of its types, a middle column left aside, a blank that is a word', () => {
    const read = msra.read('\uFEFF北\tx\tB-LOC\n京\tx\tI-LOC\n\u3000\tO\n', 'msra_train_bio.txt');
    expect(read.rows).toEqual([{ line: 1, words: ['北', '京', '\u3000'], tags: ['B-NS', 'I-NS', 'O'] }]);
  });

  it('names lines without a tag, types there are not, and tags that follow no scheme', () => {
    const read = msra.read('北\tB-LOC\n京\n\n北\tB-CITY\n\n京\tI-LOC\n人\tO\n', 'msra_test_bio.txt');
    expect(read.rows.map(({ line }) => line)).toEqual([6]);
    expect(told(read.problems)).toEqual([
      '1: line 2 is "京", expected a word and a tag',
      '4: tags B-CITY are none of O and B-, I-, E-, M-, S- with NR, NS, NT',
    ]);
    expect(told(read.flaws)).toEqual(['6: tag 0, I-NS, goes on no NS']);
    expect(read.rows.length + read.problems.length).toBe(read.lines);
  });
});

it('flaws of tags: BIO, BIOES and BMES', () => {
  expect(tagFlaws(['B-A', 'I-A', 'B-A', 'O', 'B-B'])).toEqual([]);
  expect(tagFlaws(['B-A', 'M-A', 'E-A', 'S-B', 'O'])).toEqual([]);
  expect(tagFlaws(['B-A', 'I-B'])).toEqual(['tag 1, I-B, goes on no B']);
  expect(tagFlaws(['B-A', 'M-A', 'O', 'B-A', 'S-B', 'E-A'])).toEqual([
    'the A before tag 2 is not ended',
    'the A before tag 4 is not ended',
    'tag 5, E-A, goes on no A',
  ]);
  expect(tagFlaws(['S-A', 'B-A', 'I-A', 'O'])).toEqual([]);
});
