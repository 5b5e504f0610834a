import { expect, it } from 'vitest';
import { integer, message, text } from './protobuf.ts';
import { readStepStats } from './read-step-stats.ts';

it('reads times of nodes out of a RunMetadata message, skipping what it does not know', () => {
  const node = (name: string, label: string) =>
    message(2, [
      ...text(1, name),
      ...integer(2, 1_700_123),
      ...integer(3, 5),
      ...integer(4, 1005),
      ...message(6, [1, 2, 3]),
      ...text(8, label),
      ...integer(10, 3),
    ]);
  const device = message(1, [
    ...text(1, '/cpu:0'),
    ...node('MatMul_7', 'MatMul_7 = _MklMatMul(a, b)'),
    ...node('Mul_3', ''),
  ]);
  const metadata = Uint8Array.from([...message(2, [9]), ...message(1, device)]);
  expect(readStepStats(metadata)).toEqual([
    { node: 'MatMul_7', operation: '_MklMatMul', start: 1_700_128, duration: 1000, thread: 3 },
    { node: 'Mul_3', operation: 'Mul', start: 1_700_128, duration: 1000, thread: 3 },
  ]);
});
