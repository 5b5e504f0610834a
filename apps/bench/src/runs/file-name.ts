import { isInnerPath } from '@cloze/sweeps/node';
import { z } from 'zod';

/**
 * A name that may become part of a path: letters, digits, dots, dashes and underscores, no dot first, 100 at most.
 *
 * What a record calls its arm or recipe is asked this before anything is read, written or removed under it: `../../x` is no name.
 */
export const fileName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/, 'expected a name of letters, digits, dots and dashes');

/** A path below a record's folder: file names with slashes between. */
export const innerPath = z.string().refine(isInnerPath, 'expected a path of names of letters, digits, dots and dashes');
