import { escapeHtml, figure, htmlTable, page } from 'cloze/terminal';
import type { QuickStartResult } from '../pipeline.ts';
import { vegaSvg } from '../report/figures/vega-svg.ts';
import type { CurvePoint } from './curve-file.ts';
import { modelHeader, modelRows, verdicts, withGap } from './result-table.ts';
import { answerOf } from './riddles.ts';

const width = 560;
/** Seen on light and dark. */
const ink = '#2563eb';
const quantity = (field: string, title: string) => ({
  field,
  title,
  type: 'quantitative' as const,
  scale: { zero: false },
});

/** What a quick start found out, as one page. */
export async function quickStartReport(
  result: QuickStartResult,
  curve: readonly CurvePoint[],
  { engine, seed, commands }: { readonly engine: string; readonly seed: number; readonly commands: readonly string[] },
): Promise<string> {
  const { plan, models, riddles, famous, trainRows, tokens } = result;
  const perplexities = models.map(({ name, perplexity }) => ({ name, ...perplexity }));
  const guesses = famous.guesses.map(({ token, probability }) => ({ token, probability: 100 * probability }));
  const number = (value: number) => value.toLocaleString('en');
  const y = { field: 'name', type: 'nominal' as const, title: null, sort: null, axis: { labelLimit: 220 } };
  const body = [
    `<p>A T-TA of ${plan.layers} layer, width ${plan.width}, learnt ${number(trainRows)} rows of classical verse (four lines of five characters, in the ${number(plan.characters)} commonest): ${number(tokens)} tokens. ${verdicts(result).map(escapeHtml).join(' ')}</p>`,
    `<p class="note">Engine: ${escapeHtml(engine)}, seed ${seed}, plan: ${escapeHtml(plan.name)}.</p>`,
    htmlTable(modelHeader, modelRows(result)),
    figure(
      await vegaSvg({
        width,
        height: { step: 34 },
        data: { values: perplexities },
        encoding: { y },
        layer: [
          {
            mark: { type: 'rule', strokeWidth: 3, color: ink },
            encoding: { x: quantity('low', 'perplexity'), x2: { field: 'high' } },
          },
          {
            mark: { type: 'point', filled: true, size: 90, color: ink },
            encoding: { x: quantity('value', 'perplexity') },
          },
        ],
      }),
      'Perplexity of rows held out, with 95 % bootstrap intervals over rows; lower is better. The bigram that sees both neighbours is asked as the encoder is.',
    ),
    figure(
      await vegaSvg({
        width,
        height: 240,
        data: { values: [...curve] },
        mark: { type: 'line', strokeWidth: 2, color: ink },
        encoding: { x: quantity('step', 'step'), y: quantity('loss', 'loss (nats a character)') },
      }),
      'Pretraining loss: each character of each row is asked, from all others.',
    ),
    `<h2>Twenty gaps</h2><p>Beginnings of poems that many know by heart. The encoder was shown none of them.</p>`,
    htmlTable(
      ['', 'poet', 'guesses', 'row'],
      riddles.map((one) => [
        one.isHit ? '✓' : '',
        answerOf(one),
        one.guesses.map(({ token }) => token).join(' '),
        withGap(one),
      ]),
    ),
    `<h2>A famous poem</h2><p class="verse">${escapeHtml(withGap(famous))}</p>`,
    figure(
      await vegaSvg({
        width,
        height: { step: 26 },
        data: { values: guesses },
        mark: { type: 'bar', color: ink },
        encoding: {
          y: { field: 'token', type: 'nominal', sort: '-x', title: null, axis: { labelFontSize: 16 } },
          x: { field: 'probability', type: 'quantitative', title: 'probability (%)' },
        },
      }),
      `The likeliest characters for ▢; the poet wrote ${answerOf(famous)}.`,
    ),
    `<h2>Go on</h2><pre>${escapeHtml(commands.join('\n'))}</pre>`,
  ].join('');
  return page('Cloze quick start', body, { ...result, curve });
}
