import { escapeHtml, htmlTable, page } from 'cloze/terminal';
import { type Figure, figureHtml, name, quantity } from './figures/page-figure.ts';
import type { QuickStartResult } from './pipeline.ts';
import { modelHeader, modelRows, verdicts, withGap } from './result-table.ts';
import { answerOf } from './riddles.ts';

const width = 560;
/** Seen on light and dark. */
const color = '#2563eb';

const perplexities = ({ models }: QuickStartResult): Figure => ({
  title:
    'Perplexity of rows held out, with 95 % bootstrap intervals over rows; lower is better. The bigram that sees both neighbours is asked as the encoder is.',
  alt: 'Perplexity of the models that count and of the encoder, with intervals',
  rows: models.map(({ name, perplexity: { value, low, high } }) => ({ name, value, low, high })),
  spec: {
    width,
    height: { step: 34 },
    encoding: { y: name('name', null, { axis: { labelLimit: 220 } }) },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 3, color },
        encoding: { x: quantity('low', 'perplexity'), x2: { field: 'high' } },
      },
      { mark: { type: 'point', filled: true, size: 90, color }, encoding: { x: quantity('value', 'perplexity') } },
    ],
  },
});

const pretrainingLoss = ({ curve }: QuickStartResult): Figure => ({
  title: 'Pretraining loss: each character of each row is asked, from all others.',
  alt: 'Pretraining loss against steps',
  rows: curve,
  spec: {
    ...{ width, height: 240, mark: { type: 'line', strokeWidth: 2, color } },
    encoding: { x: quantity('step', 'step'), y: quantity('loss', 'loss (nats a character)') },
  },
});

const likeliest = ({ famous }: QuickStartResult): Figure => ({
  title: `The likeliest characters for ▢; the poet wrote ${answerOf(famous)}.`,
  alt: 'Probabilities of the likeliest characters for the gap in a famous poem',
  rows: famous.guesses.map(({ token, probability }) => ({ token, probability: 100 * probability })),
  spec: {
    ...{ width, height: { step: 26 }, mark: { type: 'bar', color } },
    encoding: {
      y: name('token', null, { sort: '-x', axis: { labelFontSize: 16 } }),
      x: quantity('probability', 'probability (%)', { scale: { zero: true } }),
    },
  },
});

/** What a quick start found out, as one page. */
export async function quickStartReport(
  result: QuickStartResult,
  { engine, seed, commands }: { readonly engine: string; readonly seed: number; readonly commands: readonly string[] },
): Promise<string> {
  const { plan, riddles, famous, trainRows, tokens } = result;
  const { layers, width: wide } = plan.pretraining;
  const number = (value: number) => value.toLocaleString('en');
  const gaps = riddles.map((one) => [
    one.isHit ? '✓' : '',
    answerOf(one),
    one.guesses.map(({ token }) => token).join(' '),
    withGap(one),
  ]);
  const body = [
    `<p>A T-TA of ${layers} layer, width ${wide}, learnt ${number(trainRows)} rows of classical verse (four lines of five characters, in the ${number(plan.characters)} commonest): ${number(tokens)} tokens. ${verdicts(result).map(escapeHtml).join(' ')}</p>`,
    `<p class="note">Engine: ${escapeHtml(engine)}, seed ${seed}, plan: ${escapeHtml(plan.name)}.</p>`,
    htmlTable(modelHeader, modelRows(result)),
    await figureHtml(perplexities(result), 'perplexity'),
    await figureHtml(pretrainingLoss(result), 'pretraining-loss'),
    `<h2>Twenty gaps</h2><p>Beginnings of poems that many know by heart. The encoder was shown none of them.</p>`,
    htmlTable(['', 'poet', 'guesses', 'row'], gaps),
    `<h2>A famous poem</h2><p class="verse">${escapeHtml(withGap(famous))}</p>`,
    await figureHtml(likeliest(result), 'famous-gap'),
    `<h2>Go on</h2><pre>${escapeHtml(commands.join('\n'))}</pre>`,
  ];
  return page('Cloze quick start', body.join(''), result);
}
