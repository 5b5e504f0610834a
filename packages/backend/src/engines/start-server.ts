import { openLibrary } from '../libtensorflow/open-library.ts';
import type { ServerOptions, TfServer } from '../libtensorflow/types.ts';

/**
 * Starts TensorFlow's own server in this process, one task of a cluster; other processes place variables and functions on it by
 * `createVariables(engine, values, { target, device })`. It serves until the process ends.
 *
 * It trusts whoever reaches its port, and every interface of the machine has it: TensorFlow has no authentication, and does not listen on one
 * address alone. So `everyInterface: true` must be said; keep the port behind a firewall.
 *
 * @param directory holds libtensorflow @throws {RangeError} without `everyInterface` {Error} with TensorFlow's reason, such as a port in use
 */
export function startServer(directory: string, options: ServerOptions): TfServer {
  if (options.everyInterface !== true)
    throw new RangeError(
      `startServer: ${options.cluster[options.job]?.[options.task] ?? 'the server'} would be open on every interface of this machine ([::]), for TensorFlow's server does not listen on one address alone. Say everyInterface: true if that is meant, behind a firewall.`,
    );
  return openLibrary(directory).newServer(options);
}
