import { statSync } from 'node:fs';
import {
  runningPerplexity,
  type ScorableText,
  type ScoringKindName,
  scoreNBest,
  scorePairs,
  scoreTexts,
  scoringKindFor,
  scoringKinds,
} from '@cloze/models';
import { openModel } from '@cloze/models/node';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { cutLines } from '../input/cut-lines.ts';
import { type NumberedLine, numberedLines } from '../input/numbered-lines.ts';
import { watchItems } from '../input/watch-items.ts';
import { scoreMinimalPairFiles } from '../score/score-minimal-pairs.ts';
import {
  type EngineOptions,
  engineOf,
  engineOption,
  specialInTextOption,
  threadsOption,
} from '../terminal/engine-option.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { whole } from '../terminal/whole.ts';
import { defined } from '../training/defined.ts';

interface ScoreCommandOptions extends EngineOptions {
  readonly model: string;
  readonly kind?: ScoringKindName;
  readonly words: 'jieba' | 'tokenizer';
  readonly boundaryTokens: 'exclude' | 'include';
  readonly form: 'sentences' | 'parts' | 'pairs' | 'minimal-pairs' | 'n-best';
  readonly weight: number | 'tune';
  readonly normalise: 'none' | 'length' | number;
  readonly batchTokens?: number;
  readonly mostPairs?: number;
  readonly json: boolean;
}

async function* sentences(lines: AsyncIterable<NumberedLine>, parts: boolean): AsyncGenerator<ScorableText> {
  for await (const { line, text } of lines) {
    if (!parts) {
      yield { line, text };
      continue;
    }
    const [whole, part, which, ...more] = text.split('\t');
    const occurrence = which === undefined ? undefined : Number(which);
    if (!whole || !part || more.length > 0 || (which !== undefined && !/^[1-9]\d*$/.test(which)))
      throw new Error(
        `line ${line}: expected a sentence, a part of it and, where that occurs several times, which (1, 2, …), apart by tabs; got '${text}'.`,
      );
    yield { line, text: whole, part, ...(occurrence !== undefined && { occurrence }) };
  }
}

/** Options that belong to the form alone. @throws {UsageError} for those of another */
function checkForm(files: readonly string[], { form, normalise, mostPairs }: ScoreCommandOptions): void {
  if (form !== 'minimal-pairs' && files.length > 1)
    throw new UsageError(`--form ${form} reads one file, got ${files.length}; only minimal-pairs reads several.`);
  if (form !== 'minimal-pairs' && mostPairs !== undefined)
    throw new UsageError('--most-pairs belongs to --form minimal-pairs.');
  if (form === 'n-best' && typeof normalise === 'number')
    throw new UsageError(`--normalise ${normalise} belongs to pairs; n-best takes none or length.`);
  if ((form === 'sentences' || form === 'parts') && normalise !== 'none')
    throw new UsageError(
      `--normalise belongs to pairs and n-best; --form ${form} gives the sum and the number of tokens.`,
    );
}

/** Scores the lines of a file, or the minimal pairs of several. */
export async function scoreCommand(files: readonly string[], options: ScoreCommandOptions): Promise<void> {
  const { words, boundaryTokens, batchTokens, form, normalise, mostPairs, json } = options;
  checkForm(files, options);
  const file = files[0] as string;
  const model = await openModel(options.model, engineOf(options));
  const print = (record: object, human: string) => process.stdout.write(`${json ? JSON.stringify(record) : human}\n`);
  try {
    const kind = scoringKindFor(model, options.kind);
    const setting = { kind, words, boundaryTokens, ...(batchTokens !== undefined && { batchTokens }) };
    const clock = { now: () => performance.now() / 1000, say: (text: string) => process.stderr.write(text) };
    const cutOnes = cutLines(form === 'minimal-pairs' ? 'pair' : 'line', model.maximumLength);
    if (form === 'minimal-pairs') {
      const shown = { json, cutOnes, watch: clock, ...defined({ mostPairs }) };
      await scoreMinimalPairFiles(model, files, { ...setting, normalise, ...shown });
      process.stderr.write(cutOnes.summary()?.sentence ?? '');
      return;
    }
    const lines = watchItems(numberedLines(file), {
      ...clock,
      what: 'lines',
      sizeOf: ({ text }) => Buffer.byteLength(text) + 1,
      ...(file !== '-' && { total: statSync(file).size }),
    });
    if (form === 'pairs') {
      const { groups, ...figures } = await scorePairs(
        model,
        lines,
        { ...setting, normalise },
        ({ line, good, bad, group, right, texts, cut }) => {
          if (cut > 0) cutOnes.add(line, cut);
          print(
            { line, texts, good, bad, ...(group !== undefined && { group }), right, cut },
            `${right ? '✓' : good === bad ? '=' : '✗'} ${good.toFixed(2)}  ${bad.toFixed(2)}  ${texts.join(' | ')}${cut > 0 ? ` (without ${cut} tokens)` : ''}`,
          );
        },
      );
      const named = groups.filter(({ name }) => name !== '').map((g) => `${g.name} ${(100 * g.accuracy).toFixed(1)} %`);
      print(
        { summary: { kind, normalise, ...figures, groups } },
        `${figures.pairs} pairs (${kind}), ${(100 * figures.accuracy).toFixed(1)} % right${figures.ties > 0 ? `, ${figures.ties} ties counted half` : ''}${named.length > 0 ? `: ${named.join(', ')}` : ''}`,
      );
    } else if (form === 'n-best') {
      const { weight } = options;
      const divided = normalise === 'length' ? normalise : 'none';
      const summary = await scoreNBest(model, lines, { ...setting, weight, normalise: divided }, (list) => {
        for (const { cut } of list.hypotheses) if (cut > 0) cutOnes.add(list.line, cut);
        print(list, `${list.id}: ${list.hypotheses[0]?.text}  (of ${list.hypotheses.length})`);
      });
      const percent = (rate: number | null) => (rate === null ? 'unknown' : `${(100 * rate).toFixed(2)} %`);
      print(
        { summary: { kind, ...summary } },
        `${summary.lists} lists, λ = ${summary.weight}; character error rate ${percent(summary.errorRateBefore)} → ${percent(summary.errorRateAfter)}`,
      );
    } else {
      const running = runningPerplexity();
      let done = 0;
      for await (const scored of scoreTexts(model, sentences(lines, form === 'parts'), setting)) {
        const { item, score, count, tokens, truncated, cut } = scored;
        running.add(scored);
        if (cut > 0) cutOnes.add(item.line, cut);
        done++;
        print(
          { ...item, score, count, perplexity: count > 0 ? Math.exp(-score / count) : null, truncated, cut, tokens },
          `${score.toFixed(3)}  ${count} tokens  ${item.text}${truncated ? ` (only ${model.maximumLength} tokens of it)` : ''}`,
        );
      }
      const figures = running.figures();
      if (done === 0) throw new Error(`${file} has no lines of text.`);
      const shownAs = (value: number | null) => (value === null ? 'unknown' : value.toFixed(3));
      print(
        { summary: { kind, boundaryTokens, ...figures } },
        `${done} sentences, ${figures.tokens} tokens (${kind}); pseudo-perplexity ${shownAs(figures.pseudoPerplexity)} over tokens, ${shownAs(figures.pseudoPerplexityMacro)} over sentences`,
      );
    }
    process.stderr.write(cutOnes.summary()?.sentence ?? '');
  } finally {
    model.dispose();
  }
}

function weightFrom(text: string): number | 'tune' {
  const value = text === 'tune' ? text : Number(text);
  if (value !== 'tune' && !(text.trim() !== '' && value >= 0 && value <= 1))
    throw new InvalidArgumentError(`expected a number from 0 to 1, or tune; got '${text}'.`);
  return value;
}

function normalisationFrom(text: string): 'none' | 'length' | number {
  const value = text === 'none' || text === 'length' ? text : Number(text);
  if (typeof value === 'number' && !(text.trim() !== '' && value >= 0 && value <= 1))
    throw new InvalidArgumentError(`expected none, length or a number from 0 to 1; got '${text}'.`);
  return value;
}

/** Declares `cloze score`. */
export function addScore(program: Command): void {
  program
    .command('score')
    .description('log-likelihood of sentences by any checkpoint; minimal pairs; reranking of n-best lists')
    .argument(
      '<files...>',
      'one item a line, empty lines left out; - is standard input; of minimal-pairs any number of files, patterns and folders',
    )
    .requiredOption('--model <folder>', 'a folder as Hugging Face lays it out, or a hub id')
    .addOption(new Option('--kind <way>', 'how; default: what suits the model').choices(Object.keys(scoringKinds)))
    .addOption(
      new Option(
        '--form <form>',
        'what a line holds: a sentence; a sentence TAB the part that counts [TAB which]; good TAB bad [TAB group]; a pair as BLiMP, ZhoBLiMP and CLiMP have it; a JSON list',
      )
        .choices(['sentences', 'parts', 'pairs', 'minimal-pairs', 'n-best'])
        .default('sentences'),
    )
    .addOption(new Option('--words <whose>', 'words of masked-words').choices(['jieba', 'tokenizer']).default('jieba'))
    .addOption(
      new Option('--boundary-tokens <rule>', 'whether [CLS] and [SEP] are scored')
        .choices(['exclude', 'include'])
        .default('exclude'),
    )
    .option(
      '--weight <lambda>',
      'n-best: (1 − λ) · score + λ · log-likelihood; tune: the best on these lists',
      weightFrom,
      0.5,
    )
    .option(
      '--normalise <rule>',
      'n-best, pairs: divide the log-likelihood by the number of tokens n (length); pairs: by n^α, a number from 0 to 1',
      normalisationFrom,
      'none' as const,
    )
    .option('--most-pairs <number>', 'minimal-pairs: of each paradigm only the first ones', whole(1))
    .option('--batch-tokens <number>', 'tokens in a batch at most', whole(1))
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(specialInTextOption())
    .option('--json', 'one JSON object a line, the summary last, on stdout', false)
    .addHelpText(
      'after',
      `
Examples: cloze score poems.txt --model bert-base-chinese --json
          cloze score pairs.tsv --form pairs --model my-t-ta
          cloze score blimp/ --form minimal-pairs --kind masked-words --words tokenizer --model bert-base-cased
          echo '{"id": 1, "hypotheses": [{"text": "今天天气", "score": -3}, {"text": "今天天七", "score": -2}]}' | cloze score - --form n-best --weight 0.3 --model bert-base-chinese`,
    )
    .action(scoreCommand);
}
