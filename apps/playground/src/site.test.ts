import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { encoderConfig, pretrainedFiles } from '@cloze/encoder';
import { freshWeights } from '@cloze/models';
import { streamFrom } from '@cloze/random';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenizerFor } from './text/encode-lines.ts';

/** Debian's; another by its path in CHROMIUM. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const dist = join(dirname(fileURLToPath(import.meta.url)), '../../../site/dist');
const args = ['--no-sandbox', '--disable-quic', '--disable-gpu', '--no-first-run', '--disable-background-networking'];

/** Most kilobytes, gzip, of what the page loads of its own and the site's JavaScript, with what trains and without the engine. */
const mostKilobytes = 300;

const types: Readonly<Record<string, string>> = {
  ...{ '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' },
  ...{ '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' },
};

/** The built site; `isolated` lets its threads share memory. */
async function serve(isolated: boolean) {
  const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
  const server = createServer(async ({ url = '/' }, answer) => {
    const path = decodeURI(url.split('?')[0] as string);
    const file = join(dist, extname(path) ? path : `${path === '/' ? '/index' : path}.html`);
    const bytes = await readFile(file).catch(() => undefined);
    const type = types[extname(file)] ?? 'application/octet-stream';
    answer.writeHead(bytes ? 200 : 404, { 'content-type': type, ...(isolated && headers) }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { address: `http://localhost:${port}`, close: () => server.close() };
}

/** What axe finds. */
interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

const at = (page: Page, name: string) => page.locator(`[data-test=${name}]`);

describe.skipIf(!existsSync(executablePath) || !existsSync(join(dist, 'playground.html')))(
  'the playground of the built site (pnpm site) in Chromium',
  () => {
    let browser: Browser;
    let site: Awaited<ReturnType<typeof serve>>;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args });
      site = await serve(false);
    });
    afterAll(async () => {
      await browser?.close();
      site?.close();
    });

    /** The page, ready; an error that nobody caught fails whoever looks at `errors`. */
    async function open({
      hash = '',
      from = site.address,
      ...context
    }: BrowserContextOptions & { hash?: string; from?: string } = {}) {
      const page = await (await browser.newContext(context)).newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      const loaded: { readonly address: string; readonly bytes: Promise<Buffer> }[] = [];
      page.context().on('response', (response) => {
        if (/\.(m?js|wasm)(\?|$)/.test(response.url()))
          loaded.push({ address: response.url(), bytes: response.body() });
      });
      await page.goto(`${from}/playground${hash}`);
      await at(page, 'masked').waitFor({ timeout: 30_000 });
      return { page, errors, loaded };
    }
    const train = async (page: Page, steps: number) => {
      await at(page, 'steps').fill(String(steps));
      await at(page, 'train').click();
    };
    const trained = (page: Page) =>
      at(page, 'ended')
        .filter({ hasText: /Trained|Stopped/ })
        .waitFor({ timeout: 120_000 });

    it('shows what a policy does, draws again, and says what it computes on; no engine is fetched', async () => {
      const { page, errors, loaded } = await open();
      expect(await at(page, 'uses').textContent()).toContain('on one thread');
      const first = await at(page, 'masked').textContent();
      expect(first).toContain('[MASK]');
      await at(page, 'redraw').click();
      await expect.poll(() => at(page, 'masked').textContent()).not.toBe(first);
      await at(page, 'rate').fill('100');
      await at(page, 'rate').blur();
      await at(page, 'preset').selectOption('mask-40');
      await expect.poll(() => page.locator('[data-test=masked] .plain').count()).toBe(0);
      await at(page, 'preset').selectOption('t-ta');
      await expect.poll(() => page.locator('[data-test=masked] .masked').count()).toBe(0);
      expect(loaded.filter(({ address }) => /\.wasm|\/ort[-.]|\/worker[-.]/.test(address))).toEqual([]);
      expect(errors).toEqual([]);
    });

    it('trains while the page stays alive; the loss falls; then fills, scores, shows attention and explains', async () => {
      const { page, errors, loaded } = await open();
      await page.evaluate('globalThis.drawn = 0; (function next() { drawn++; requestAnimationFrame(next); })()');
      await train(page, 30);
      await trained(page);
      // A page that is held up draws nothing; a shared machine is slow, so only a few are asked for.
      expect(await page.evaluate('drawn')).toBeGreaterThan(20);
      const told = await page.locator('.curve svg').getAttribute('aria-label');
      const [, first, last] = /Loss: ([\d.]+) at step 1, ([\d.]+) at step 30/.exec(told ?? '') ?? [];
      expect(Number(last)).toBeLessThan(0.8 * Number(first));
      expect(await at(page, 'guesses').locator('ruby').count()).toBeGreaterThan(3);

      await at(page, 'fill').click();
      await expect.poll(() => at(page, 'filled').locator('tbody tr').count()).toBe(5);
      await at(page, 'score').click();
      await at(page, 'scored').waitFor();
      expect(await at(page, 'scored').locator('ruby').count()).toBeGreaterThan(5);
      await at(page, 'look').click();
      await at(page, 'attention').waitFor();
      await at(page, 'layer').selectOption('1');
      await at(page, 'head').selectOption('1');
      const row = await at(page, 'attention').locator('tbody tr').first().locator('td').allTextContents();
      expect(row.length).toBeGreaterThan(7);
      await at(page, 'explain').click();
      await at(page, 'explained').waitFor();
      await at(page, 'question').fill('no mask');
      await at(page, 'fill').click();
      await at(page, 'ask-problem').filter({ hasText: 'The text has no [MASK]' }).waitFor();

      // All of the page's own JavaScript, worker and site included; ONNX Runtime's apart.
      const sizes = await Promise.all(
        loaded
          .filter(({ address }) => !/\.wasm|\/ort[-.]/.test(address))
          .map(async ({ address, bytes }) => [new URL(address).pathname, gzipSync(await bytes).length / 1000] as const),
      );
      const total = [...new Map(sizes).values()].reduce((a, b) => a + b, 0);
      console.log(
        `${total.toFixed(1)} kB of ${mostKilobytes}:`,
        [...new Map(sizes)].map(([path, size]) => `${path} ${size.toFixed(1)}`).join(', '),
      );
      expect([...new Map(sizes).keys()].some((path) => path.includes('worker'))).toBe(true);
      expect(total).toBeLessThan(mostKilobytes);
      expect(errors).toEqual([]);
    });

    it('on an isolated page it says its threads, and trains a T-TA', async () => {
      const isolated = await serve(true);
      try {
        const { page, errors } = await open({ from: isolated.address });
        expect(await at(page, 'uses').textContent()).toMatch(/WebAssembly on \d threads?\./);
        await at(page, 'family').selectOption('t-ta');
        await train(page, 10);
        await trained(page);
        expect(await at(page, 'train-problem').textContent()).toBe('');
        expect(errors).toEqual([]);
      } finally {
        isolated.close();
      }
    });

    it('stops when it is told to, and keeps the model', async () => {
      const { page } = await open();
      await train(page, 5000);
      await at(page, 'progress').filter({ hasText: /left/ }).waitFor({ timeout: 120_000 });
      await at(page, 'stop').click();
      await trained(page);
      expect(await at(page, 'ended').textContent()).toMatch(/^Stopped: \d+ steps/);
      await at(page, 'fill').click();
      await at(page, 'filled').waitFor();
    });

    it('a link brings back text and settings, and names what it says wrongly', async () => {
      const { page } = await open();
      await at(page, 'text').fill('春眠不觉晓\n处处闻啼鸟');
      await at(page, 'preset').selectOption('whole-word-40');
      await at(page, 'seed').fill('7');
      await at(page, 'share').click();
      const link = await at(page, 'link').inputValue();
      const again = await open({ hash: new URL(link).hash });
      expect(await at(again.page, 'text').inputValue()).toBe('春眠不觉晓\n处处闻啼鸟');
      expect(await at(again.page, 'preset').inputValue()).toBe('whole-word-40');
      await expect.poll(() => at(page, 'masked').textContent()).toBe(await at(again.page, 'masked').textContent());
      const wrong = await open({ hash: '#rate=7' });
      expect(await wrong.page.locator('.note[role=alert]').first().textContent()).toContain(
        "rate must be a number from 0 to 1, got '7'",
      );
    });

    it('a paste of 5 MB is said to be cut, and the page goes on', async () => {
      const { page, errors } = await open();
      await at(page, 'text').evaluate((area: { value: string; dispatchEvent(event: Event): void }) => {
        area.value = 'the moon is bright and the night is long. '.repeat(125_000);
        area.dispatchEvent(new Event('input'));
      });
      await at(page, 'text-note').filter({ hasText: 'The text has 5,250,000 characters' }).waitFor();
      await expect.poll(() => at(page, 'masked').textContent(), { timeout: 20_000 }).toContain('moon');
      await at(page, 'redraw').click();
      await at(page, 'share').click();
      await at(page, 'shared').filter({ hasText: 'more than the 16,000' }).waitFor();
      expect(errors).toEqual([]);
    });

    it('opens a folder of Hugging Face’s form; what does not open is a sentence, and the model that was there stays', async () => {
      const { page, errors } = await open();
      const { vocabulary } = tokenizerFor(['the cat sleeps by the door']);
      const config = encoderConfig({
        vocabularySize: vocabulary.tokens.length,
        layers: 1,
        width: 16,
        heads: 2,
        maximumLength: 32,
      });
      const loaded = freshWeights(vocabulary, config, { random: streamFrom(1) });
      const files = [...pretrainedFiles(loaded)].map(([name, bytes]) => {
        return { name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) };
      });
      await at(page, 'files').setInputFiles(files);
      await at(page, 'model').filter({ hasText: '1 layers of width 16, 2 heads' }).waitFor({ timeout: 60_000 });
      await at(page, 'fill').click();
      await at(page, 'filled').waitFor();
      const torn = files.map((file) =>
        file.name.endsWith('.safetensors') ? { ...file, buffer: file.buffer.subarray(0, 100) } : file,
      );
      await at(page, 'files').setInputFiles(torn);
      await at(page, 'open-problem').filter({ hasText: 'model.safetensors' }).waitFor();
      await at(page, 'fill').click();
      await at(page, 'filled').waitFor();
      expect(errors).toEqual([]);
    });

    const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
    it.each(
      (['light', 'dark'] as const).flatMap((colorScheme) => [1200, 390].map((width) => [colorScheme, width] as const)),
    )(
      '%s at %d px: nothing that axe finds serious, nothing wider than the page, all of it by keyboard',
      async (colorScheme, width) => {
        const { page } = await open({ colorScheme, viewport: { width, height: 900 } });
        await train(page, 5);
        await trained(page);
        for (const [name, answer] of [
          ['fill', 'filled'],
          ['score', 'scored'],
          ['look', 'attention'],
          ['explain', 'explained'],
          ['share', 'link'],
        ] as const) {
          await at(page, name).focus();
          await page.keyboard.press('Enter');
          await at(page, answer).waitFor();
        }
        if (process.env.CLOZE_SCREENSHOTS)
          await page.screenshot({
            path: join(process.env.CLOZE_SCREENSHOTS, `playground-${colorScheme}-${width}.png`),
            fullPage: true,
          });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        await page.addScriptTag({ path: axe });
        const { violations }: { violations: Violation[] } = await page.evaluate("axe.run('.playground-page')");
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      },
    );
  },
);
