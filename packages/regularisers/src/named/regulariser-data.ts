import { nearestName } from '@cloze/checks';

/** Where a perturbation acts: the whole token table, or each occurrence of a token by itself. */
interface Perturbed {
  readonly over?: 'table' | 'occurrences';
}

interface Adversarial extends Perturbed {
  /** ε ≥ 0. */
  readonly epsilon?: number;
  readonly minimise?: 'adversarial' | 'sum';
  readonly dropout?: 'same' | 'fresh';
}

/** Options of each regulariser that plain data can name, those of the function of the same name; strengths are numbers. */
interface OptionsByName {
  'r-drop': {
    readonly alpha?: number;
    readonly scaling?: 'paper' | 'halved';
    readonly divergence?: 'kl' | 'js' | 'squared';
    readonly arrangement?: 'separate' | 'interleaved' | 'concatenated';
  };
  fgm: Adversarial & { readonly norm?: 'global' | 'perSample' };
  fgsm: Adversarial;
  pgd: Adversarial & {
    readonly norm?: 'global' | 'perSample';
    readonly steps?: number;
    readonly stepSize?: number;
    readonly ball?: 'l2' | 'max';
    readonly start?: 'zero' | 'uniform';
  };
  'gradient-penalty': Perturbed & { readonly epsilon?: number; readonly per?: 'batch' | 'sample' };
  'random-noise': Perturbed & { readonly sigma?: number };
  'label-smoothing': { readonly epsilon?: number; readonly over?: 'all' | 'others' };
  'attention-diversity': {
    readonly weight: number;
    readonly sign: 'reward' | 'punish';
    readonly of?: 'mean' | 'spread';
    readonly correction?: 0 | 1;
    readonly epsilon?: number;
  };
}

/** Name of a regulariser that plain data can say. */
export type RegulariserName = keyof OptionsByName;

/** A regulariser as plain data, such as `{ name: 'r-drop', alpha: 4 }`: a run's record and a resume know it. */
export type RegulariserData = { [N in RegulariserName]: { readonly name: N } & OptionsByName[N] }[RegulariserName];

/** What an option may be: any number (its function checks the range), or one of these. */
type Values<V> = [NonNullable<V>] extends [number] ? 'number' | readonly NonNullable<V>[] : readonly NonNullable<V>[];
type Checks = {
  readonly [N in RegulariserName]: { readonly [K in keyof OptionsByName[N]]-?: Values<OptionsByName[N][K]> };
};

const over = ['table', 'occurrences'] as const;
const norm = ['global', 'perSample'] as const;
const adversarial = {
  over,
  epsilon: 'number',
  minimise: ['adversarial', 'sum'],
  dropout: ['same', 'fresh'],
} as const;
const checks: Checks = {
  'r-drop': {
    alpha: 'number',
    scaling: ['paper', 'halved'],
    divergence: ['kl', 'js', 'squared'],
    arrangement: ['separate', 'interleaved', 'concatenated'],
  },
  fgm: { ...adversarial, norm },
  fgsm: adversarial,
  pgd: { ...adversarial, norm, steps: 'number', stepSize: 'number', ball: ['l2', 'max'], start: ['zero', 'uniform'] },
  'gradient-penalty': { over, epsilon: 'number', per: ['batch', 'sample'] },
  'random-noise': { over, sigma: 'number' },
  'label-smoothing': { epsilon: 'number', over: ['all', 'others'] },
  'attention-diversity': {
    weight: 'number',
    sign: ['reward', 'punish'],
    of: ['mean', 'spread'],
    correction: [0, 1],
    epsilon: 'number',
  },
};
const needed: Readonly<Record<string, readonly string[]>> = { 'attention-diversity': ['weight', 'sign'] };

/** Names of the regularisers that plain data can say. */
export const regulariserNames: readonly string[] = Object.keys(checks);

const isName = (name: unknown): name is RegulariserName => typeof name === 'string' && Object.hasOwn(checks, name);

function problemsOf(name: RegulariserName, options: Readonly<Record<string, unknown>>): string[] {
  const known: Readonly<Record<string, 'number' | readonly unknown[]>> = checks[name];
  const missing = (needed[name] ?? [])
    .filter((key) => options[key] === undefined)
    .map((key) => `'${key}' must be given`);
  const wrong = Object.entries(options).flatMap(([key, value]) => {
    const allowed = Object.hasOwn(known, key) ? known[key] : undefined;
    if (!allowed) return [`there is no '${key}', ${nearestName(key, Object.keys(known))}`];
    if (value === undefined || (allowed === 'number' ? typeof value === 'number' : allowed.includes(value))) return [];
    return [`${key} must be ${allowed === 'number' ? 'a number' : allowed.join(' | ')}, got ${JSON.stringify(value)}`];
  });
  return [...missing, ...wrong];
}

function assertRegulariser(data: unknown): asserts data is RegulariserData {
  if (typeof data !== 'object' || data === null || !('name' in data))
    throw new RangeError(`A regulariser is an object with a name: there are ${regulariserNames.join(', ')}.`);
  const { name, ...options } = data;
  if (!isName(name))
    throw new RangeError(`There is no regulariser '${name}', ${nearestName(String(name), regulariserNames)}`);
  const problems = problemsOf(name, options);
  if (problems.length > 0) throw new RangeError(`regulariser '${name}': ${problems.join('; ')}.`);
}

/**
 * A regulariser from JSON, checked: its name, its keys, and the kinds of their values.
 *
 * @throws {RangeError} naming everything that is wrong, and the name that may have been meant
 */
export function regulariserNamed(data: unknown): RegulariserData {
  assertRegulariser(data);
  return data;
}
