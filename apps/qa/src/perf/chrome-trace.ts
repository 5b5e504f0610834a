import type { OperationTime } from '@cloze/backend';

/** Times of one step as a trace that chrome://tracing and ui.perfetto.dev open: complete events by thread, in microseconds. */
export function chromeTrace(times: readonly OperationTime[]): string {
  const start = times.reduce((least, time) => Math.min(least, time.start), Number.POSITIVE_INFINITY);
  const events = times.map(({ node, operation, start: at, duration, thread }) => ({
    ph: 'X',
    name: operation,
    args: { node },
    ts: at - start,
    dur: duration,
    pid: 1,
    tid: thread,
  }));
  return `${JSON.stringify({ traceEvents: events, displayTimeUnit: 'ms' })}\n`;
}
