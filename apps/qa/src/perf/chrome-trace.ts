import type { OperationTime } from '@cloze/backend';

/** Times of one step as a trace that chrome://tracing and ui.perfetto.dev open: complete events by thread, in microseconds. */
export function chromeTrace(times: readonly OperationTime[]): string {
  const start = Math.min(...times.map((time) => time.start));
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
