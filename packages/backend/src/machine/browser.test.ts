import { expect, it } from 'vitest';
import * as browser from './browser.ts';
import * as node from './node.ts';

it('a browser has every name that Node has', () => {
  expect(Object.keys(browser).sort()).toEqual(Object.keys(node).sort());
});

it('what needs Node says so, and what a page does in its stead', async () => {
  const { silentStderr, thisMachine, findLibtensorflow, nodeVersion } = browser;
  silentStderr()();
  expect(thisMachine()).toMatchObject({ platform: 'browser', env: {} });
  expect(nodeVersion).toBe('none');
  expect(findLibtensorflow(thisMachine())).toMatchObject({
    reason: expect.stringMatching(/onnxEngine\(\{ runtime \}\).*onnxruntime-web/),
  });
  expect(() => browser.installedRuntime()).toThrow(/passed in: onnxEngine\(\{ runtime \}\)/);
  expect(() => browser.tensorflowEngine('/nowhere')).toThrow(/tensorflowEngine: it needs Node/);
  await expect(browser.tfjsEngine('tfjs-node')).rejects.toThrow(/tfjsEngine: it needs Node/);
  await expect(browser.mpiReplicas()).rejects.toThrow(/mpiReplicas: it needs Node/);
  await expect(browser.installLibtensorflow({ surroundings: thisMachine(), report: () => {} })).rejects.toThrow(
    /installLibtensorflow: it needs Node/,
  );
  await expect(browser.withProfile(async () => {})).rejects.toThrow(/onRun.*needs Node/);
});
