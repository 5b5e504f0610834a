/** Raised for a file that is not what it claims to be, or does not fit; the message names the tensor and the numbers. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}
