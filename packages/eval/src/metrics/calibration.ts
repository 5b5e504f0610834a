import { checkOptions, whole } from '@cloze/checks';
import { checkJudgements } from '../checks/judgements.ts';
import { sameLength } from '../checks/same-length.ts';

/** One bar of a reliability diagram: confidences in (low, high]. Means are 0 in an empty bar. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly confidence: number;
  readonly accuracy: number;
}

/**
 * Expected calibration error `Σ (n_b/n)·|accuracy_b − confidence_b|` over bins of equal width (Guo et al. 2017), with its diagram.
 *
 * @param confidences probability of the predicted class, 0 to 1 @param right whether each prediction was right
 * @param options.bins default 15
 * @returns `error` as above, `maximum` the largest gap of a bin
 * @throws {TypeError} for judgements that are none @throws {RangeError} for lists of different or zero length, or a confidence outside 0 to 1
 */
export function calibration(
  confidences: ArrayLike<number>,
  right: ArrayLike<boolean | number>,
  options: { readonly bins?: number } = {},
): { readonly error: number; readonly maximum: number; readonly bins: readonly CalibrationBin[] } {
  sameLength('calibration', ['confidences', confidences], ['judgements', right]);
  checkOptions('calibration', options, { bins: whole(1) });
  const { bins = 15 } = options;
  checkJudgements('calibration', 'right', right);
  const edge = (bin: number) => (bin === bins ? 1 : bin * (1 / bins));
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, accuracy: 0 }));
  for (let i = 0; i < confidences.length; i++) {
    const confidence = confidences[i] as number;
    if (!(confidence >= 0 && confidence <= 1))
      throw new RangeError(`calibration: expected confidences from 0 to 1; confidences[${i}] is ${confidence}.`);
    let bin = Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1));
    // The product above rounds; the edges decide.
    while (bin > 0 && confidence <= edge(bin)) bin--;
    while (bin < bins - 1 && confidence > edge(bin + 1)) bin++;
    const sum = sums[bin] as (typeof sums)[number];
    sum.count++;
    sum.confidence += confidence;
    if (right[i]) sum.accuracy++;
  }
  const bars = sums.map(({ count, confidence, accuracy }, bin) => ({
    low: edge(bin),
    high: edge(bin + 1),
    count,
    confidence: count === 0 ? 0 : confidence / count,
    accuracy: count === 0 ? 0 : accuracy / count,
  }));
  const gaps = bars.map((bar) => Math.abs(bar.accuracy - bar.confidence));
  return {
    error: bars.reduce((sum, { count }, i) => sum + (count / confidences.length) * (gaps[i] as number), 0),
    maximum: gaps.reduce((most, gap) => Math.max(most, gap), 0),
    bins: bars,
  };
}
