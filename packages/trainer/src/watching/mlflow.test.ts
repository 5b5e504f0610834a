import { describe, expect, it } from 'vitest';
import { runTraining } from '../run/run-training.ts';
import { type MlflowOptions, mlflow } from './mlflow.ts';

const train = (options: Omit<MlflowOptions, 'now'>, warn?: (message: string) => void, signal?: AbortSignal) =>
  runTraining({
    maxSteps: 4,
    loggingSteps: 2,
    evalSteps: 4,
    evaluate: async () => ({ loss: 0.5, broken: Number.NaN }),
    batchOf: (step) => step,
    step: async (step) => ({ loss: step }),
    tokensOf: () => 10,
    callbacks: [mlflow({ ...options, now: Date.now })],
    ...(warn ? { warn } : {}),
    signal,
  });

describe('mlflow', () => {
  it('makes experiment and run, reports settings, logs and evaluations, and ends the run', async () => {
    const calls: string[] = [];
    const fetch: MlflowOptions['fetch'] = async (url, { method, body }) => {
      const path = url.replace('http://there/api/2.0/mlflow/', '');
      calls.push(`${method} ${path} ${(body ?? '').replace(/\d{13}/g, 'T')}`);
      const missing = path.startsWith('experiments/get');
      const answer = missing
        ? { error_code: 'RESOURCE_DOES_NOT_EXIST' }
        : { experiment_id: '7', run: { info: { run_id: 'r' } } };
      return { ok: !missing, status: missing ? 404 : 200, text: async () => JSON.stringify(answer) };
    };
    await train({ trackingUri: 'http://there/', experimentName: 'a b', parameters: { seed: 1 }, fetch });
    expect(calls).toEqual([
      'GET experiments/get-by-name?experiment_name=a%20b ',
      'POST experiments/create {"name":"a b"}',
      'POST runs/create {"experiment_id":"7","start_time":T}',
      'POST runs/log-batch {"run_id":"r","params":[{"key":"seed","value":"1"}]}',
      'POST runs/log-batch {"run_id":"r","metrics":[{"key":"train/loss","value":1.5,"timestamp":T,"step":2},{"key":"train/tokens","value":20,"timestamp":T,"step":2}]}',
      'POST runs/log-batch {"run_id":"r","metrics":[{"key":"train/loss","value":3.5,"timestamp":T,"step":4},{"key":"train/tokens","value":40,"timestamp":T,"step":4}]}',
      'POST runs/log-batch {"run_id":"r","metrics":[{"key":"eval/loss","value":0.5,"timestamp":T,"step":4}]}',
      'POST runs/update {"run_id":"r","status":"FINISHED","end_time":T}',
    ]);
  });

  it('an address that holds a password is refused without showing it', async () => {
    const options = {
      trackingUri: 'http://me:SECRET@there',
      fetch: async () => ({ ok: true, status: 200, text: async () => '{}' }),
    };
    const error = await Promise.resolve()
      .then(() => train(options))
      .catch(String);
    expect(String(error)).toContain('mlflow: trackingUri holds a name or password, which messages and logs would show');
    expect(String(error)).not.toContain('SECRET');
  });

  it('a server that is gone costs a warning, not the run', async () => {
    const warnings: string[] = [];
    const fetch: MlflowOptions['fetch'] = async () => ({ ok: false, status: 503, text: async () => 'busy' });
    const outcome = await train({ trackingUri: 'http://gone', fetch }, (message) => warnings.push(message));
    expect(outcome.reason).toBe('finished');
    expect(warnings).toEqual([
      'a callback failed: mlflow: GET experiments/get-by-name answered 503: busy; training goes on.',
    ]);
  });

  // Start one with `mlflow server` from PyPI and give its address.
  const server = process.env.CLOZE_MLFLOW;
  it.skipIf(!server)('a real server shows every value, through a resume of the same run', async () => {
    const trackingUri = server as string;
    let id = '';
    const options = {
      trackingUri,
      experimentName: `cloze ${Date.now()}`,
      fetch,
      parameters: { seed: 1, name: '損失' },
    };
    await train({ ...options, onRun: (runId) => (id = runId) });
    const get = async (path: string) =>
      (await (await fetch(`${trackingUri}/api/2.0/mlflow/${path}`)).json()) as {
        metrics: { step: number; value: number }[];
        run: { info: { status: string }; data: { params: { key: string; value: string }[] } };
      };
    const history = async (key: string) =>
      (await get(`metrics/get-history?run_id=${id}&metric_key=${key}`)).metrics.map(({ step, value }) => [step, value]);
    expect(await history('train/loss')).toEqual([
      [2, 1.5],
      [4, 3.5],
    ]);
    expect(await history('eval/loss')).toEqual([[4, 0.5]]);
    const { run } = await get(`runs/get?run_id=${id}`);
    expect(run.info.status).toBe('FINISHED');
    expect(run.data.params).toEqual(
      expect.arrayContaining([
        { key: 'seed', value: '1' },
        { key: 'name', value: '損失' },
      ]),
    );
    await train({ ...options, runId: id }, undefined, AbortSignal.abort());
    expect((await get(`runs/get?run_id=${id}`)).run.info.status).toBe('KILLED');
  });
});
