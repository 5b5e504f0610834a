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
/** All tokens are real, of one segment; a file that asks for ids alone calls them by another name. */
const fed = (ids: BigInt64Array): Record<string, Tensor> => {
  const given: Record<string, bigint> = { attention_mask: 1n, token_type_ids: 0n };
  return Object.fromEntries(
    session.inputNames.map((name) => [
      name,
      new Tensor('int64', name in given ? new BigInt64Array(ids.length).fill(given[name] as bigint) : ids, shape),
    ]),
  );
};
process.stdout.write('ready onnxruntime-node, all graph optimisations\n');
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === 'memory') {
    process.stdout.write(`${process.resourceUsage().maxRSS / 1024}\n`);
    continue;
  }
  const ids = BigInt64Array.from({ length: shape[0] * shape[1] }, () => BigInt(integerBelow(random, vocabularySize)));
  const started = performance.now();
  await session.run(fed(ids));
  process.stdout.write(`${performance.now() - started}\n`);
}
