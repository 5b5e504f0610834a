import { multiply, subtract, type Tensor } from '@cloze/backend';

/** `p(1 − ηλ)`, decay that no gradient goes through (Loshchilov and Hutter 2019). @param rate η, `[]` @param decay λ, 0 for none */
export const decoupledDecay = (parameter: Tensor, rate: Tensor, decay: number): Tensor =>
  decay === 0 ? parameter : multiply(parameter, subtract(1, multiply(rate, decay)));
