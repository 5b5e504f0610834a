import type { Operation } from '../expression/tensor.ts';
import { openLibrary } from '../libtensorflow/open-library.ts';
import type { OpSink, TfEager, TfOutput } from '../libtensorflow/types.ts';
import { lowerToTensorflow, tensorflowRuns } from '../lowering/tensorflow-table.ts';
import type { Engine } from './engine.ts';
import { graphProgram } from './graph-program.ts';
import { interpretedEngine } from './interpreted-engine.ts';
import { NoGpuError } from './no-gpu-error.ts';
import { refuseOldProcessor } from './refuse-old-processor.ts';
import { whyNoGpu } from './why-no-gpu.ts';

/** Runs one primitive over TFE and releases the constants and temporaries its lowering made. */
function runEagerly(eager: TfEager, operation: Operation, inputs: readonly TfOutput[]): TfOutput[] {
  const made = new Set<TfOutput>();
  const keep = (outputs: TfOutput[]) => {
    for (const output of outputs) made.add(output);
    return outputs;
  };
  const sink: OpSink = {
    op: (name, operands, attributes, options) => keep(eager.op(name, operands, attributes, options)),
    constant: (shape, dtype, values) => keep([eager.constant(shape, dtype, values)])[0] as TfOutput,
  };
  const outputs = lowerToTensorflow(sink, inputs, operation);
  for (const output of outputs) made.delete(output);
  for (const temporary of made) eager.release(temporary);
  return outputs;
}

/**
 * Opens libtensorflow as an engine: expressions run one by one over TFE, compiled functions as one TF_Graph.
 *
 * @param directory holds `libtensorflow_cc` and `libtensorflow_framework`
 * @throws when the libraries do not load, or `gpu` is wanted and TensorFlow lists no device
 */
export function tensorflowEngine(directory: string, { gpu = false }: { readonly gpu?: boolean } = {}): Engine {
  refuseOldProcessor();
  const library = openLibrary(directory);
  const eager = library.newEager();
  const devices = eager.devices();
  if (gpu && !devices.some((device) => /gpu/i.test(device))) {
    eager.dispose();
    throw new NoGpuError(
      `libtensorflow ${library.version} in ${directory} loads but lists no GPU (devices: ${devices.join(', ')}). ${whyNoGpu()}`,
      directory,
    );
  }
  const runner = {
    has: tensorflowRuns,
    run: (operation: Operation, inputs: readonly TfOutput[]) => runEagerly(eager, operation, inputs),
    fromHost: eager.fromHost,
    toHost: eager.toHost,
    release: eager.release,
  };
  const interpreted = interpretedEngine<TfOutput>({
    name: gpu ? 'tensorflow-gpu' : 'tensorflow',
    version: library.version,
    origin: directory,
    devices,
    runner,
    liveHandles: () => eager.liveHandles(),
    dispose: () => eager.dispose(),
  });
  return {
    ...interpreted,
    createProgram: (variables, placement) => graphProgram(library, variables, placement, { fusing: !gpu }),
  };
}
