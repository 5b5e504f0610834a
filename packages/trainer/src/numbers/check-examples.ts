import { checkOptions, needed, whole } from '@cloze/checks';
/** An example as training reads it. */
export interface Example {
  readonly ids: ArrayLike<number>;
  /** Class or classes; default none. */
  readonly label?: number;
  /** What it is called in messages; default its number. */
  readonly id?: string | number;
}

/** What examples must fit. */
export interface ExampleLimits {
  /** Rows of the token table. */
  readonly vocabularySize: number;
  /** Rows of the position table (`max_position_embeddings`). */
  readonly maximumLength: number;
  /** Classes of a labelled task; default none, then labels are not looked at. */
  readonly labels?: number;
  /** Examples of one batch; default 1. */
  readonly batchSize?: number;
}

/** Raised for examples that cannot be trained on; every kind of problem is counted, and the first few are named. */
export class ExampleError extends Error {
  override readonly name = 'ExampleError';
}

/**
 * Looks through all examples before training: empty ones, ids outside the token table, sequences past the position table, labels
 * that are no class, fewer examples than a batch.
 *
 * @throws {ExampleError} naming up to five examples of each problem, and how many have it
 */
export function checkExamples(examples: Iterable<Example>, options: ExampleLimits): void {
  checkOptions('checkExamples', options, {
    vocabularySize: needed(whole(1)),
    maximumLength: needed(whole(1)),
    labels: whole(1),
    batchSize: whole(1),
  });
  const { vocabularySize, maximumLength, labels, batchSize = 1 } = options;

  const found = new Map<string, string[]>();
  const note = (problem: string, where: string) => {
    const list = found.get(problem) ?? [];
    found.set(problem, list);
    list.push(where);
  };
  let count = 0;
  for (const { ids, label, id = count } of examples) {
    count++;
    if (ids.length === 0) note('has no tokens', `${id}`);
    if (ids.length > maximumLength)
      note(`is longer than the position table of ${maximumLength} rows`, `${id} (${ids.length} tokens)`);
    for (let i = 0; i < ids.length; i++) {
      const token = ids[i] as number;
      if (Number.isInteger(token) && token >= 0 && token < vocabularySize) continue;
      note(`has an id outside the ${vocabularySize} tokens`, `${id} (${token} at ${i})`);
      break;
    }
    if (labels !== undefined && !(Number.isInteger(label) && (label as number) >= 0 && (label as number) < labels))
      note(`has a label that is none of 0 to ${labels - 1}`, `${id} (${label})`);
  }
  if (!(Number.isInteger(batchSize) && batchSize >= 1))
    note('must be a whole number of at least 1', `batchSize (${batchSize})`);
  else if (count < batchSize)
    note(`is fewer than a batch of ${batchSize}: a batch would be empty`, `${count} examples`);
  if (found.size === 0) return;
  const lines = [...found].map(([problem, where]) => {
    const more = where.length > 5 ? ` and ${where.length - 5} more` : '';
    return `${where.slice(0, 5).join(', ')}${more}: ${problem}`;
  });
  throw new ExampleError(`checkExamples: ${lines.join('; ')}. Nothing was trained; mend or drop these examples.`);
}
