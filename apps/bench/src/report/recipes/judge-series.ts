import type { Recipe } from '../../recipes/define-recipe.ts';
import { settingAt } from '../../recipes/setting-at.ts';
import { settingPaths } from '../../recipes/settings.ts';
import type { RunRecord } from '../../runs/run-record.ts';
import { type JudgedRecipe, judgeRecipe } from './judge-recipe.ts';
import { settingsInForce } from './settings-in-force.ts';

/** Under what a run was made, by path: everything of its spec but the seed and what tells arms apart. */
type Conditions = ReadonlyMap<string, string>;

function conditionsOf(recipe: Recipe, { spec, manifest }: RunRecord, differing: ReadonlySet<string>): Conditions {
  const { size, data, encoder } = spec;
  const settings = settingsInForce(spec);
  const files = manifest.data
    .filter(({ path }) => differing.has(path))
    .map(({ path, sha256 }): [string, string] => [path, sha256.slice(0, 8)]);
  const ofArms = new Set(recipe.arms(recipe.sizes[size]).flatMap(({ set }) => Object.keys(set)));
  const ofArm = (path: string) => path.split('.').some((_, i, names) => ofArms.has(names.slice(0, i + 1).join('.')));
  const told = settingPaths(settings)
    .filter((path) => path !== '' && !ofArm(path))
    .sort()
    .map((path): [string, string] => [path, JSON.stringify(settingAt(settings, path)) ?? '']);
  return new Map([
    ['from', encoder?.sha256.slice(0, 8) ?? 'fresh weights'],
    ['size', size],
    ['data', data],
    ...files,
    ...told,
  ]);
}

/** Files that go by one name and are not the same: other splits, another encoder that was kept. */
export function differingFiles(records: readonly RunRecord[]): ReadonlySet<string> {
  const hashes = new Map<string, Set<string>>();
  for (const { path, sha256 } of records.flatMap(({ manifest }) => manifest.data))
    hashes.set(path, (hashes.get(path) ?? new Set()).add(sha256));
  return new Set([...hashes].flatMap(([path, { size }]) => (size > 1 ? [path] : [])));
}

interface Series {
  readonly conditions: readonly Conditions[];
  readonly records: readonly RunRecord[];
}

const columnsOf = ({ records }: Series) => records.flatMap(({ scores }) => scores.map(({ set }) => set));
const meet = (one: Series, other: Series) => {
  const columns = new Set(columnsOf(one));
  return columnsOf(other).some((column) => columns.has(column));
};

/** What is one training: an arm's with a seed, of the sets it fills. */
const trainingOf = ({ spec: { arm, seed }, scores }: RunRecord) =>
  [arm, seed, ...scores.map(({ set }) => set)].join('\n');

const fromOf = ({ conditions: [first] }: Series) => (first as Conditions).get('from');

/** Puts series into one table where no column meets another's, so that tasks told their own steps stay together. */
function gathered(all: readonly Series[], mayJoin: (one: Series, other: Series) => boolean): Series[] {
  const tables: Series[] = [];
  for (const one of all) {
    const joined = tables.findIndex((table) => mayJoin(table, one) && !meet(table, one));
    const table = tables[joined];
    if (!table) tables.push(one);
    else
      tables[joined] = {
        conditions: [...table.conditions, ...one.conditions],
        records: [...table.records, ...one.records],
      };
  }
  return tables;
}

/** What all of a table were told and another table was not, as words: one condition where one tells it from all others, the encoder or steps first. */
function tellApart({ conditions: [first, ...rest] }: Series, others: readonly Series[]): string {
  const shared = [...(first as Conditions)].filter(([path, value]) => rest.every((one) => one.get(path) === value));
  const theirs = others.flatMap(({ conditions }) => conditions);
  const apart = shared.filter(([path, value]) => theirs.some((one) => one.get(path) !== value));
  const alone = apart.filter(([path, value]) => theirs.every((one) => one.get(path) !== value));
  const chosen = alone.find(([path]) => path === 'from') ?? alone.find(([path]) => path.endsWith('steps')) ?? alone[0];
  return (chosen ? [chosen] : apart).map(([path, value]) => `${path} ${value}`).join(', ');
}

/**
 * A recipe's runs as one table, or several where a column would hold runs made under different conditions: figures of other encoders, settings or files
 * are neither averaged nor compared.
 *
 * Conditions that complete each other (tasks told their own steps, the two sizes of `mask-rate`) fill different columns and stay in one table.
 */
export function judgeSeries(recipe: Recipe, all: readonly RunRecord[]): JudgedRecipe[] {
  const series = new Map<string, Series>();
  const own = all.filter(({ spec }) => spec.recipe === recipe.name);
  const differing = differingFiles(own);
  for (const record of own) {
    const conditions = conditionsOf(recipe, record, differing);
    const key = JSON.stringify([...conditions]);
    series.set(key, { conditions: [conditions], records: [...(series.get(key)?.records ?? []), record] });
  }
  const one = gathered([...series.values()], () => true);
  const tables = one.length < 2 ? one : gathered([...series.values()], (a, b) => fromOf(a) === fromOf(b));
  const isFirst = (record: RunRecord, i: number, all: readonly RunRecord[]) =>
    all.findIndex((other) => trainingOf(other) === trainingOf(record)) === i;
  return tables.map((table) => ({
    ...judgeRecipe(recipe, table.records.filter(isFirst)),
    twice: table.records.filter((record, i) => !isFirst(record, i, table.records)),
    ...(tables.length > 1 && {
      series: tellApart(
        table,
        tables.filter((other) => other !== table),
      ),
    }),
  }));
}
