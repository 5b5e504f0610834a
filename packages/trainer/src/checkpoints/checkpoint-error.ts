/** Raised when a checkpoint cannot be written, or is not what its checksums say; the message names the file. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}
