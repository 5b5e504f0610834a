import { add, multiply, subtract, type Tensor } from '@cloze/backend';

/** Decay of update t with a start that forgets faster: `min(decay, (1 + t)/(10 + t))`, as TensorFlow's moving average. */
export const averageDecay = (t: number, decay = 0.999): number => Math.min(decay, (1 + t) / (10 + t));

/**
 * Exponential moving average of a parameter: `ā ← ā + (1 − d)(p − ā)` (Polyak and Juditsky 1992; Tarvainen and Valpola 2017).
 *
 * @param average begin with a copy of the parameter @param decay float32 `[]`, see `averageDecay`
 */
export function movingAverage(average: Tensor, parameter: Tensor, decay: Tensor): Tensor {
  return add(average, multiply(subtract(1, decay), subtract(parameter, average)));
}
