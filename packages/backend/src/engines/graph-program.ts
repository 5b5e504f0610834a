import { BackendError } from '../errors.ts';
import type { HostTensor } from '../expression/host-tensors.ts';
import type { Operation } from '../expression/tensor.ts';
import type { OpSink, TensorflowLibrary, TfGraph, TfSession } from '../libtensorflow/types.ts';
import { compiledMasks } from '../lowering/compiled-masks.ts';
import { compiledStretches } from '../lowering/compiled-stretches.ts';
import { tensorflowRuns } from '../lowering/tensorflow-table.ts';
import type { Placement, Program } from './engine.ts';
import { graphVariables } from './graph-variables.ts';
import { type RecordedTrace, type Recorder, recordTrace } from './record-trace.ts';

/** Products of matrices; attention's small products of many pairs gain nothing in bfloat16. */
const isProduct = ({ primitive, outputs }: Operation): boolean =>
  primitive.name === 'matmul' && outputs[0]?.shape.length === 2;

const onDevice = (graph: TfGraph, device: string): OpSink => ({
  op: (name, inputs, attributes, options) => graph.op(name, inputs, attributes, { ...options, device }),
  constant: graph.constant,
});

/** Runs an entry point. @throws {BackendError} that names the way out where XLA does not compile */
function runTrace(
  session: TfSession,
  { placeholders, fetches, targets, fused }: RecordedTrace,
  feeds: ReadonlyMap<string, HostTensor>,
): Promise<HostTensor[]> {
  const fed = placeholders.map(({ path, output }) => ({ output, value: feeds.get(path) as HostTensor }));
  return session.runAsync(fed, fetches, targets).catch((error: Error) => {
    if (!fused || !/xla/i.test(error.message)) throw error;
    throw new BackendError(
      `${error.message}\nXLA does not compile this here; createVariables(…, { fuse: false }) runs without it.`,
    );
  });
}

/** One TF_Graph and one session: variables in the graph, every prepared trace an entry point over them. @internal */
export function graphProgram(
  library: TensorflowLibrary,
  initial: ReadonlyMap<string, HostTensor>,
  placement: Placement,
  { fusing }: { readonly fusing: boolean },
): Program {
  const { device, fuse, matmulPrecision, ...config } = placement;
  const graph = library.newGraph();
  const session = library.newSession(graph, config);
  const sink = device ? onDevice(graph, device) : graph;
  const variables = graphVariables(graph, sink, session, initial);
  variables.write(initial);
  // Elsewhere than on this process's processors it has not been measured.
  const measured = fusing && !device && !config.xla;
  const recorder: Recorder = {
    graph,
    sink,
    variables,
    compiledStretch: compiledStretches(library, graph, sink),
    compiledMask: compiledMasks(library, graph, sink),
    fuse: fuse === undefined ? (measured ? 'in steps' : 'none') : fuse ? 'all' : 'none',
    takesLow: (operation) => matmulPrecision === 'bfloat16' && isProduct(operation),
  };
  let calls = 0;
  return {
    has: tensorflowRuns,
    write: variables.write,
    read: variables.read,
    free: (paths) => {
      variables.free(paths);
      library.trim();
    },
    prepare: (trace) => {
      const recorded = recordTrace(recorder, trace, calls++);
      return (feeds) => runTrace(session, recorded, feeds);
    },
    dispose: () => {
      session.dispose();
      graph.dispose();
      library.trim();
    },
  };
}
