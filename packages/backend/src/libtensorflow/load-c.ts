import koffi, { type LibraryHandle } from 'koffi';
import { setSizes } from './load-koffi.ts';

const libraries: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'libc.so.6',
  darwin: '/usr/lib/libSystem.B.dylib',
};

let opened: LibraryHandle | undefined;

/** The C library, where its name is known. */
export function loadC(): LibraryHandle | undefined {
  const name = libraries[process.platform];
  if (opened || name === undefined) return opened;
  setSizes(koffi);
  opened = koffi.load(name);
  return opened;
}
