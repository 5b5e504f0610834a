import { onnxEngine } from '@cloze/backend';
import { openModel } from '@cloze/models';
import { classifyByLines, pretrainOnText } from './pretrain-on-text.ts';

/** Files stay here when the page is closed; their addresses are names, no server has them. */
const folder = new URL('/my-model/', location.href);
const kept = await caches.open('my-model');
const at = (id) => document.getElementById(id);

// page.html?provider=webgpu computes on the GPU.
const provider = new URLSearchParams(location.search).get('provider') ?? 'cpu';
const runtime = await (provider === 'webgpu' ? import('onnxruntime-web/webgpu') : import('onnxruntime-web/wasm'));

runtime.env.wasm.wasmPaths = '/ort/';
// Threads share memory, which a browser gives to isolated pages alone.
runtime.env.wasm.numThreads = crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1;
const engine = onnxEngine({ runtime, provider });

const telling = (job) => () =>
  job().catch((error) => {
    at('state').textContent = `failed: ${error.stack}`;
  });
const noting = (losses) => (step, loss) => {
  losses.push(loss);
  at('state').textContent = `step ${step}`;
};
const open = () => {
  const fetch = async (address) => (await kept.match(address)) ?? new Response(null, { status: 404 });
  return openModel(folder, { engine, fetch });
};
const steps = () => Number(at('steps').value);

at('train').onclick = telling(async () => {
  const losses = [];
  const files = await pretrainOnText(at('text').value, engine, { steps: steps(), onStep: noting(losses) });
  for (const [name, bytes] of files) await kept.put(new URL(name, folder), new Response(bytes));
  at('losses').textContent = JSON.stringify(losses);
  at('state').textContent = 'saved';
});

at('fill').onclick = telling(async () => {
  const model = await open();
  at('guesses').textContent = JSON.stringify(await model.fillMask(at('question').value));
  model.dispose();
  at('state').textContent = 'filled';
});

at('classify').onclick = telling(async () => {
  const losses = [];
  const model = await open();
  const asked = { steps: steps(), onStep: noting(losses) };
  const probabilities = await classifyByLines(model, at('lines').value, at('question').value, asked);
  model.dispose();
  at('classLosses').textContent = JSON.stringify(losses);
  at('probabilities').textContent = JSON.stringify(probabilities);
  at('state').textContent = 'classified';
});

if (provider === 'webgpu')
  at('adapter').textContent = (await navigator.gpu?.requestAdapter())?.info.architecture ?? 'none';
at('state').textContent = `ready, ${crossOriginIsolated ? 'isolated' : 'not isolated'}`;
