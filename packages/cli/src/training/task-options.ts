import {
  type ClassWeights,
  choice,
  classification,
  generation,
  multiLabel,
  regression,
  type SentenceVectorsTask,
  sentenceVectors,
  span,
  type Task,
  tokens,
} from '@cloze/models';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { names, real } from '../terminal/real.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { whole } from '../terminal/whole.ts';

/** What a file's columns hold, as the options of tasks say. */
export interface TaskOptions {
  readonly task?: Task['kind'];
  readonly text?: string;
  readonly pair?: string;
  readonly label?: string;
  readonly classWeights?: ClassWeights;
  readonly labels?: string;
  readonly threshold?: number;
  readonly value?: string;
  readonly words?: string;
  readonly tags?: string;
  readonly separator?: string;
  readonly question?: string;
  readonly context?: string;
  readonly answer?: string;
  readonly start?: string;
  readonly unanswerable?: boolean;
  readonly nullThreshold?: number;
  readonly answerLength?: number;
  readonly stride?: number;
  readonly choices?: readonly string[];
  readonly score?: string;
  readonly pooling?: NonNullable<SentenceVectorsTask['pooling']>;
  readonly temperature?: number;
  readonly source?: string;
  readonly target?: string;
  readonly targetLength?: number;
}

type TaskOption = Exclude<keyof TaskOptions, 'task'>;

/** Options that each kind needs, and those that it may have. */
const kinds: Readonly<
  Record<Task['kind'], { readonly needs: readonly TaskOption[]; readonly may: readonly TaskOption[] }>
> = {
  classification: { needs: ['text', 'label'], may: ['pair', 'classWeights'] },
  'multi-label': { needs: ['text', 'labels'], may: ['pair', 'separator', 'threshold'] },
  regression: { needs: ['text', 'value'], may: ['pair'] },
  tokens: { needs: ['words', 'tags'], may: ['separator'] },
  span: {
    needs: ['question', 'context', 'answer'],
    may: ['start', 'unanswerable', 'nullThreshold', 'answerLength', 'stride'],
  },
  choice: { needs: ['text', 'choices', 'label'], may: ['separator'] },
  'sentence-vectors': { needs: ['text'], may: ['pair', 'score', 'pooling', 'temperature'] },
  generation: { needs: ['source', 'target'], may: ['targetLength'] },
};
const kindNames = Object.keys(kinds) as Task['kind'][];
const taskOptions = [...new Set(Object.values(kinds).flatMap(({ needs, may }) => [...needs, ...may]))];

const dashed = (option: string) => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
const listed = (options: readonly string[]) => options.map(dashed).join(', ');

/** The kind that was named, or the only one that has use for these options. */
function kindOf(given: readonly TaskOption[], named: Task['kind'] | undefined): Task['kind'] {
  const fits = kindNames.filter((kind) => {
    const { needs, may } = kinds[kind];
    return needs.every((option) => given.includes(option)) && given.every((one) => [...needs, ...may].includes(one));
  });
  if (named !== undefined) return named;
  const [kind, ...more] = fits;
  if (kind !== undefined && more.length === 0) return kind;
  throw new UsageError(
    `${given.length === 0 ? 'no column is named' : `${listed(given)} together name no task`}; there are ${kindNames.map((one) => `${one} (${listed(kinds[one].needs)})`).join(', ')}.`,
  );
}

/**
 * The task that the options name: `--task`, or what can be told from the columns.
 *
 * @throws {UsageError} for columns that name no task, that are missing, or that a task has no use for
 */
export function taskFrom(options: TaskOptions): Task {
  const given = taskOptions.filter((option) => options[option] !== undefined);
  const kind = kindOf(given, options.task);
  const { needs, may } = kinds[kind];
  const problems = [
    ...needs.filter((option) => options[option] === undefined).map((option) => `needs ${dashed(option)}`),
    ...given
      .filter((option) => ![...needs, ...may].includes(option))
      .map((option) => `has no use for ${dashed(option)}`),
  ];
  if (problems.length > 0) throw new UsageError(`--task ${kind} ${problems.join(', ')}.`);
  const { text = '', label = '', labels = '', value = '', words = '', tags = '', choices = [] } = options;
  const { question = '', context = '', answer = '', source = '', target = '' } = options;
  const { pair, classWeights, separator, threshold, start, score, pooling, temperature, targetLength } = options;
  const { unanswerable, nullThreshold, answerLength, stride } = options;
  const texts = { text, ...(pair !== undefined && { pair }) };
  const cut = separator === undefined ? {} : { separator };
  switch (kind) {
    case 'classification':
      return classification({ ...texts, label, ...(classWeights && { classWeights }) });
    case 'multi-label':
      return multiLabel({ ...texts, labels, ...cut, ...(threshold !== undefined && { threshold }) });
    case 'regression':
      return regression({ ...texts, value });
    case 'tokens':
      return tokens({ words, tags, ...cut });
    case 'span':
      return span({
        ...{ question, context, answer },
        ...(start !== undefined && { start }),
        ...(unanswerable && { unanswerable }),
        ...(nullThreshold !== undefined && { nullThreshold }),
        ...(answerLength !== undefined && { answerLength }),
        ...(stride !== undefined && { stride }),
      });
    case 'choice':
      return choice({
        ...{ text, label },
        choices: choices.length === 1 ? (choices[0] as string) : choices,
        ...(separator !== undefined && { separator }),
      });
    case 'sentence-vectors':
      return sentenceVectors({
        ...texts,
        ...(score !== undefined && { score }),
        ...(pooling && { pooling }),
        ...(temperature !== undefined && { temperature }),
      });
    case 'generation':
      return generation({ source, target, ...(targetLength !== undefined && { targetLength }) });
  }
}

function weightsFrom(text: string): ClassWeights {
  if (text === 'balanced') return text;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return Object.fromEntries(Object.entries(value).map(([name, weight]) => [name, Number(weight)]));
  } catch {
    // Said below.
  }
  throw new InvalidArgumentError(`expected balanced, or JSON such as {"good": 1, "bad": 3}; got '${text}'.`);
}

/** Adds the options that say which columns hold what is read. */
export const addInputColumns = (command: Command): Command =>
  command
    .option('--text <column>', 'the text')
    .option('--pair <column>', 'the second text of a pair')
    .option('--words <column>', 'tokens: the words, apart by --separator')
    .option('--question <column>', 'span: the question')
    .option('--context <column>', 'span: the text that answers it')
    .option(
      '--choices <columns>',
      'choice: columns of the candidates, commas between, or one that holds them all',
      names,
    );

/** Adds the options that say what a task is. */
export const addTaskOptions = (command: Command): Command =>
  addInputColumns(command)
    .addOption(new Option('--task <kind>', 'default: told from the columns named').choices(kindNames))
    .option('--label <column>', 'classification: the class; choice: the right candidate')
    .option('--class-weights <weights>', 'classification: balanced, or JSON by class', weightsFrom)
    .option('--labels <column>', 'multi-label: the classes, apart by --separator')
    .option('--threshold <share>', 'multi-label: probability from which on a class is predicted', real)
    .option('--value <column>', 'regression: the number')
    .option('--tags <column>', 'tokens: a tag for each word')
    .option('--separator <text>', 'multi-label: default a comma; tokens: a space; choice: |')
    .option('--answer <column>', 'span: the answer, as it stands in the context')
    .option('--start <column>', 'span: where it begins')
    .option('--unanswerable', 'span: rows without an answer have none; a question may get none')
    .option('--null-threshold <number>', 'span: how much more [CLS] must have for no answer, in logits', real)
    .option('--answer-length <number>', 'span: tokens of an answer at most', whole(1))
    .option('--stride <number>', 'span: tokens that neighbouring windows share', whole(0))
    .option('--score <column>', 'sentence-vectors: a similarity, to judge by')
    .addOption(
      new Option('--pooling <way>', 'sentence-vectors: of which states').choices(['first', 'mean', 'first-last']),
    )
    .option('--temperature <number>', 'sentence-vectors: τ', real)
    .option('--source <column>', 'generation: the text read')
    .option('--target <column>', 'generation: the text written')
    .option('--target-length <number>', 'generation: tokens written at most', whole(1));
