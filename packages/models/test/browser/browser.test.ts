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
import { pretrainOnText } from './pretrain-on-text.ts';

/** Debian's; another by its path in CHROMIUM. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const own = dirname(fileURLToPath(import.meta.url));
const runtimeFolder = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/wasm'));
const text = '床前明月光\n疑是地上霜\n举头望明月\n低头思故乡\n'.repeat(4);
const question = '床前明[MASK]光';
const steps = 50;

/** The page's files; `isolated` lets its threads share memory. */
async function serve(isolated: boolean): Promise<{ readonly address: string; close(): void }> {
  const { outputFiles } = await build({
    ...{ entryPoints: [join(own, 'page.js')], bundle: true, format: 'esm', platform: 'browser', write: false },
    conditions: ['@cloze/source', 'onnxruntime-web-use-extern-wasm'],
  });
  const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
  const types = { html: 'text/html', js: 'text/javascript', mjs: 'text/javascript', wasm: 'application/wasm' };
  const server = createServer(async ({ url = '/' }, answer) => {
    const name = url === '/' ? 'index.html' : url.slice(1);
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

describe.skipIf(!existsSync(executablePath))(
  'Chromium (Debian: apt-get install chromium, or its path in CHROMIUM)',
  () => {
    let browser: Browser | undefined;
    afterAll(() => browser?.close());

    it.each([
      ['isolated, by threads', true],
      ['not isolated, by one thread', false],
    ])(
      'a page pretrains on typed text, keeps the model, opens it again and fills a mask, as Node does: %s',
      async (_, isolated) => {
        const own: number[] = [];
        const files = await pretrainOnText(text, onnxEngine(), { steps, onStep: (_step, loss) => own.push(loss) });
        const source = {
          name: 'files',
          list: async () => [...files.keys()],
          read: async (name: string) => files.get(name),
        };
        const expected = await (await openModel(source, { engine: onnxEngine() })).fillMask(question);

        browser ??= await chromium.launch({
          executablePath,
          args: [
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
          ],
        });
        const { address, close } = await serve(isolated);
        try {
          const page = await (await browser.newContext()).newPage();
          await page.goto(address);
          const state = async (wanted: RegExp) => {
            const shown = page.locator('#state', { hasText: /ready|saved|filled|failed/ });
            await shown.waitFor({ timeout: 50_000 });
            expect(await shown.textContent()).toMatch(wanted);
          };
          await state(isolated ? /^ready, isolated$/ : /^ready, not isolated$/);
          await page.locator('#text').fill(text);
          await page.locator('#train').click();
          await page.locator('#state', { hasText: /saved|failed/ }).waitFor({ timeout: 50_000 });
          await state(/^saved$/);
          const losses = JSON.parse((await page.locator('#losses').textContent()) ?? '') as number[];
          expect(losses).toHaveLength(steps);
          expect(Math.max(...losses.map((loss, i) => Math.abs(loss - (own[i] as number))))).toBeLessThan(1e-4);
          expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] as number));

          await page.reload();
          await state(/^ready/);
          await page.locator('#question').fill(question);
          await page.locator('#fill').click();
          await page.locator('#state', { hasText: /filled|failed/ }).waitFor({ timeout: 50_000 });
          await state(/^filled$/);
          const guesses = JSON.parse((await page.locator('#guesses').textContent()) ?? '') as typeof expected;
          expect(guesses[0]?.token).toBe('月');
          expect(guesses.map(({ token }) => token)).toEqual(expected.map(({ token }) => token));
        } finally {
          close();
        }
      },
    );
  },
);
