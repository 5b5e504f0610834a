import { BackendError } from '../errors.ts';
import { type Primitive, recordOne, type Tensor } from '../expression/tensor.ts';
import { bounded } from '../operations/bounded.ts';
import { add, exp, log, multiply, negate, stopGradient, subtract } from '../operations/elementwise.ts';
import { max } from '../operations/reductions.ts';
import { reshape } from '../operations/shape.ts';
import { logSoftmax, softmax } from '../operations/softmax.ts';
import { sum } from '../operations/sum-and-broadcast.ts';

const pickPrimitive: Primitive<'pickColumns'> = {
  name: 'pickColumns',
  differentiate: ({ inputs }, [dy]) => {
    const [x, labels] = inputs as [Tensor, Tensor];
    return [placeColumns(dy as Tensor, labels, x.shape[1] as number), undefined];
  },
};
const placePrimitive: Primitive<'placeColumns'> = {
  name: 'placeColumns',
  differentiate: ({ inputs }, [dy]) => [pickColumns(dy as Tensor, inputs[1] as Tensor), undefined],
};

/** `out[r] = x[r, labels[r]]`: `[rows, columns]` and int32 `[rows]`, each within, → `[rows]`. */
export function pickColumns(x: Tensor, labels: Tensor): Tensor {
  return recordOne(pickPrimitive, [x, labels], { shape: [x.shape[0] as number], dtype: x.dtype });
}
/** Zeros `[rows, columns]` with `x[r]` at column `labels[r]`, each within; the transpose of `pickColumns`. */
export function placeColumns(x: Tensor, labels: Tensor, columns: number): Tensor {
  return recordOne(
    placePrimitive,
    [x, labels],
    { shape: [x.shape[0] as number, columns], dtype: x.dtype },
    { columns },
  );
}

/**
 * `−ln softmax(logits)[label]` of each row, from logits, without NaN for extreme ones.
 *
 * A label outside, −100 too, makes its row's loss NaN on every engine: `maskedCrossEntropy` of `@cloze/encoder` leaves −100 out.
 *
 * @param logits `[..., classes]` @param labels int32 `[...]`, each in 0..classes−1 @returns `[...]`
 * @throws {BackendError} for labels of another shape or type, or a constant among them that lies outside
 */
export function sparseCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  const classes = logits.shape.at(-1) as number;
  if (labels.dtype !== 'int32' || labels.shape.join() !== logits.shape.slice(0, -1).join()) {
    throw new BackendError(
      `sparseCrossEntropy: labels must be int32 [${logits.shape.slice(0, -1)}], got ${labels.dtype} [${labels.shape}].`,
    );
  }
  const flat = reshape(logits, [-1, classes]);
  // The largest logit is a constant here: the loss does not depend on what is subtracted, in any derivative.
  const shifted = subtract(flat, stopGradient(max(flat, { axes: -1, keep: true })));
  const normaliser = log(sum(exp(shifted), { axes: -1 }));
  const { places, poison } = bounded(reshape(labels, [-1]), classes, 'sparseCrossEntropy');
  return reshape(subtract(add(normaliser, poison), pickColumns(shifted, places)), labels.shape);
}

/** `KL(p‖q) = Σ p (ln p − ln q)` of each row, from the logits of both; gradients flow to both sides. `[..., classes]` → `[...]` */
export function klFromLogits(p: Tensor, q: Tensor): Tensor {
  const logP = logSoftmax(p);
  return sum(multiply(softmax(p), subtract(logP, logSoftmax(q))), { axes: -1 });
}

/** `−Σ p ln p` of each row of logits. */
export function entropyFromLogits(p: Tensor): Tensor {
  const logP = logSoftmax(p);
  return negate(sum(multiply(exp(logP), logP), { axes: -1 }));
}
