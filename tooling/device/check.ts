import { trainOnBoth } from '../../apps/qa/src/device/train-on-both.ts';

/** What runs on a lent machine, bundled by `pack.mjs`: small steps and large ones on its GPU, one JSON object each. */
const sizes = [
  { layers: 2, width: 128, batch: 32, length: 64 },
  { layers: 4, width: 256, batch: 16, length: 128 },
  { layers: 12, width: 768, batch: 4, length: 128 },
];
for (const work of sizes) process.stdout.write(`${JSON.stringify(await trainOnBoth('onnx:webgpu', work, 8))}\n`);
