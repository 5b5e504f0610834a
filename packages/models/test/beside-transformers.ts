import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Engine, floats } from '@cloze/backend';
import type { ClueRow, ClueTask } from '@cloze/datasets';
import { readSplit } from '@cloze/datasets/node';
import { encoderConfig } from '@cloze/encoder';
import { savePretrained } from '@cloze/encoder/node';
import { streamFrom } from '@cloze/random';
import { specialTokens, vocabularyFrom } from '@cloze/tokenizer';
import { batchOrder, stepsOf } from '../src/fine-tune/batch-order.ts';
import { figuresOf } from '../src/fine-tune/figures.ts';
import { lessonsFrom } from '../src/fine-tune/lessons-from.ts';
import { lengthOf, readExamples } from '../src/fine-tune/read-examples.ts';
import { resolveSettings } from '../src/fine-tune/settings.ts';
import { padded, trainingBatch } from '../src/fine-tune/task-batches.ts';
import { trainOnce } from '../src/fine-tune/train-once.ts';
import { byLength } from '../src/model/by-length.ts';
import { type LoadedModel, loadModel } from '../src/model/loaded-model.ts';
import { modelBatch } from '../src/model/model-batch.ts';
import { taskTokenizer } from '../src/model/task-tokenizer.ts';
import { openEngine } from '../src/node/open-engine.ts';
import { openModel } from '../src/node/open-model.ts';
import { freshWeights } from '../src/pretrain/fresh-weights.ts';
import { benchmarkData } from '../src/tasks/benchmark-data.ts';
import type { Judged, RowAnswer } from '../src/tasks/prepared-task.ts';
import { prepareTask } from '../src/tasks/task-kinds.ts';
import { askPython, plain } from './ask-python.ts';
import { pypiModel } from './pypi-model.ts';

/** What is learnt, from what, and for how long. */
export interface Lesson {
  readonly benchmark: ClueTask;
  /** transformers' class of model, and its loss. */
  readonly kind: 'class' | 'number' | 'tokens' | 'choice' | 'span';
  /** The first rows of train; default all that the steps take. */
  readonly rows?: number;
  /** Updates; default one epoch of `rows`. */
  readonly steps?: number;
  readonly learningRate: number;
  /** `linear` rises over a tenth of the steps, falls to 0 and decays weights by 0.01; default `constant`, without decay. */
  readonly schedule?: 'constant' | 'linear';
  /** The trained English encoder, a fresh one over the characters of the rows, or a folder. */
  readonly model: 'minilm' | 'fresh' | { readonly folder: string };
  readonly length: number;
  readonly seed?: number;
  /** Default 0, so that both sides differ by their arithmetic alone; above it each side draws for itself. */
  readonly dropout?: number;
  /** What is judged after the last step: the whole dev set, or the rows that were learnt; default nothing. */
  readonly judge?: 'dev' | 'train';
  /** Updates between figures on what is judged; default none before the last. */
  readonly evalSteps?: number;
}

/** What one side came to. */
export interface Side {
  /** Of each step. */
  readonly losses: readonly number[];
  /** Figures on what is judged, by the step after which. */
  readonly curve: readonly { readonly step: number; readonly figures: Readonly<Record<string, number>> }[];
  /** Rows judged after the last step. */
  readonly judged: readonly Judged[];
}

/** Both sides of a lesson. */
export interface Sides {
  readonly ours: Side;
  readonly theirs: Side;
  /** The largest difference of a loss. */
  readonly apart: number;
}

const batchSize = 16;
const script = fileURLToPath(new URL('../../../tooling/oracles/models_fine_tuning.py', import.meta.url));

function freshOver(rows: readonly object[], engine: Engine): LoadedModel {
  const texts = rows.flatMap((row) =>
    Object.values(row)
      .flat()
      .filter((value) => typeof value === 'string'),
  );
  const characters = new Set(texts.flatMap((text) => [...text]).filter((one) => one.trim() !== ''));
  const vocabulary = vocabularyFrom([...specialTokens, ...[...characters].sort()]);
  const sizes = { layers: 2, width: 64, heads: 2, maximumLength: 128, dropout: 0, attentionDropout: 0 };
  const config = encoderConfig({ ...sizes, vocabularySize: vocabulary.tokens.length });
  return loadModel('fresh', freshWeights(vocabulary, config, { random: streamFrom(7) }), engine);
}

async function startOf(which: Lesson['model'], rows: readonly object[], engine: Engine): Promise<LoadedModel> {
  if (which === 'fresh') return freshOver(rows, engine);
  const found = which === 'minilm' ? pypiModel() : which;
  if ('reason' in found) throw new Error(found.reason);
  return openModel(found.folder, { engine });
}

/** What the script says: losses, and for each time of judging what each encoding of each batch was answered with. */
interface Said {
  readonly losses: readonly number[];
  readonly answers: readonly {
    readonly step: number;
    readonly batches: readonly { readonly name: string; readonly rows: readonly (number | readonly number[])[] }[];
  }[];
}

/** Learns a lesson on both sides: the same weights, head and order of rows. @param data the data folder @param python an interpreter with transformers */
export async function besideTransformers(
  lesson: Lesson,
  { data, python }: { readonly data: string; readonly python: string },
): Promise<Sides> {
  const {
    benchmark,
    kind,
    learningRate,
    schedule = 'constant',
    length,
    seed = 3,
    dropout = 0,
    judge,
    evalSteps,
  } = lesson;
  const { engine } = await openEngine();
  const most = lesson.rows ?? batchSize * (lesson.steps ?? 1);
  const { task, rows } = benchmarkData(benchmark, readSplit<ClueRow>(benchmark, data, 'train').rows.slice(0, most));
  const start = await startOf(lesson.model, rows, engine);
  const model = {
    ...start,
    config: { ...start.config, dropout, attentionDropout: dropout, classifierDropout: dropout },
  };
  const prepared = prepareTask(task, { model, rows });
  const tokenizer = taskTokenizer(model, length);
  const train = await readExamples(benchmark.name, rows, prepared, tokenizer);
  const dev = async () =>
    readExamples(
      benchmark.name,
      benchmarkData(benchmark, readSplit<ClueRow>(benchmark, data, 'dev').rows).rows,
      prepared,
      tokenizer,
    );
  const asked: typeof train = judge === 'dev' ? await dev() : judge === 'train' ? train : [];
  const lessons = lessonsFrom(benchmark.name, train, prepared);
  const order = batchOrder(lessons.map(lengthOf), { batchSize }, seed);
  const maxSteps = stepsOf({ maxSteps: lesson.steps }, order);
  const linear = schedule === 'linear';
  const settings = resolveSettings(
    {
      ...{ task, maxSteps, batchSize, learningRate, lrSchedulerType: schedule, maximumLength: length, dropout },
      ...(linear ? {} : { warmupRatio: 0, weightDecay: 0 }),
      ...(evalSteps !== undefined && { evalSteps }),
    },
    model.maximumLength,
  );
  const batches = Array.from({ length: maxSteps }, (_, t) => {
    const plan = order.of(t + 1);
    const chosen = Array.from(plan.rows, (i) => lessons[i] as (typeof lessons)[number]);
    const { targets, ids, segments, attend } = trainingBatch(model, prepared, chosen, plan.length);
    return { ...plain({ ids, segments, attend }), ...plain(targets) };
  });
  const encodings = asked.flatMap((example) => example.encodings);
  const chunks = byLength(encodings, 32);
  const asking = chunks.map((chunk) => {
    const chosen = { encodings: chunk.map((i) => encodings[i] as (typeof encodings)[number]) };
    const { ids, segments, attend } = modelBatch(padded([chosen], lengthOf(chosen), model.padId), model.config);
    return plain({ ids, segments, attend });
  });
  const { classifier: _c, span: _s, crf: _f, head: _h, ...kept } = start.loaded;
  const { labels, saved } = prepared;
  const folder = mkdtempSync(join(tmpdir(), 'cloze-fine-tuning-'));
  try {
    await savePretrained(join(folder, 'model'), {
      ...{ ...kept, ...prepared.freshHead(streamFrom(seed).fork('head')) },
      head: {
        kind: saved.head as NonNullable<typeof saved.head>,
        ...(labels.length > 0 && { labels }),
        ...(saved.problemType && { problemType: saved.problemType }),
      },
    });
    const every = judge === undefined ? maxSteps : (evalSteps ?? maxSteps);
    const said = askPython<Said>(
      python,
      script,
      {
        ...{ folder: join(folder, 'model'), kind, dropout, seed, learningRate, schedule, batches, asking, every },
        warmup: linear ? Math.round(settings.warmupRatio * maxSteps) : 0,
        weightDecay: settings.weightDecay,
      },
      folder,
    );
    const judgedOf = ({ batches: answered }: Said['answers'][number]): Judged[] => {
      const each = new Array<RowAnswer>(encodings.length);
      for (const [k, { name, rows: found }] of answered.entries())
        for (const [at, i] of (chunks[k] as number[]).entries()) {
          const values = Float32Array.from([found[at] as number | readonly number[]].flat());
          each[i] = { [name]: floats([values.length], values) };
        }
      let next = 0;
      return asked.map((example) => {
        const own = each.slice(next, next + example.encodings.length);
        next += own.length;
        return { prediction: prepared.read(own, example), target: example.target };
      });
    };
    const their = said.answers.map((one) => ({ step: one.step, rows: judgedOf(one) }));
    const losses: number[] = [];
    const curve: Side['curve'][number][] = [];
    const { judged } = await trainOnce(
      model,
      prepared,
      { train, dev: asked },
      settings,
      seed,
      { engine, identity: {} },
      {
        callbacks: [
          { onStepEnd: ({ loss }) => void losses.push(loss) },
          ...(judge !== undefined && evalSteps !== undefined
            ? [
                {
                  onEvaluate: (step: number, figures: Readonly<Record<string, number>>) =>
                    void curve.push({ step, figures }),
                },
              ]
            : []),
        ],
      },
    );
    return {
      ours: { losses, curve, judged },
      theirs: {
        losses: said.losses,
        curve: their.map(({ step, rows: own }) => ({ step, figures: figuresOf(prepared.metrics, own) })),
        judged: their.at(-1)?.rows ?? [],
      },
      apart: Math.max(...losses.map((loss, i) => Math.abs(loss - (said.losses[i] as number)))),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
