import { type Primitive, recordOne, type Tensor } from '../expression/tensor.ts';
import { exp, multiply, subtract } from './elementwise.ts';
import { sum } from './sum-and-broadcast.ts';

const softmaxPrimitive: Primitive<'softmax'> = {
  name: 'softmax',
  differentiate: ({ outputs }, [dy]) => {
    const [p] = outputs as [Tensor];
    const weighted = multiply(dy as Tensor, p);
    return [subtract(weighted, multiply(p, sum(weighted, { axes: -1, keep: true })))];
  },
};
/** `e^{x_i} / Σ_j e^{x_j}` along the last axis, stable for extreme logits. */
export function softmax(x: Tensor): Tensor {
  return recordOne(softmaxPrimitive, [x], { shape: x.shape, dtype: x.dtype });
}

const logSoftmaxPrimitive: Primitive<'logSoftmax'> = {
  name: 'logSoftmax',
  differentiate: ({ outputs }, [dy]) => {
    const d = dy as Tensor;
    return [subtract(d, multiply(exp(outputs[0] as Tensor), sum(d, { axes: -1, keep: true })))];
  },
};
/** `x_i − ln Σ_j e^{x_j}` along the last axis, stable for extreme logits. */
export function logSoftmax(x: Tensor): Tensor {
  return recordOne(logSoftmaxPrimitive, [x], { shape: x.shape, dtype: x.dtype });
}
