import { figureHtml } from '@cloze/quick-start';
import { escapeHtml, htmlTable, page } from 'cloze/terminal';
import { decisionPlot } from './decision-plot.ts';
import { directionCells, directionHead } from './direction-cells.ts';
import type { Verdict } from './direction-rows.ts';
import type { JudgedRecipe } from './judge-recipe.ts';
import { legend, verdictLegend } from './legend.ts';
import type { MaskGallery } from './mask-gallery.ts';
import { measureRows } from './measure-rows.ts';
import { publishedCells } from './published-cells.ts';
import { publishedDifferences } from './published-differences.ts';
import { recipeFigures } from './recipe-figures.ts';
import { recipeRows } from './recipe-rows.ts';
import { scaleOf } from './scale-of.ts';
import { titleOf } from './title-of.ts';

const anchorOf = (judged: JudgedRecipe) => titleOf(judged).replace(/\W+/g, '-');

async function sectionHtml(judged: JudgedRecipe): Promise<string> {
  const { recipe } = judged;
  const ours = recipeRows(judged);
  const measures = measureRows(judged);
  const directions = publishedDifferences([judged]).map(({ direction }) => direction);
  const figures = await Promise.all(
    recipeFigures(judged).map((figure, i) => figureHtml(figure, `${anchorOf(judged)}-${i + 1}`)),
  );
  const published = recipe.published.map((table) => {
    const { caption, source, remark, differs } = table;
    const { head, body } = publishedCells(judged, table);
    return `<details${differs ? ' open' : ''}><summary>Published: ${escapeHtml(caption)}</summary>${htmlTable(head, body)}<p>${escapeHtml(source)}${remark ? `. ${escapeHtml(remark)}` : ''}.</p></details>`;
  });
  const verdicts =
    directions.length === 0
      ? ''
      : `<details open><summary>Published direction against ours</summary>${htmlTable(
          directionHead,
          directions.map(directionCells),
        )}</details>`;
  return `<section id="${anchorOf(judged)}"><h2>${escapeHtml(titleOf(judged))}</h2><p>${escapeHtml(recipe.claim)} <small>${escapeHtml(recipe.paper)}</small></p><p><small>${escapeHtml(scaleOf(judged))}</small></p>${htmlTable(ours.head, ours.body, [ours.foot])}${verdicts}${published.join('')}${figures.join('')}<details><summary>Cost</summary>${htmlTable(measures.head, measures.body)}</details></section>`;
}

const style = `<style>section{border-top:1px solid var(--line);margin-top:2.5rem}figure .scroll svg{width:auto;max-width:100%;min-width:min(100%,320px);height:auto}.wide figure .scroll svg{min-width:560px}details{margin:.6rem 0}summary{cursor:pointer}nav a{margin-right:.8rem}a{color:#2563eb}@media(prefers-color-scheme:dark){a{color:#93c5fd}}.gallery td:last-child{white-space:normal;font-size:1rem;min-width:18rem}@media print{details>*{display:block}}</style>`;

/** The whole report as one page: no network, light and dark, every figure with its data. */
export async function htmlReport(
  judged: readonly JudgedRecipe[],
  {
    gallery,
    unfinished,
  }: {
    readonly gallery?: MaskGallery;
    readonly unfinished: readonly { readonly folder: string; readonly reason: string }[];
  },
): Promise<string> {
  const runs = judged.reduce((sum, { records }) => sum + records.length, 0);
  const differences = publishedDifferences(judged);
  const count = (wanted: Verdict) => differences.filter(({ direction }) => direction.verdict === wanted).length;
  const decisions = decisionPlot(judged);
  const sections: string[] = [];
  for (const one of judged) sections.push(await sectionHtml(one));
  const extra = gallery
    ? `<section id="masking"><h2>masking</h2><p>The same line under every masking policy.</p><div class="gallery">${htmlTable(
        ['policy', 'a line masked'],
        gallery.examples.map(({ policy, text }) => [policy, text.join(' / ')]),
      )}</div>${await figureHtml(gallery.spans, 'span-lengths')}</section>`
    : '';
  const body = [
    style,
    `<p>${runs} runs of ${new Set(judged.map(({ recipe }) => recipe.name)).size} recipes. Of ${differences.length} published differences that could be compared, each by the table that could see least, ${count('found')} are found again, ${count('opposite')} came out the other way round, ${count('bounded')} are smaller here than published, and ${count('too-small')} were too small to see in what was run.</p>`,
    `<nav>${judged.map((one) => `<a href="#${anchorOf(one)}">${escapeHtml(titleOf(one))}</a>`).join(' ')}${gallery ? ' <a href="#masking">masking</a>' : ''}</nav>`,
    `<p><small>${escapeHtml(legend)} ${escapeHtml(verdictLegend)}</small></p>`,
    decisions ? `<div class="wide">${await figureHtml(decisions, 'what-could-be-seen')}</div>` : '',
    ...sections,
    extra,
    unfinished.length > 0
      ? `<details><summary>${unfinished.length} runs failed or are not finished</summary>${htmlTable(
          ['run', 'why'],
          unfinished.map(({ folder, reason }) => [folder, reason]),
        )}</details>`
      : '',
  ].join('');
  const data = judged.map((one) => ({ recipe: titleOf(one), columns: one.columns, cells: one.cells }));
  return page("The articles' tables, reproduced", body, data);
}
