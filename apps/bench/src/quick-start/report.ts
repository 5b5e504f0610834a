import { escapeHtml, figure, htmlTable, page } from 'cloze/terminal';
import type { EncoderResult, QuickStartResult } from '../pipeline.ts';
import { vegaSvg } from '../report/figures/vega-svg.ts';
import { comparisonHeader, comparisonRows, pValue, resultHeader, resultRows } from './result-table.ts';

/** Means over about sixty stretches of a curve, so that it can be read. */
function smoothed({ name, curve }: EncoderResult): { encoder: string; step: number; seconds: number; loss: number }[] {
  const window = Math.max(1, Math.round(curve.length / 60));
  let seconds = 0;
  const elapsed = curve.map((record) => (seconds += record.seconds));
  return Array.from({ length: Math.floor(curve.length / window) }, (_, i) => {
    const part = curve.slice(i * window, (i + 1) * window);
    return {
      encoder: name,
      step: part.at(-1)?.step ?? 0,
      seconds: elapsed[(i + 1) * window - 1] ?? 0,
      loss: part.reduce((sum, { loss }) => sum + loss, 0) / part.length,
    };
  });
}

const width = 560;
const size = { width, height: 260 };
const quantity = (field: string, title: string) => ({
  field,
  title,
  type: 'quantitative' as const,
  scale: { zero: false },
});
const encoder = { field: 'encoder', type: 'nominal' as const, title: null, sort: null };

/** Values with their intervals, a line an encoder. */
const intervals = (rows: readonly object[], title: string) =>
  vegaSvg({
    width,
    height: { step: 34 },
    data: { values: rows as object[] },
    encoding: { y: { ...encoder, axis: { labelLimit: 220 } }, color: { ...encoder, legend: null } },
    layer: [
      { mark: { type: 'rule', strokeWidth: 3 }, encoding: { x: quantity('low', title), x2: { field: 'high' } } },
      { mark: { type: 'point', filled: true, size: 90 }, encoding: { x: quantity('value', title) } },
    ],
  });

/** What a quick start found out, as one page. */
export async function quickStartReport(
  result: QuickStartResult,
  { engine, seed, commands }: { readonly engine: string; readonly seed: number; readonly commands: readonly string[] },
): Promise<string> {
  const { config, models, comparisons, riddle, testRows } = result;
  const curves = models.flatMap(smoothed);
  const masked = [...riddle.text].map((c, i) => (i === riddle.column ? '▢' : c)).join('');
  const verdicts = comparisons.map(({ name, accuracy, accuracyP }) => {
    const points = (100 * accuracy.value).toFixed(1);
    const sure = accuracyP < 0.05 ? 'more than chance explains' : 'no more than chance explains';
    return `${name} differs from ${models[0]?.name} by ${points} points of accuracy (95 % interval ${(100 * accuracy.low).toFixed(1)} to ${(100 * accuracy.high).toFixed(1)}, exact McNemar test, Holm: p ${accuracyP < 0.001 ? '' : '= '}${pValue(accuracyP)}), ${sure} in these ${testRows} poems and one seed.`;
  });
  const [bert, tta] = [models.find(({ name }) => name === 'BERT'), models.find(({ name }) => name === 'T-TA')];
  const passes =
    bert && tta
      ? ` T-TA scores a sentence in one pass, BERT needs one masked copy a token: ${(bert.scoreSeconds / tta.scoreSeconds).toFixed(1)} times as long here, compilation included.`
      : '';
  const rows = (of: (model: EncoderResult) => { value: number; low: number; high: number }, scale = 1) =>
    models.map((model) => {
      const { value, low, high } = of(model);
      return { encoder: model.name, value: value * scale, low: low * scale, high: high * scale };
    });
  const guesses = models.flatMap(({ name, guesses: list }) =>
    list.map(({ token, probability }) => ({ encoder: name, token, probability: 100 * probability })),
  );
  const body = [
    `<p>${models.length} encoders of ${config.layers} layers, width ${config.width} and ${config.vocabularySize} tokens, pretrained on classical verse, then fine-tuned to tell Tang from Song poems. The ${testRows} test poems are by authors never seen in training. ${escapeHtml(verdicts.join(' '))}${escapeHtml(passes)}</p>`,
    `<p class="note">Engine: ${escapeHtml(engine)}, seed ${seed}.</p>`,
    htmlTable(resultHeader, resultRows(result)),
    htmlTable(comparisonHeader, comparisonRows(result)),
    '<p class="note">In brackets: 95 % bootstrap intervals over poems or texts. * p &lt; 0.05 after Holm’s correction, or an interval that does not hold 0. They tell what these test texts can tell; other seeds differ too: <code>--seed</code>.</p>',
    figure(
      await vegaSvg({
        ...size,
        data: { values: curves },
        mark: { type: 'line', strokeWidth: 2 },
        encoding: { x: quantity('step', 'step'), y: quantity('loss', 'loss (nats)'), color: encoder },
      }),
      'Pretraining loss. BERT predicts 15 % of the tokens from the rest, T-TA all of them: levels are not comparable between the two, shapes are.',
    ),
    figure(
      await vegaSvg({
        ...size,
        data: { values: curves },
        mark: { type: 'line', strokeWidth: 2 },
        encoding: { x: quantity('seconds', 'seconds'), y: quantity('loss', 'loss (nats)'), color: encoder },
      }),
      'The same against time.',
    ),
    figure(
      await intervals(
        rows((model) => model.accuracy, 100),
        'accuracy (%)',
      ),
      'Tang or Song: accuracy on the test poems with 95 % intervals. Guessing gives 50.',
    ),
    figure(
      await intervals(
        rows((model) => model.pseudoPerplexity),
        'pseudo-perplexity',
      ),
      'Pseudo-perplexity of held-out couplets with 95 % intervals; lower is better.',
    ),
    `<h2>A famous line</h2><p class="verse">${escapeHtml(masked)}</p>`,
    figure(
      await vegaSvg({
        data: { values: guesses },
        facet: { column: { ...encoder, header: { labelFontSize: 13 } } },
        spec: {
          width: Math.floor(width / models.length) - 60,
          height: { step: 26 },
          mark: 'bar',
          encoding: {
            y: { field: 'token', type: 'nominal', sort: '-x', title: null, axis: { labelFontSize: 16 } },
            x: { field: 'probability', type: 'quantitative', title: 'probability (%)' },
            color: { ...encoder, legend: null },
          },
        },
        resolve: { scale: { y: 'independent' } },
      }),
      `The five likeliest characters for ▢; the poet wrote ${[...riddle.text][riddle.column]}.`,
    ),
    `<h2>Go on</h2><pre>${escapeHtml(commands.join('\n'))}</pre>`,
  ].join('');
  return page('Cloze quick start', body, result);
}
