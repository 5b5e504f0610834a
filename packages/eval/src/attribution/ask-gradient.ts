import type { AttributionInput, GradientAt } from './attribution.ts';

/** Asks for gradients, `batch` points at a time, and checks what comes back. @throws {RangeError} when it does not fit the input */
export async function askGradient(
  where: string,
  { input, width, gradient }: AttributionInput,
  points: readonly Float64Array[],
  batch = points.length,
): Promise<GradientAt[]> {
  if (!Number.isInteger(width) || width < 1 || input.length === 0 || input.length % width !== 0)
    throw new RangeError(
      `${where}: input must be rows of width numbers; got ${input.length} numbers and width ${width}.`,
    );
  const found: GradientAt[] = [];
  for (let from = 0; from < points.length; from += batch) {
    const asked = points.slice(from, from + batch);
    const answers = await gradient(asked);
    if (answers.length !== asked.length)
      throw new RangeError(`${where}: gradient got ${asked.length} points and answered ${answers.length}.`);
    for (const answer of answers) {
      if (answer.gradient.length !== input.length)
        throw new RangeError(`${where}: a gradient has ${answer.gradient.length} numbers, the input ${input.length}.`);
      found.push(answer);
    }
  }
  return found;
}
