import { checkOptions, whole } from '@cloze/checks';
import { EigenvalueDecomposition } from 'ml-matrix';
import { fitGaussian } from './fit-gaussian.ts';
import { squareMatrix } from './square-matrix.ts';
import { type Vectors, widthOf } from './vectors.ts';

/** A linear map under which the fitted vectors have mean 0 and covariance 1. */
export interface Whitening {
  /** `[width]`. */
  readonly mean: Float64Array;
  /** `[width × components]`, row by row. */
  readonly kernel: Float64Array;
  readonly components: number;
  /** `(x − mean) · kernel` of each vector. */
  apply(vectors: Vectors): Float64Array[];
}

/**
 * Whitening `W = U Λ^−½` of the covariance `U Λ Uᵀ`, largest directions first (Su et al. 2021, BERT-whitening).
 *
 * @param options.components how many directions to keep, default all
 * @throws {RangeError} when fewer directions vary than are to be kept: fit more vectors, or keep fewer
 */
export function fitWhitening(vectors: Vectors, options: { readonly components?: number } = {}): Whitening {
  const width = widthOf('fitWhitening', vectors, 2);
  checkOptions('fitWhitening', options, { components: whole(1, width) });
  const kept = options.components ?? width;
  const gaussian = fitGaussian(vectors);
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(squareMatrix('fitWhitening', gaussian), {
    assumeSymmetric: true,
  });
  const order = [...realEigenvalues.keys()].sort(
    (i, j) => (realEigenvalues[j] as number) - (realEigenvalues[i] as number),
  );
  const largest = realEigenvalues[order[0] as number] as number;
  // Below this a direction is rounding, and dividing by its root would blow rounding up.
  const varying = order.filter((i) => (realEigenvalues[i] as number) > width * Number.EPSILON * largest).length;
  if (varying < kept)
    throw new RangeError(
      `fitWhitening: ${vectors.length} vectors vary in ${varying} of ${width} directions, ${kept} are to be kept; fit more vectors, or set components to ${varying} at most.`,
    );
  const kernel = new Float64Array(width * kept);
  for (let column = 0; column < kept; column++) {
    const from = order[column] as number;
    const scale = 1 / Math.sqrt(realEigenvalues[from] as number);
    for (let row = 0; row < width; row++) kernel[row * kept + column] = eigenvectorMatrix.get(row, from) * scale;
  }
  return {
    mean: gaussian.mean,
    kernel,
    components: kept,
    apply: (given) => {
      if (widthOf('whitening', given) !== width)
        throw new RangeError(`whitening: fitted to ${width} dimensions, got vectors of ${given[0]?.length}.`);
      return given.map((vector) => {
        const result = new Float64Array(kept);
        for (let row = 0; row < width; row++) {
          const away = (vector[row] as number) - (gaussian.mean[row] as number);
          for (let column = 0; column < kept; column++)
            result[column]! += away * (kernel[row * kept + column] as number);
        }
        return result;
      });
    },
  };
}
