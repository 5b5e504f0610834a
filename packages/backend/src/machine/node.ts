/**
 * What only a machine with Node has: `#machine` in package.json is this file, and in a bundle for browsers `browser.ts`, which has the same names
 * and types.
 */
export { tensorflowEngine } from '../engines/tensorflow-engine.ts';
export { tfjsEngine } from '../engines/tfjs-engine.ts';
export { findLibtensorflow } from '../install/find-libtensorflow.ts';
export { installLibtensorflow } from '../install/install-libtensorflow.ts';
export { thisMachine } from '../install/this-machine.ts';
export { silentStderr } from '../libtensorflow/without-stderr.ts';
export { installedRuntime } from '../onnx/open-runtime.ts';
export { withProfile } from '../onnx/profile.ts';
export { mpiReplicas } from '../replicas/mpi-replicas.ts';
export { processors, type ThreadMemory, threadMemory } from './thread-memory.ts';

export const nodeVersion: string = process.version;
