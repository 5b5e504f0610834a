import { onnxEngine } from '@cloze/backend';
import { pretrainedFiles } from '@cloze/encoder';
import { exportOnnx } from '@cloze/models';
import { streamFrom } from '@cloze/random';
import * as runtime from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { firstState } from '../page/state.ts';
import { linesOf } from '../text/lines-of.ts';
import { rowsOfStep } from './batches.ts';
import { client } from './client.ts';
import type { ChosenFile } from './file-source.ts';
import type { Event, Message, Request } from './messages.ts';
import { session } from './session.ts';
import { train } from './train.ts';
import type { TrainingSettings } from './training-settings.ts';

const lines = linesOf(firstState().text).lines;
const settings: TrainingSettings = {
  ...{ family: 'bert', layers: 1, width: 32, steps: 30, batchSize: 8, learningRate: 1e-2, seed: 1 },
  policy: { preset: 'bert', rate: 0.3 },
};
const chosen = (name: string, bytes: Uint8Array, folder = 'mine'): ChosenFile => ({
  file: { name, arrayBuffer: async () => new Uint8Array(bytes).buffer },
  path: `${folder}/${name}`,
});

/** A page and its worker without either: messages go through the queue of tasks, as they would. */
function together() {
  const events: Event[] = [];
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve));
  const toPage = { postMessage: (message: Message) => void setTimeout(() => page.receive(structuredClone(message))) };
  const answer = session({ port: toPage, computing: async () => ({ engine: onnxEngine(), runtime }), pause });
  const page = client({ postMessage: (request: Request) => void setTimeout(() => answer(request)) }, (event) => {
    events.push(event);
  });
  const losses = () => events.flatMap((event) => (event.kind === 'step' ? [event.loss] : []));
  return { page, events, losses };
}
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('a page and its worker', () => {
  it('trains, tells each step and guesses, then fills, scores, shows attention, explains and gives files', async () => {
    const { page, events, losses } = together();
    const trained = await page.ask('train', { lines, settings });
    expect(trained).toMatchObject({ steps: 30, stopped: false, model: { family: 'bert', layers: 1, width: 32 } });
    expect(losses()).toHaveLength(30);
    expect(mean(losses().slice(-5))).toBeLessThan(0.8 * mean(losses().slice(0, 5)));
    const judged = events.flatMap((event) => (event.kind === 'guesses' ? [event] : []));
    expect(judged.map(({ step }) => step)).toEqual([0, 5, 10, 15, 20, 25, 30]);
    expect(judged.at(-1)?.guesses.loss).toBeLessThan(judged[0]?.guesses.loss as number);
    const [held] = judged.at(-1)?.guesses.lines ?? [];
    expect(held?.map(({ gap, original }) => gap + original).join('')).toBe(lines[9]);

    const [filled] = await page.ask('fill', { text: 'The cat sleeps by the [MASK].' });
    expect(filled?.guesses).toHaveLength(5);
    const scored = await page.ask('score', { text: 'The cat sleeps.' });
    expect(scored.count).toBe(4);
    expect(scored.logLikelihood).toBeLessThan(0);
    const { tokens, blocks } = await page.ask('attention', { text: 'The cat sleeps.' });
    expect(tokens).toHaveLength(6);
    expect(blocks).toHaveLength(1);
    const row = Array.from(blocks[0]?.values.slice(0, 6) ?? []);
    expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    const { target, tokens: told } = await page.ask('explain', { text: 'The cat sleeps by the [MASK].' });
    expect(target).toBe(filled?.guesses[0]?.token);
    expect(told.some(({ score }) => score !== 0)).toBe(true);

    const zip = await page.ask('save', null);
    const opened = await page.ask('open', { files: [chosen('mine.zip', zip, '')] });
    expect(opened).toMatchObject({ name: 'mine', family: 'bert', width: 32 });
    expect(await page.ask('fill', { text: 'The cat sleeps by the [MASK].' })).toEqual([filled]);
  });

  it('a T-TA learns from every token', async () => {
    const { page, losses } = together();
    const trained = await page.ask('train', { lines, settings: { ...settings, family: 't-ta' } });
    expect(trained.model.family).toBe('t-ta');
    expect(mean(losses().slice(-5))).toBeLessThan(0.8 * mean(losses().slice(0, 5)));
    expect((await page.ask('score', { text: 'The cat sleeps.' })).count).toBe(4);
  });

  it('stops where it is told to, and keeps what it learnt', async () => {
    const { page, losses } = together();
    const training = page.ask('train', { lines, settings: { ...settings, steps: 1000 } });
    while (losses().length < 3) await Promise.race([training, new Promise((resolve) => setTimeout(resolve, 5))]);
    await page.ask('stop', null);
    const { steps, stopped } = await training;
    expect(stopped).toBe(true);
    expect(steps).toBeGreaterThanOrEqual(3);
    expect(steps).toBeLessThan(1000);
    expect(await page.ask('fill', { text: 'The cat [MASK].' })).toHaveLength(1);
  });

  it('answers what it cannot do in a sentence, and goes on', async () => {
    const { page } = together();
    await expect(page.ask('fill', { text: 'a [MASK]' })).rejects.toThrow(
      'There is no model yet; train one, or open one.',
    );
    await expect(page.ask('train', { lines: [], settings })).rejects.toThrow('There is no text to learn from');
    await expect(page.ask('train', { lines, settings: { ...settings, layers: 0, width: 5000 } })).rejects.toThrow(
      /layers must be .* from 1 to 6, got 0\. width must be .* got 5000/,
    );
    await expect(
      page.ask('train', { lines, settings: { ...settings, policy: { preset: 'left-to-right' } } }),
    ).rejects.toThrow("A BERT cannot learn by 'left-to-right'");
    await expect(page.ask('open', { files: [chosen('torn.zip', Uint8Array.of(1, 2, 3))] })).rejects.toThrow(
      'torn.zip cannot be unpacked',
    );
    const text = new TextEncoder().encode('no model');
    await expect(page.ask('open', { files: [chosen('config.json', text)] })).rejects.toThrow('config.json');
    await expect(page.ask('open', { files: [chosen('model.onnx', text)] })).rejects.toThrow('mine');
    expect((await page.ask('train', { lines, settings: { ...settings, steps: 2 } })).steps).toBe(2);
  });
});

describe('an exported graph', () => {
  it.each(['bert', 't-ta'] as const)(
    'of a %s fills and scores as its weights do, and says what it cannot',
    async (family) => {
      const { page } = together();
      const { model } = await train(lines, { ...settings, family, steps: 3 }, { engine: onnxEngine() });
      const beside = [...pretrainedFiles(model.loaded)].filter(([name]) => !name.endsWith('.safetensors'));
      const graph = exportOnnx(model, 'fill-mask').bytes('float32');
      const files = [...beside, ['onnx/model.onnx', graph] as const].map(([name, bytes]) => chosen(name, bytes));
      const { name } = await page.ask('open', { files });
      expect(name).toBe('mine/onnx/model.onnx');
      const text = 'The cat sleeps by the [MASK].';
      const [filled] = await page.ask('fill', { text });
      const expected = await model.fillMask(text);
      expect(filled?.guesses.map(({ token }) => token)).toEqual(expected.map(({ token }) => token));
      for (const [i, { probability }] of expected.entries())
        expect(filled?.guesses[i]?.probability).toBeCloseTo(probability, 5);
      const scored = await page.ask('score', { text: 'The cat sleeps.' });
      const [whole] = await model.score(['The cat sleeps.']);
      expect(scored.tokens.map(([token]) => token)).toEqual(whole?.tokens.map(([token]) => token));
      expect(scored.logLikelihood).toBeCloseTo(whole?.logLikelihood as number, 4);
      await expect(page.ask('explain', { text })).rejects.toThrow('An ONNX graph gives predictions only');
      await expect(page.ask('fill', { text: 'no mask' })).rejects.toThrow('The text has no [MASK]');
      await expect(
        page.ask('open', { files: files.filter(({ path }) => path !== 'mine/config.json') }),
      ).rejects.toThrow('mine has no config.json');
      model.dispose();
    },
  );
});

describe('rowsOfStep', () => {
  it('takes each row once an epoch, in another order each time', () => {
    const rows = rowsOfStep(10, 4, streamFrom(1));
    const seen = Array.from({ length: 10 }, (_, step) => [...rows(step + 1)]).flat();
    for (let epoch = 0; epoch < 4; epoch++)
      expect(seen.slice(10 * epoch, 10 * epoch + 10).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(seen.slice(0, 10)).not.toEqual(seen.slice(10, 20));
  });
});
