import type { ClueTask } from '@cloze/datasets';
import { type BenchmarkData, choice, classification, type Row, regression, span, tokens } from '@cloze/models';
import { readPoems } from '@cloze/quick-start';

/** A task of a kind made of poems, to try a recipe out without data: what a row asks can be told from its text. */
export function standInRows(kind: ClueTask['kind'], split: 'train' | 'dev'): BenchmarkData {
  const poems = readPoems(60);
  const rowsOf = (rowOf: (couplets: readonly string[], i: number) => Row): readonly Row[] =>
    poems.flatMap(({ couplets }, i) =>
      (i % 4 === 0) === (split === 'dev') && couplets.length > 1 ? [rowOf(couplets, i)] : [],
    );
  switch (kind) {
    case 'span':
      return {
        task: span({ question: 'question', context: 'context', answer: 'answer', start: 'start' }),
        rows: rowsOf(([first = '', second = '']) => ({
          ...{ question: first.slice(0, 2), context: first + second },
          ...{ answer: second, start: first.length },
        })),
      };
    case 'choice':
      return {
        task: choice({ text: 'text', choices: 'choices', label: 'label' }),
        rows: rowsOf(([text = '', second = ''], i) => ({
          ...{ text, label: second },
          choices: i % 2 === 0 ? [second, text] : [text, second.slice(1), second],
        })),
      };
    case 'tokens':
      return {
        task: tokens({ words: 'words', tags: 'tags' }),
        rows: rowsOf(([first = '']) => ({
          words: [...first],
          tags: [...first].map((character) => (/\p{Script=Han}/u.test(character) ? 'O' : 'B-sign')),
        })),
      };
    case 'regression':
      return {
        task: regression({ text: 'text', value: 'value' }),
        rows: rowsOf((couplets) => ({ text: couplets.join(''), value: couplets.length })),
      };
    default:
      return {
        task: classification({ text: 'text', label: 'label' }),
        // Whether a poem's first two couplets stand in their order.
        rows: rowsOf(([first = '', second = ''], i) =>
          (i + (i >> 2)) % 2 === 0 ? { text: first + second, label: '1' } : { text: second + first, label: '0' },
        ),
      };
  }
}
