import type { StepLine } from '../recipes/parts/lab.ts';

/**
 * What is missing from a log: each line says the first step of its means, which follows the last step of the line before.
 *
 * @param lastSteps where each phase ended
 */
export function logProblems(steps: readonly StepLine[], lastSteps: Readonly<Record<string, number>>): string[] {
  const reached = new Map<string, number>();
  const problems: string[] = [];
  for (const { phase, step, firstStep } of steps) {
    const next = (reached.get(phase) ?? 0) + 1;
    if (firstStep !== next)
      problems.push(
        `steps.jsonl lacks steps ${next} to ${Number(firstStep) - 1} of '${phase}': it was cut while the run wrote it`,
      );
    reached.set(phase, step);
  }
  for (const phase of new Set([...reached.keys(), ...Object.keys(lastSteps)])) {
    const [last, expected] = [reached.get(phase) ?? 'no step', lastSteps[phase] ?? 'no step'];
    if (last !== expected) problems.push(`steps.jsonl ends '${phase}' at ${last}, expected ${expected}`);
  }
  return problems;
}
