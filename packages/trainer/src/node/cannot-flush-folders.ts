/** Folders cannot be opened for flushing on Windows, where a rename is durable without it. */
export const cannotFlushFolders = (error: unknown): boolean =>
  process.platform === 'win32' && ['EPERM', 'EACCES', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
