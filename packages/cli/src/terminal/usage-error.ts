/** What was asked cannot be: a name that is not there, a setting that does not fit. The bench's exit code is 2. */
export class UsageError extends RangeError {
  override readonly name = 'UsageError';
}
