import { add, flattenTree, isTensor, mapTree, multiply, subtract, type Tensor } from '@cloze/backend';

/** Decay of update t with a start that forgets faster: `min(decay, (1 + t)/(10 + t))`, as TensorFlow's moving average. */
export const averageDecay = (t: number, decay = 0.999): number => Math.min(decay, (1 + t) / (10 + t));

/**
 * Exponential moving average of parameters: `ā ← ā + (1 − d)(p − ā)` (Polyak and Juditsky 1992; Tarvainen and Valpola 2017).
 *
 * @param average tree like the parameters; begin with a copy of them @param decay float32 `[]`, see `averageDecay`
 */
export function movingAverage<P>(average: unknown, parameters: P, decay: Tensor): P {
  const held = new Map(flattenTree(average, isTensor));
  const weight = subtract(1, decay);
  return mapTree(
    parameters,
    (parameter, path) => {
      const before = held.get(path) as Tensor;
      return add(before, multiply(weight, subtract(parameter, before)));
    },
    isTensor,
  );
}
