import { add, log, logSoftmax, multiply, softmax, type Tensor } from '@cloze/backend';

/**
 * The model average: the logarithm of the mean probability over several predictions, `ln (1/n Σ softmax(z_k))`.
 *
 * Against the weight average (one pass without dropout) it is the other reading of dropout at test time (methods of MC-dropout).
 *
 * @param logits n of one shape `[..., classes]` @returns log-probabilities of that shape
 */
export function modelAverage(logits: readonly Tensor[]): Tensor {
  const [first] = logits;
  if (!first) throw new RangeError('modelAverage: expected at least one prediction, got none.');
  if (logits.length === 1) return logSoftmax(first);
  const mean = multiply(
    logits.map((z) => softmax(z)).reduce((a, b) => add(a, b)),
    1 / logits.length,
  );
  return log(add(mean, 1e-38));
}
