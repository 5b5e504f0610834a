import type { MaskedBatch } from '../batch.ts';

/**
 * The same question asked one place earlier: the output before a hidden token names it, as a left-to-right model's does (MNTP, BehnamGhader et al. 2024;
 * GPT-BERT, Charpentier and Samuel 2024). A target in column 0, which nothing stands before, is left out.
 */
export function shiftTargets(masked: MaskedBatch): MaskedBatch {
  const [targetPositions, targets, weights] = [
    masked.targetPositions.slice(),
    masked.targets.slice(),
    masked.weights.slice(),
  ];
  for (const [slot, column] of masked.targetPositions.entries()) {
    if (!weights[slot]) continue;
    if (column > 0) targetPositions[slot] = column - 1;
    else targets[slot] = weights[slot] = 0;
  }
  return { ...masked, targetPositions, targets, weights };
}
