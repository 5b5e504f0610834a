import Table from 'cli-table3';

/** A table without colours and without lines between rows. @param right columns set to the right, from 0 */
export const plainTable = (head: string[], right: readonly number[]) =>
  new Table({
    head,
    colAligns: head.map((_, i) => (right.includes(i) ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
