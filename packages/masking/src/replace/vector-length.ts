/** Euclidean length of a vector. */
export const vectorLength = (vector: Float32Array): number =>
  Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
