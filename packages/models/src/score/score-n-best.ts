import { asStream, checkOptions, checkText, either, needed, oneOf, real } from '@cloze/checks';
import { errorRate, type Hypothesis, rerank, tuneRerankWeight } from '@cloze/eval';
import type { LoadedModel } from '../model/loaded-model.ts';
import { type LineOfText, type ScorableText, type ScoreTextsOptions, scoreRules, scoreTexts } from './score-texts.ts';

/** An n-best list as a line of a file has it. */
interface ListOnDisk {
  readonly id: unknown;
  readonly reference?: string;
  readonly hypotheses: readonly { readonly text: string; readonly score: number }[];
}

/** A hypothesis with both scores. */
export interface ScoredHypothesis extends Hypothesis {
  readonly text: string;
  /** Tokens that are longer than the model reads and left out. */
  readonly cut: number;
}

/** A list, best first. */
export interface RerankedList {
  readonly id: unknown;
  readonly line: number;
  readonly reference?: string;
  readonly hypotheses: readonly (ScoredHypothesis & { readonly combined: number })[];
}

function parseList({ line, text }: LineOfText): ListOnDisk {
  const form = '{"id": …, "hypotheses": [{"text": "…", "score": -1.5}, …], "reference": "…"}';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`line ${line}: no JSON (${error instanceof Error ? error.message : error}); expected ${form}.`);
  }
  const { id = line, reference, hypotheses } = (value ?? {}) as Partial<ListOnDisk>;
  const sound =
    Array.isArray(hypotheses) &&
    hypotheses.length > 0 &&
    hypotheses.every((h) => typeof h?.text === 'string' && Number.isFinite(h?.score)) &&
    (reference === undefined || typeof reference === 'string');
  if (!sound) throw new Error(`line ${line}: expected ${form}.`);
  return { id, hypotheses: hypotheses as ListOnDisk['hypotheses'], ...(reference !== undefined && { reference }) };
}

/**
 * Reranks n-best lists, one JSON object a line, by `(1 − λ) · score + λ · pseudo-log-likelihood`.
 *
 * @param weight λ, or `tune` for the one with the least character error rate on these very lists
 * @param each told each list, best first
 * @returns the weight used, and the character error rate before and after where all lists have references
 * @throws {Error} for a line of another form, a hypothesis without tokens, whose sum over nothing would win, or `tune` without references
 */
export async function scoreNBest(
  model: LoadedModel,
  lines: AsyncIterable<LineOfText>,
  options: ScoreTextsOptions & { readonly weight: number | 'tune'; readonly normalise: 'none' | 'length' },
  each: (list: RerankedList) => void,
): Promise<{
  readonly lists: number;
  readonly weight: number;
  readonly errorRateBefore: number | null;
  readonly errorRateAfter: number | null;
  /** Hypotheses that are longer than the model reads, and tokens left out of them. */
  readonly truncated: number;
  readonly cut: number;
}> {
  checkOptions('scoreNBest', options, {
    ...scoreRules,
    weight: needed(either(real(), oneOf(['tune']))),
    normalise: needed(oneOf(['none', 'length'])),
  });
  const { weight: asked, normalise, ...scoring } = options;
  type Item = ScorableText & { readonly list: ListOnDisk; readonly score: number };
  async function* items(): AsyncGenerator<Item> {
    for await (const line of asStream('scoreNBest', lines)) {
      checkText(`scoreNBest: the text of line ${line?.line}`, line?.text);
      const list = parseList(line);
      for (const { text, score } of list.hypotheses) yield { text, score, line: line.line, list };
    }
  }
  const lists: { readonly line: number; readonly list: ListOnDisk; readonly hypotheses: ScoredHypothesis[] }[] = [];
  let [truncated, allCut] = [0, 0];
  for await (const { item, score, count, cut } of scoreTexts(model, items(), scoring)) {
    if (count === 0)
      throw new Error(
        `line ${item.line}: the hypothesis ${JSON.stringify(item.text)} has no token to score; leave it out of its list.`,
      );
    if (cut > 0) truncated++;
    allCut += cut;
    if (lists.at(-1)?.list !== item.list) lists.push({ line: item.line, list: item.list, hypotheses: [] });
    lists.at(-1)?.hypotheses.push({ text: item.text, score: item.score, logProbability: score, tokens: count, cut });
  }
  if (lists.length === 0) throw new Error('There is no n-best list to rerank.');
  const references = lists.flatMap(({ list }) => list.reference ?? []);
  const complete = references.length === lists.length;
  const loss = (chosen: readonly ScoredHypothesis[]) =>
    errorRate(
      chosen.map(({ text }) => text),
      references,
    );
  if (asked === 'tune' && !complete)
    throw new Error(`--weight tune needs a reference in every list; ${references.length} of ${lists.length} have one.`);
  const all = lists.map(({ hypotheses }) => hypotheses);
  const weight = asked === 'tune' ? tuneRerankWeight(all, { loss, normalise }).weight : asked;
  const best = (used: number) =>
    all.map((list) => rerank(list, { weight: used, normalise })[0]?.hypothesis as ScoredHypothesis);
  for (const { line, list, hypotheses } of lists) {
    const ranked = rerank(hypotheses, { weight, normalise }).map(({ hypothesis, combined }) => ({
      ...hypothesis,
      combined,
    }));
    each({ id: list.id, line, ...(list.reference !== undefined && { reference: list.reference }), hypotheses: ranked });
  }
  return {
    lists: lists.length,
    weight,
    errorRateBefore: complete ? loss(best(0)) : null,
    errorRateAfter: complete ? loss(best(weight)) : null,
    truncated,
    cut: allCut,
  };
}
