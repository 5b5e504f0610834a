import { BackendError } from '../errors.ts';
import type * as Node from './node.ts';

const runtimeNeeded =
  "a browser's ONNX Runtime is passed in: onnxEngine({ runtime }) with runtime of import('onnxruntime-web/wasm')";

/** A refusal of what a browser has not, by its name. */
const needsNode = (name: string) => (): never => {
  throw new BackendError(`${name}: it needs Node; ${runtimeNeeded}.`);
};

/** What takes the place of `node.ts` in a browser: each says what to do in its stead, `selectEngine` finds `reference`. */
export const findLibtensorflow: typeof Node.findLibtensorflow = () => ({
  reason: `libtensorflow runs under Node, not in a browser; ${runtimeNeeded}.`,
});
export const tensorflowEngine: typeof Node.tensorflowEngine = needsNode('tensorflowEngine');
export const tfjsEngine: typeof Node.tfjsEngine = async () => needsNode('tfjsEngine')();
export const installLibtensorflow: typeof Node.installLibtensorflow = async () => needsNode('installLibtensorflow')();
export const mpiReplicas: typeof Node.mpiReplicas = async () => needsNode('mpiReplicas')();
export const withProfile: typeof Node.withProfile = async () => needsNode('onRun, the times of operations')();
export const thisMachine: typeof Node.thisMachine = () => ({
  ...{ env: {}, home: '', platform: 'browser', arch: 'wasm32', glibc: 'none' },
});
export const installedRuntime: typeof Node.installedRuntime = () => {
  throw new BackendError(`onnxEngine: ${runtimeNeeded}.`);
};
/** A page has no descriptor 2. */
export const silentStderr: typeof Node.silentStderr = () => () => {};
export const nodeVersion: typeof Node.nodeVersion = 'none';
/** A page's ONNX Runtime has its own threads; what is done beside it is done by this one. */
export const processors: typeof Node.processors = () => 1;
export const threadMemory: typeof Node.threadMemory = () => undefined;
