/** Raised when an expression cannot be built, differentiated, compiled or run; the message says what to do. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
}
