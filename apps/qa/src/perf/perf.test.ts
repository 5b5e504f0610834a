import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { referenceEngine } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { chooseRows } from './choose-rows.ts';
import { describeResult } from './describe-result.ts';
import { groups } from './groups.ts';
import { peersAsked } from './peers-asked.ts';
import { perfTable } from './perf-table.ts';
import { processSide } from './process-side.ts';
import type { Comparison, Side } from './row.ts';
import { runRow } from './run-row.ts';

const engine = referenceEngine();
const context = { engine, python: undefined, data: undefined, model: undefined };
const ask = { peers: peersAsked('torch'), steps: 3 };

/** A side that takes `milliseconds`, ten times as long for its first two units. */
function pretended(name: string, milliseconds: number, order: string[]): Side {
  let units = 0;
  return {
    name,
    step: async () => {
      order.push(name);
      await sleep(1);
      return units++ < 2 ? 10 * milliseconds : milliseconds + units / 100;
    },
    peakMegabytes: async () => 100,
    stop: () => order.push(`${name} stopped`),
  };
}

describe('qa perf', () => {
  it('runs our side on another engine as a peer, and names it', async () => {
    const other = { ...engine, name: 'onnx' as const, version: '1' };
    const row: Comparison = {
      row: 'work',
      engineReach: 0.6,
      ours: async ({ engine: { name } }) => pretended(name, name === 'onnx' ? 10 : 20, []),
      peers: [{ kind: 'torch', reach: 1, prepare: async () => pretended('torch', 1, []) }],
    };
    const lines = [];
    for await (const line of runRow(row, { ...context, against: other }, { peers: [], steps: 3 })) lines.push(line);
    expect(lines).toMatchObject([
      { ours: 'reference', peer: 'onnx, on onnx 1', ratio: 0.5, reach: 0.6, reached: false },
    ]);
  });

  it('runs sides in turn, leaves warm-up out, gives a line for each peer, and stops all', async () => {
    const order: string[] = [];
    const row: Comparison = {
      row: 'work',
      ours: async () => pretended('a', 10, order),
      peers: [
        { kind: 'torch', reach: 1.5, prepare: async () => pretended('b', 20, order) },
        { kind: 'ours', reach: 4, prepare: async () => pretended('c', 30, order) },
      ],
    };
    const lines = [];
    for await (const line of runRow(row, context, ask)) lines.push(line);
    expect(order.slice(0, 6)).toEqual(['a', 'b', 'c', 'b', 'c', 'a']);
    expect(order.slice(-3)).toEqual(['a stopped', 'b stopped', 'c stopped']);
    expect(lines).toMatchObject([
      {
        row: 'work',
        ours_ms: 10.03,
        ours_median_ms: 10.04,
        peer: 'b',
        peer_ms: 20.03,
        ratio: 2,
        reach: 1.5,
        reached: true,
      },
      { row: 'work', peer: 'c', ratio: 2.99, reach: 4, reached: false, steps: 3 },
    ]);
    expect(describeResult(lines[1] as never)).toMatch(/ratio 2.99.*at least 4, NOT REACHED/);
    const alone = [];
    for await (const line of runRow(row, context, { peers: [], steps: 3 })) alone.push(line);
    expect(alone).toMatchObject([{ peer: 'c' }]);
  });

  it('holds figures against limits of both kinds', async () => {
    const figure = { row: 'f', unit: 'ms', reach: 5 };
    const measure = async () => [
      { ...figure, value: 4, reach_is: 'at most' as const },
      { ...figure, value: 4, reach_is: 'at least' as const },
    ];
    const lines = [];
    for await (const line of runRow({ row: 'f', measure }, context, ask)) lines.push(line);
    expect(lines.map(({ reached }) => reached)).toEqual([true, false]);
    const table = perfTable([...lines, { row: 'broken | row', error: 'no such thing' }], '2026-01-02');
    expect(table).toContain('Measured 2026-01-02');
    expect(table).toContain('| f | 4 ms | at least 5, not reached |');
    expect(table).toContain('Not measured: broken | row: no such thing');
  });

  it('talks to a side in another process, and repeats its last words when it stops', async () => {
    const answer =
      "process.stdout.write('ready side 1\\n');process.stdin.on('data',(d)=>process.stdout.write(String(d)==='memory\\n'?'7\\n':'12.5\\n'))";
    const side = await processSide(process.execPath, ['-e', answer]);
    expect([side.name, await side.step(), await side.peakMegabytes()]).toEqual(['side 1', 12.5, 7]);
    side.stop();
    await expect(processSide(process.execPath, ['-e', "throw new Error('no torch here')"])).rejects.toThrow(/stopped/);
    await expect(processSide('no-such-interpreter', ['x'])).rejects.toThrow(/ENOENT/);
  });

  it('every row has a name of its own; --peer narrows them', () => {
    const names = chooseRows(undefined, []).map(({ row }) => row);
    expect(new Set(names).size).toBe(names.length);
    expect(chooseRows(undefined, peersAsked('torch')).length).toBe(names.length);
    expect(chooseRows(undefined, peersAsked('onnxruntime'))).toEqual(groups.forward);
    expect(() => peersAsked('torch,jax')).toThrow(/'jax' is none of torch, transformers, onnxruntime/);
  });

  it('an unknown group is a wrong usage, and names the groups', () => {
    const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
    const arguments_ = ['--import', 'tsx', '--conditions=@cloze/source', cli, 'perf', 'stepps'];
    const { status, stderr } = spawnSync(process.execPath, arguments_, { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/Allowed choices are steps, bfloat16, forward/);
  });
});
