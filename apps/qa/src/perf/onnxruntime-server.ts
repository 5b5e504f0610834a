/** ONNX Runtime's side of `qa perf`, in a process of its own because its threads spin: `FILE BATCH LENGTH`. */
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { integerBelow, streamFrom } from '@cloze/random';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { vocabularySize } from './work.ts';

const [file = '', batch = '', length = ''] = process.argv.slice(2);
const shape = [Number(batch), Number(length)] as const;
const session = await InferenceSession.create(file, {
  graphOptimizationLevel: 'all',
  intraOpNumThreads: availableParallelism(),
});
const random = streamFrom(1);
process.stdout.write('ready onnxruntime-node, all graph optimisations\n');
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === 'memory') {
    process.stdout.write(`${process.resourceUsage().maxRSS / 1024}\n`);
    continue;
  }
  const ids = BigInt64Array.from({ length: shape[0] * shape[1] }, () => BigInt(integerBelow(random, vocabularySize)));
  const started = performance.now();
  await session.run({ ids: new Tensor('int64', ids, shape) });
  process.stdout.write(`${performance.now() - started}\n`);
}
