import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onnxEngine } from '@cloze/backend';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { openModel } from '../../src/index.ts';
import { classifyByLines, pretrainOnText } from './pretrain-on-text.ts';

/** Debian's; another by its path in CHROMIUM. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const own = dirname(fileURLToPath(import.meta.url));
const runtimeFolder = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/wasm'));
const text = '床前明月光\n疑是地上霜\n举头望明月\n低头思故乡\n'.repeat(4);
const question = '床前明[MASK]光';
const steps = 50;
const gpuSteps = 10;
const lines = ['床前明月光\t明', '疑是地上霜\t暗', '举头望明月\t明', '低头思故乡\t暗'].join('\n');

/** The page's files; `isolated` lets its threads share memory. */
async function serve(isolated: boolean): Promise<{ readonly address: string; close(): void }> {
  const { outputFiles } = await build({
    ...{ entryPoints: [join(own, 'page.js')], bundle: true, format: 'esm', platform: 'browser', write: false },
    conditions: ['@cloze/source', 'onnxruntime-web-use-extern-wasm'],
  });
  const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
  const types = { html: 'text/html', js: 'text/javascript', mjs: 'text/javascript', wasm: 'application/wasm' };
  const server = createServer(async ({ url = '/' }, answer) => {
    const [path = '/'] = url.split('?');
    const name = path === '/' ? 'index.html' : path.slice(1);
    const bytes =
      name === 'page.js'
        ? outputFiles[0]?.contents
        : await readFile(name.startsWith('ort/') ? join(runtimeFolder, name.slice(4)) : join(own, name)).catch(
            () => undefined,
          );
    const type = Object.entries(types).find(([ending]) => name.endsWith(`.${ending}`))?.[1] ?? 'text/plain';
    answer.writeHead(bytes ? 200 : 404, { 'content-type': type, ...(isolated && isolation) }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { address: `http://localhost:${port}/`, close: () => server.close() };
}

/** What needs no screen, no network but the page's own, and no rights. */
const quiet = [
  ...['--no-sandbox', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
/** WebGPU by SwiftShader, which computes on the processor. */
const softwareGpu = [
  ...['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--use-vulkan=swiftshader'],
  ...['--enable-features=Vulkan', '--ignore-gpu-blocklist'],
];

const source = (files: ReadonlyMap<string, Uint8Array>) => ({
  ...{ name: 'files', list: async () => [...files.keys()] },
  read: async (name: string) => files.get(name),
});

/** The losses that Node sees, and the files. */
async function underNode(steps: number) {
  const losses: number[] = [];
  const files = await pretrainOnText(text, onnxEngine(), { steps, onStep: (_step, loss) => losses.push(loss) });
  return { losses, files };
}

const apart = (a: readonly number[], b: readonly number[]) =>
  Math.max(Math.abs(a.length - b.length), ...a.map((loss, i) => Math.abs(loss - (b[i] as number))));

/** A page and what is done in it. */
async function open(browser: Browser, address: string) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(address);
  /** Waits until the page says one of these or that it failed. */
  const until = async (wanted: string) => {
    const shown = page.locator('#state', { hasText: new RegExp(`^${wanted}|failed`) });
    await shown.waitFor({ timeout: 100_000 });
    expect(await shown.textContent()).toMatch(new RegExp(`^${wanted}`));
  };
  return {
    page,
    until,
    fill: (what: string, value: string) => page.locator(`#${what}`).fill(value),
    press: async (button: string, wanted: string) => {
      await page.locator(`#${button}`).click();
      await until(wanted);
    },
    shown: async <T>(what: string) => JSON.parse((await page.locator(`#${what}`).textContent()) ?? '') as T,
  };
}

describe.skipIf(!existsSync(executablePath))(
  'Chromium (Debian: apt-get install chromium, or its path in CHROMIUM)',
  () => {
    let browser: Browser | undefined;
    let withGpu: Browser | undefined;
    afterAll(() => Promise.all([browser?.close(), withGpu?.close()]));

    it.each([
      ['isolated, by threads', true],
      ['not isolated, by one thread', false],
    ])(
      "a page's own pretrain and fineTune learn from typed text, keep the model, open it again and fill a mask, as under Node: %s",
      async (_, isolated) => {
        const { losses: own, files } = await underNode(steps);
        const model = await openModel(source(files), { engine: onnxEngine() });
        const expected = await model.fillMask(question);
        const classLosses: number[] = [];
        const asked = { steps: 12, onStep: (_step: number, loss: number) => classLosses.push(loss) };
        const classes = await classifyByLines(model, lines, question, asked);

        browser ??= await chromium.launch({ executablePath, args: [...quiet, '--disable-gpu'] });
        const { address, close } = await serve(isolated);
        try {
          const { page, until, fill, press, shown } = await open(browser, address);
          await until(isolated ? 'ready, isolated$' : 'ready, not isolated$');
          await fill('text', text);
          await press('train', 'saved');
          const losses = await shown<number[]>('losses');
          expect(losses).toHaveLength(steps);
          expect(apart(losses, own)).toBeLessThan(1e-4);
          expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] as number));

          await page.reload();
          await until('ready');
          await fill('question', question);
          await press('fill', 'filled');
          const guesses = await shown<typeof expected>('guesses');
          expect(guesses[0]?.token).toBe('月');
          expect(guesses.map(({ token }) => token)).toEqual(expected.map(({ token }) => token));

          await fill('lines', lines);
          await fill('steps', '12');
          await press('classify', 'classified');
          expect(classLosses).toHaveLength(12);
          expect(apart(await shown<number[]>('classLosses'), classLosses)).toBeLessThan(1e-4);
          const probabilities = await shown<Record<string, number>>('probabilities');
          expect(Object.keys(probabilities)).toEqual(Object.keys(classes));
          expect(apart(Object.values(probabilities), Object.values(classes))).toBeLessThan(1e-4);
        } finally {
          close();
        }
      },
    );

    it('by WebGPU on a software adapter: the losses that Node sees', async (context) => {
      withGpu ??= await chromium.launch({ executablePath, args: [...quiet, ...softwareGpu] });
      const { address, close } = await serve(true);
      try {
        const { page, until, fill, press, shown } = await open(withGpu, `${address}?provider=webgpu`);
        await until('ready');
        const adapter = await page.locator('#adapter').textContent();
        if (adapter === 'none') return context.skip('this Chromium has no adapter for WebGPU');
        const { losses: own } = await underNode(gpuSteps);
        await fill('text', text);
        await fill('steps', String(gpuSteps));
        await press('train', 'saved');
        const losses = await shown<number[]>('losses');
        expect(apart(losses, own)).toBeLessThan(1e-3);
      } finally {
        close();
      }
    });
  },
);
