const notWritable = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'];

/** Errors of the file system, told as what to do; others as they are. @internal */
export function inOneSentence(error: unknown, folder: string, bytes: number): Error {
  const { code = '', syscall } = error as { code?: string; syscall?: string };
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Error(
      `${folder} is full: the installation needs ${(bytes / 1e9).toFixed(1)} GB there; free some, or name another folder with --dir.`,
    );
  // Node says ENOENT when it may not make a folder on a read-only disk.
  if (notWritable.includes(code) || (code === 'ENOENT' && syscall === 'mkdir'))
    return new Error(`${folder} cannot be written (${code}); make it writable, or name another folder with --dir.`);
  return error instanceof Error ? error : new Error(String(error));
}
