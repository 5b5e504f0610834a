import { expect, it } from 'vitest';
import { chromeTrace } from './chrome-trace.ts';

it('counts from the first event, however many there are', () => {
  const times = Array.from({ length: 200_000 }, (_, i) => ({
    node: 'a',
    operation: 'MatMul',
    start: 200_007 - i,
    duration: 2,
    thread: 1,
  }));
  const { traceEvents } = JSON.parse(chromeTrace(times)) as { traceEvents: readonly { ts: number; dur: number }[] };
  expect(traceEvents).toHaveLength(200_000);
  expect(traceEvents[0]).toMatchObject({ ts: 199_999, dur: 2 });
  expect(traceEvents.at(-1)).toMatchObject({ ts: 0 });
});
