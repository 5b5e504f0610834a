import { type LabelOfRow, labelProblems, TableError } from '@cloze/datasets';

/** Refuses labels of train that look alike and are not the same. @throws {TableError} naming rows and labels */
export function checkLabels(column: string, labels: readonly LabelOfRow[]): void {
  const problems = labelProblems(column, labels);
  if (problems.length > 0) throw new TableError('train', problems);
}

/** Orders labels as people do: numbers by size, other names by code points; the same rows give the same order. */
export function orderLabels(names: Iterable<string>): string[] {
  const all = [...new Set(names)];
  const numeric = all.every((name) => name.trim() !== '' && Number.isFinite(Number(name)));
  return all.sort((a, b) => (numeric ? Number(a) - Number(b) : 0) || (a < b ? -1 : a > b ? 1 : 0));
}

/** How much each class counts in the loss, by name or so that all count alike. */
export type ClassWeights = 'balanced' | Readonly<Record<string, number>>;

/**
 * Weights of classes in the order of the labels. `balanced` is `n / (classes · count)`, so that their mean over rows is 1.
 *
 * @throws {RangeError} for a name that is no label, a label left out, a weight that is no finite float32 of at least 0, or 0 for all
 */
export function weightsOf(
  weights: ClassWeights | undefined,
  labels: readonly string[],
  counts: readonly number[],
): Float32Array {
  if (weights === undefined) return new Float32Array(labels.length).fill(1);
  const rows = counts.reduce((a, b) => a + b, 0);
  if (weights === 'balanced') return Float32Array.from(counts, (count) => rows / (labels.length * Math.max(1, count)));
  const problems = [
    ...Object.keys(weights)
      .filter((name) => !labels.includes(name))
      .map((name) => `'${name}' is no label`),
    ...labels.filter((name) => weights[name] === undefined).map((name) => `'${name}' has none`),
    ...Object.entries(weights)
      .filter(([, weight]) => !(weight >= 0 && Number.isFinite(Math.fround(weight))))
      .map(([name, weight]) => `'${name}' has ${weight}`),
    ...(Object.values(weights).every((weight) => weight === 0) ? ['all are 0'] : []),
  ];
  if (problems.length > 0)
    throw new RangeError(
      `classWeights: ${problems.join('; ')}. Give each of ${labels.join(', ')} a number of at least 0, one of them above.`,
    );
  return Float32Array.from(labels, (name) => weights[name] as number);
}
