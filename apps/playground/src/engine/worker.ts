import { onnxEngine } from '@cloze/backend';
import type { EngineWish, Message, Port, Request } from './messages.ts';
import { type Computing, session } from './session.ts';

/** A worker's own scope: that of pages is not in the types of a repository that runs under Node. */
declare const self: Port<Message> & {
  readonly location: { readonly href: string };
  addEventListener(type: 'message', listener: (event: { readonly data: Request | EngineWish }) => void): void;
};

let wish: EngineWish = { provider: 'cpu', threads: 1 };

/** ONNX Runtime and where its wasm lies; nothing of it is fetched before this is called. */
async function runtimeOf() {
  if (wish.provider === 'webgpu')
    return Promise.all([
      import('onnxruntime-web/webgpu'),
      import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url'),
      import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'),
    ]);
  return Promise.all([
    import('onnxruntime-web/wasm'),
    import('onnxruntime-web/ort-wasm-simd-threaded.mjs?url'),
    import('onnxruntime-web/ort-wasm-simd-threaded.wasm?url'),
  ]);
}

async function opened(): Promise<Computing> {
  const [runtime, script, wasm] = await runtimeOf();
  const at = (address: string) => new URL(address, self.location.href).href;
  runtime.env.wasm.numThreads = wish.threads;
  runtime.env.wasm.wasmPaths = { mjs: at(script.default), wasm: at(wasm.default) };
  return { engine: onnxEngine({ runtime, provider: wish.provider }), runtime };
}

let computing: Promise<Computing> | undefined;
const answer = session({
  port: self,
  computing: () => {
    computing ??= opened().catch((error: unknown) => {
      computing = undefined;
      throw new Error(
        `The engine could not be fetched or started (${error instanceof Error ? error.message : error}); try again when the network is there.`,
      );
    });
    return computing;
  },
  // A message is read between tasks, and a training is one task where nothing waits.
  pause: () => new Promise((resolve) => setTimeout(resolve)),
});
self.addEventListener('message', ({ data }) => {
  if ('threads' in data) wish = data;
  else void answer(data);
});
