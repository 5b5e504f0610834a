/** What a code of the operating system means here, and what to do. */
const meanings: Readonly<Record<string, (path: string) => string>> = {
  ENOSPC: (path) =>
    `the disk is full${path && ` (writing ${path})`}; make room or name another folder, then run the same command again`,
  EDQUOT: (path) =>
    `the quota is used up${path && ` (writing ${path})`}; make room or name another folder, then run the same command again`,
  EROFS: (path) => `${path || 'a file'} lies on a read-only disk; name a folder that can be written`,
  EACCES: (path) => `no permission for ${path || 'a file'}; name a folder that you may read and write`,
  EPERM: (path) => `no permission for ${path || 'a file'}; name a folder that you may read and write`,
  ENOENT: (path) => `${path || 'a file'} does not exist; check the name`,
  ENOTDIR: (path) => `${path || 'a path'} runs through a file that is no folder; check the name`,
  EEXIST: (path) => `${path || 'a file'} is a file, where a folder is to be made; name another`,
  ELOOP: (path) => `${path || 'a path'} runs through links that lead in a circle; check them`,
  ENAMETOOLONG: (path) => `${path.slice(0, 40)}… is longer than a name may be here; shorten it`,
  EISDIR: (path) => `${path || 'a path'} is a folder, expected a file; check the name`,
  EMFILE: () => 'too many files are open; raise the limit with ulimit -n',
  ENFILE: () => 'too many files are open on this machine; close some programs',
  EFBIG: (path) =>
    `${path || 'a file'} is larger than is allowed here; raise the limit with ulimit -f, or name another disk`,
  ENXIO: (path) => `${path || 'a file'} is no file; check the name`,
};

/** An error as one sentence that says what and what to do: the operating system's codes in words, any other error's own message. */
export function errorSentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path = '' } = error as NodeJS.ErrnoException;
  const meaning = code === undefined ? undefined : meanings[code];
  // A message of our own that carries a code says more than the code.
  return meaning && error.message.startsWith(`${code}:`) ? `${meaning(path)}.` : error.message;
}
