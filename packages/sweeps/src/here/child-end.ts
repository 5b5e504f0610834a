/** The exit code of a run that was stopped and has saved itself (EX_TEMPFAIL). */
export const interruptedCode = 75;

/** The operating system's code of an error, or of what it was raised for, such as `ENOSPC`. */
export function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause)
    if ('code' in at && typeof at.code === 'string' && /^E[A-Z]+$/.test(at.code)) return at.code;
  return undefined;
}
