/** Raised when a signal stopped a quick start; what was done is kept. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}
