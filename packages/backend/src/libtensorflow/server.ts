import type { Native } from './native.ts';
import { integer, message, text } from './protobuf.ts';
import type { ServerOptions, TfServer } from './types.ts';

/** Starts TensorFlow's own server, one task of a cluster: sessions of this or another process run on it over gRPC. */
export function newServer({ call, status, check }: Native, { cluster, job, task }: ServerOptions): TfServer {
  // ServerDef: cluster (1), job_name (2), task_index (3), protocol (5). ClusterDef: job (1). JobDef: name (1), tasks (2), a map.
  const jobs = Object.entries(cluster).map(([name, addresses]) =>
    message(1, [
      ...text(1, name),
      ...addresses.flatMap((address, i) => message(2, [...integer(1, i), ...text(2, address)])),
    ]),
  );
  const definition = Uint8Array.from([
    ...message(1, jobs.flat()),
    ...text(2, job),
    ...integer(3, task),
    ...text(5, 'grpc'),
  ]);
  const server = call.TF_NewServer(definition, definition.length, status);
  check('TF_NewServer');
  call.TF_ServerStart(server, status);
  check('TF_ServerStart');
  return { target: String(call.TF_ServerTarget(server)) };
}
