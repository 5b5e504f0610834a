/**
 * The page's only script: a click on a table's head, or Enter on it, sorts by that column: upwards, downwards, then as it was.
 *
 * Columns whose cells all begin with a number are sorted as numbers; a dash is always last, and a table's foot stays where it is. Without
 * script the tables are as they were written.
 */
export const sortTables = `for (const table of document.querySelectorAll('table')) {
  const body = table.querySelector('tbody');
  const written = [...body.querySelectorAll('tr')];
  if (written.length < 2) continue;
  const heads = [...table.querySelectorAll('thead th')];
  heads.forEach((head, column) => {
    const label = head.textContent;
    const button = document.createElement('button');
    button.setAttribute('type', 'button');
    if (label === '') button.setAttribute('aria-label', 'sort by name');
    button.textContent = label;
    head.replaceChildren(button);
    const text = (row) => row.children[column].textContent.trim();
    const number = (row) => Number((/^<? ?([+-]?\\d+(?:\\.\\d+)?)/.exec(text(row)) ?? [])[1] ?? NaN);
    button.addEventListener('click', () => {
      const order = { ascending: 'descending', descending: 'none' }[head.getAttribute('aria-sort')] ?? 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      if (order !== 'none') head.setAttribute('aria-sort', order);
      const full = written.filter((row) => text(row) !== '-');
      const numbers = full.every((row) => !Number.isNaN(number(row)));
      const compare = (a, b) =>
        numbers ? number(a) - number(b) : text(a).localeCompare(text(b), 'en', { numeric: true });
      const sorted = [...full].sort((a, b) => (order === 'descending' ? compare(b, a) : compare(a, b)));
      body.append(...(order === 'none' ? written : [...sorted, ...written.filter((row) => text(row) === '-')]));
    });
  });
}
`;
