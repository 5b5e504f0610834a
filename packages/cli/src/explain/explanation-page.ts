import type { Explanation } from '@cloze/models';
import { escapeHtml, htmlTable, page } from '../terminal/page.ts';
import { coloursOf } from './colours-of.ts';

/** A sentence as HTML, each token on its colour, its score in the tooltip. */
export function htmlSentence(tokens: Explanation['tokens']): string {
  const colours = coloursOf(tokens.map(({ score }) => score));
  const spans = tokens.map(({ text, score }, i) => {
    const { red, green, blue, strength } = colours[i] as (typeof colours)[number];
    return `<span title="${score.toFixed(4)}" style="background:rgba(${red},${green},${blue},${strength.toFixed(3)});padding:.15em .2em;border-radius:.2em">${escapeHtml(text)}</span>`;
  });
  return `<p style="font-size:1.4rem;line-height:2">${spans.join(' ')}</p>`;
}

/** A self-contained page of an explanation. */
export function explanationPage(text: string, model: string, method: string, explanation: Explanation): string {
  const { target, value, tokens, baselineValue, gap } = explanation;
  const complete =
    gap === undefined || baselineValue === undefined
      ? ''
      : `<p>At the baseline ln p is ${baselineValue.toFixed(4)}; the scores miss ${gap.toExponential(2)} of the difference (completeness).</p>`;
  const body = `${htmlSentence(tokens)}
<p>Red tokens speak for <b>${escapeHtml(target)}</b>, blue ones against it. ln p(${escapeHtml(target)}) = ${value.toFixed(4)}, p = ${Math.exp(value).toFixed(4)}. ${escapeHtml(method)}, ${escapeHtml(model)}.</p>${complete}
${htmlTable(
  ['token', 'in the text', 'score'],
  tokens.map(({ token, text: shown, score }) => [token, shown, score.toFixed(4)]),
)}`;
  return page(text, body, { text, model, method, ...explanation });
}
