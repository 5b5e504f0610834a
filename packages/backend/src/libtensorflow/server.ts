import { BackendError } from '../errors.ts';
import type { Calls } from './calls.ts';
import { encodeServerDef } from './session-config.ts';
import type { ServerConfig, TfServer } from './types.ts';

/** @internal */
export function createServer(calls: Calls, config: ServerConfig): TfServer {
  const tasks = config.cluster[config.job];
  if (!tasks || tasks[config.task] === undefined) {
    const known = Object.entries(config.cluster).map(([job, addresses]) => `${job} (${addresses.length} tasks)`);
    throw new BackendError(
      `No task ${config.task} of job '${config.job}' in the cluster: it has ${known.join(', ') || 'no jobs'}.`,
    );
  }
  const { call, checked, native } = calls;
  const bytes = encodeServerDef(config);
  const server = checked('server', (status) => call('TF_NewServer')(bytes, bytes.length, status));
  checked('server', (status) => call('TF_ServerStart')(server, status));
  return {
    target: native.text('TF_ServerTarget', server),
    stop: () => checked('stopping the server', (status) => void call('TF_ServerStop')(server, status)),
  };
}
