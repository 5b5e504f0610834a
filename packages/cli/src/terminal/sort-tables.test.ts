import { Window } from 'happy-dom';
import { describe, expect, it } from 'vitest';
import { htmlTable } from './page.ts';
import { sortTables } from './sort-tables.ts';

/** A page with one table, its script run; `click` presses a head and gives the first column from top to bottom. */
function opened(head: readonly string[], rows: readonly string[][], foot: readonly string[][] = []) {
  const window = new Window();
  window.document.body.innerHTML = htmlTable(head, rows, foot);
  new Function('document', sortTables)(window.document);
  const all = (what: string) => [...window.document.querySelectorAll(what)];
  const names = () => all('tr').map((row) => row.children[0]?.textContent);
  return {
    names,
    all,
    click: (column: number) => {
      (all('th button')[column] as unknown as { click(): void }).click();
      return names().slice(1);
    },
  };
}

describe('sortTables', () => {
  const rows = [
    ['token 80 %', '9.50 ± 0.10▼▼', 'b'],
    ['token 15 %', '27.09 ± 0.97', '-'],
    ['token 40 %', '-0.44', 'a'],
    ['token 60 %', '-', 'c'],
  ];
  it('sorts by numbers upwards, downwards, then as written; a dash and the foot stay last', () => {
    const { click, all } = opened(['', 'tnews (%)', 'verdict'], rows, [['n', '1098', '']]);
    expect(click(1)).toEqual(['token 40 %', 'token 80 %', 'token 15 %', 'token 60 %', 'n']);
    expect(all('th').map((head) => head.getAttribute('aria-sort'))).toEqual([null, 'ascending', null]);
    expect(click(1)).toEqual(['token 15 %', 'token 80 %', 'token 40 %', 'token 60 %', 'n']);
    expect(click(1)).toEqual(['token 80 %', 'token 15 %', 'token 40 %', 'token 60 %', 'n']);
    expect(all('[aria-sort]')).toEqual([]);
  });
  it('sorts text with the numbers inside it, and another column begins anew', () => {
    const { click } = opened(['', 'tnews (%)', 'verdict'], rows);
    expect(click(0)).toEqual(['token 15 %', 'token 40 %', 'token 60 %', 'token 80 %']);
    expect(click(2)).toEqual(['token 40 %', 'token 80 %', 'token 60 %', 'token 15 %']);
  });
  it('heads are buttons with names, so a keyboard reaches them; a table of one row is left alone', () => {
    const { all } = opened(
      ['', 'p'],
      [
        ['a', '< 0.001'],
        ['b', '0.2'],
      ],
    );
    expect(all('th button').map((button) => button.getAttribute('aria-label') ?? button.textContent)).toEqual([
      'sort by name',
      'p',
    ]);
    expect(opened(['', 'p'], [['a', '1']]).all('button')).toEqual([]);
  });
  it('cells that would be markup stay text', () => {
    const { click, all } = opened(['<b>'], [['<img src=x>'], ['a']]);
    expect(click(0)).toEqual(['<img src=x>', 'a']);
    expect(all('img')).toEqual([]);
  });
});
