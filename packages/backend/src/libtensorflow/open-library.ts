import { existsSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';
import { newEager } from './eager.ts';
import { bindFunctions } from './functions.ts';
import { newGraph } from './graph.ts';
import { loadC } from './load-c.ts';
import { nativeOf } from './native.ts';
import { newSession } from './session.ts';
import type { TensorflowLibrary } from './types.ts';
import { withoutStderr } from './without-stderr.ts';

const opened = new Map<string, TensorflowLibrary>();
const RTLD_NOW = 2;
/** Without it Node crashes at exit: TensorFlow's threads outlive the unloaded code. */
const RTLD_NODELETE = process.platform === 'darwin' ? 0x80 : 0x1000;
const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;

const file = process.platform === 'darwin' ? 'libtensorflow_cc.2.dylib' : 'libtensorflow_cc.so.2';

/**
 * Loads libtensorflow's C API from a folder; the same folder again gives the same library.
 *
 * @throws naming the file that is missing or the loader's reason
 */
export function openLibrary(directory: string): TensorflowLibrary {
  const before = opened.get(directory);
  if (before) return before;
  const path = join(directory, file);
  if (!existsSync(path))
    throw new Error(
      `${path} does not exist; run 'cloze-backend install', or point CLOZE_LIBTENSORFLOW at a folder that has it.`,
    );
  const c = loadC();
  if (!c) throw new Error(`libtensorflow is for Linux and macOS, and this is ${process.platform}.`);
  const setenv = c.func('int setenv(const char*, const char*, int)');
  // TensorFlow prints to the terminal while it loads; process.env does not reach C code that is already running.
  for (const [name, value] of [
    ['TF_CPP_MIN_LOG_LEVEL', '3'],
    ['TF_ENABLE_ONEDNN_OPTS', process.env.TF_ENABLE_ONEDNN_OPTS ?? '1'],
  ])
    setenv(name, value, 1);
  let trim = () => {};
  if (process.platform === 'linux') {
    // glibc gives blocks over 32 MB back to the system at once; a step that reuses 60 MB temporaries would fault every page again.
    const mallopt = c.func('int mallopt(int, int)');
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 2147483647);
    // What a step leaves is kept for the next one, so that the end of a training must say that there is none.
    const mallocTrim = c.func('int malloc_trim(size_t)');
    trim = () => mallocTrim(0);
  }
  const dlopen = c.func('void* dlopen(const char*, int)');
  const dlerror = c.func('const char* dlerror()');
  const loaded = withoutStderr(() =>
    dlopen(path, RTLD_NOW | RTLD_NODELETE) ? bindFunctions(koffi.load(path)) : String(dlerror()),
  );
  if (typeof loaded === 'string')
    throw new Error(`${path} does not load: ${loaded}; 'cloze-backend install --force' fetches it again.`);
  const call = loaded;
  const native = nativeOf(
    call,
    c.func('void* memcpy(void*, const void*, size_t)'),
    c.func('memcpy', 'void*', ['void*', 'void*', 'size_t']),
  );
  const library: TensorflowLibrary = {
    version: String(call.TF_Version()),
    newGraph: () => newGraph(native),
    newSession: (graph, config) => withoutStderr(() => newSession(native, graph, config)),
    newEager: () => withoutStderr(() => newEager(native)),
    trim,
  };
  opened.set(directory, library);
  return library;
}
