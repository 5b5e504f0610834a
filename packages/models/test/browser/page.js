import { onnxEngine } from '@cloze/backend';
import { openModel } from '@cloze/models';
import * as runtime from 'onnxruntime-web/wasm';
import { pretrainOnText } from './pretrain-on-text.ts';

/** Files stay here when the page is closed; their addresses are names, no server has them. */
const folder = new URL('/my-model/', location.href);
const kept = await caches.open('my-model');
const at = (id) => document.getElementById(id);

runtime.env.wasm.wasmPaths = '/ort/';
// Threads share memory, which a browser gives to isolated pages alone.
runtime.env.wasm.numThreads = crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1;
const engine = onnxEngine({ runtime });

const telling = (job) => () =>
  job().catch((error) => {
    at('state').textContent = `failed: ${error.stack}`;
  });

at('train').onclick = telling(async () => {
  const losses = [];
  const onStep = (step, loss) => {
    losses.push(loss);
    at('state').textContent = `step ${step}`;
  };
  const files = await pretrainOnText(at('text').value, engine, { steps: Number(at('steps').value), onStep });
  for (const [name, bytes] of files) await kept.put(new URL(name, folder), new Response(bytes));
  at('losses').textContent = JSON.stringify(losses);
  at('state').textContent = 'saved';
});

at('fill').onclick = telling(async () => {
  const fetch = async (address) => (await kept.match(address)) ?? new Response(null, { status: 404 });
  const model = await openModel(folder, { engine, fetch });
  at('guesses').textContent = JSON.stringify(await model.fillMask(at('question').value));
  model.dispose();
  at('state').textContent = 'filled';
});

at('state').textContent = `ready, ${crossOriginIsolated ? 'isolated' : 'not isolated'}`;
