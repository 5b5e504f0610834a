import { address, anything, callable, checkOptions, needed, text } from '@cloze/checks';
import type { TrainingCallback } from '../run/training-callback.ts';

/** Where a run is reported. */
export interface MlflowOptions {
  /** The server, such as `http://127.0.0.1:5000`; a name and password are for `fetch` to add. */
  readonly trackingUri: string;
  /** Made when it is not there. Default `Default`. */
  readonly experimentName?: string;
  readonly runName?: string;
  /** A run to go on with after a resume; default a new one. */
  readonly runId?: string;
  /** Settings shown beside the run; values are written as text. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /** Told the run's id, so that a resume can go on with it. */
  readonly onRun?: (runId: string) => void;
  /** The global one, or one that adds a token. */
  readonly fetch: (
    url: string,
    init: { method: string; headers: Record<string, string>; body?: string },
  ) => Promise<{
    readonly ok: boolean;
    readonly status: number;
    text(): Promise<string>;
  }>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Raised when the server refuses; `runTraining` warns and goes on. */
export class MlflowError extends Error {
  override readonly name = 'MlflowError';
}

/**
 * Reports logs and evaluations to an MLflow server over its REST interface (2.0). Values that are no number are left out.
 *
 * @throws {RangeError} for options that are unknown or wrong, an address that holds a password among them
 */
export function mlflow(options: MlflowOptions): TrainingCallback {
  checkOptions('mlflow', options, {
    trackingUri: needed(address),
    experimentName: text,
    runName: text,
    runId: text,
    parameters: anything,
    onRun: callable,
    fetch: needed(callable),
    now: needed(callable),
  });
  const {
    trackingUri,
    experimentName = 'Default',
    runName,
    runId,
    parameters = {},
    onRun = () => {},
    fetch,
    now,
  } = options;

  let run = runId;
  const call = async (
    method: 'GET' | 'POST',
    path: string,
    body?: object,
  ): Promise<{ found: boolean; value: unknown }> => {
    const url = `${trackingUri.replace(/\/$/, '')}/api/2.0/mlflow/${path}`;
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (response.status === 404 && text.includes('RESOURCE_DOES_NOT_EXIST')) return { found: false, value: undefined };
    if (!response.ok)
      throw new MlflowError(
        `mlflow: ${method} ${path.split('?')[0]} answered ${response.status}: ${text.slice(0, 300)}`,
      );
    return { found: true, value: JSON.parse(text) as unknown };
  };
  const experimentId = async (): Promise<string> => {
    const { found, value } = await call(
      'GET',
      `experiments/get-by-name?experiment_name=${encodeURIComponent(experimentName)}`,
    );
    if (found) return (value as { experiment: { experiment_id: string } }).experiment.experiment_id;
    const made = await call('POST', 'experiments/create', { name: experimentName });
    return (made.value as { experiment_id: string }).experiment_id;
  };
  const report = async (prefix: string, step: number, values: Readonly<Record<string, number>>) => {
    if (run === undefined) return;
    const timestamp = now();
    const metrics = Object.entries(values)
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]) => ({ key: `${prefix}/${name}`, value, timestamp, step }));
    await call('POST', 'runs/log-batch', { run_id: run, metrics });
  };
  return {
    onTrainBegin: async () => {
      if (run === undefined) {
        const { value } = await call('POST', 'runs/create', {
          experiment_id: await experimentId(),
          start_time: now(),
          ...(runName === undefined ? {} : { run_name: runName }),
        });
        run = (value as { run: { info: { run_id: string } } }).run.info.run_id;
        const params = Object.entries(parameters).map(([key, value]) => ({ key, value: String(value) }));
        // The server takes a hundred at a time.
        for (let from = 0; from < params.length; from += 100)
          await call('POST', 'runs/log-batch', { run_id: run, params: params.slice(from, from + 100) });
      } else await call('POST', 'runs/update', { run_id: run, status: 'RUNNING' });
      onRun(run);
    },
    onLog: (step, values) => report('train', step, values),
    onEvaluate: (step, metrics) => report('eval', step, metrics),
    onTrainEnd: async ({ reason }) => {
      if (run === undefined) return;
      const status = reason === 'interrupted' ? 'KILLED' : 'FINISHED';
      await call('POST', 'runs/update', { run_id: run, status, end_time: now() });
    },
  };
}
