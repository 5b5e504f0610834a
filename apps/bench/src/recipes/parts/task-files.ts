/** The files of CLUE tasks below a data folder that recipes read. */
export const taskFiles = (tasks: readonly string[]): string[] =>
  tasks.flatMap((task) => ['train', 'dev'].map((split) => `clue/${task}/${split}.json`));
