import { openLibrary } from '../libtensorflow/open-library.ts';
import type { ServerOptions, TfServer } from '../libtensorflow/types.ts';

/**
 * Starts TensorFlow's own server in this process, one task of a cluster; other processes place variables and functions on it by
 * `createVariables(engine, values, { target, device })`. It serves until the process ends.
 *
 * It trusts whoever reaches its port: TensorFlow has no authentication.
 *
 * @param directory holds libtensorflow @throws with TensorFlow's reason, such as a port in use
 */
export function startServer(directory: string, options: ServerOptions): TfServer {
  return openLibrary(directory).newServer(options);
}
