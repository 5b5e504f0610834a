/** A signal raised by the first SIGINT or SIGTERM, so that a run can save and stop; the second one exits at once. */
export function stopSignals(say: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(code);
      say(`${name}: saving and stopping after this step; once more exits at once.`);
      controller.abort();
    });
  }
  return controller.signal;
}
