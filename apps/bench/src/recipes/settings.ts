import { nearestName } from '@cloze/checks';
import { UsageError } from 'cloze/terminal';
import type { Arm, Recipe, Size } from './define-recipe.ts';

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every path of a tree of settings, such as `train.steps`. */
export function settingPaths(tree: unknown, prefix = ''): string[] {
  if (!isTree(tree)) return [prefix];
  return Object.entries(tree).flatMap(([name, value]) => settingPaths(value, prefix ? `${prefix}.${name}` : name));
}

/** A copy with one path replaced. @throws naming the nearest path where there is none */
function withPath(tree: Tree, path: string, value: unknown): Tree {
  const [head = '', ...rest] = path.split('.');
  const inner = tree[head];
  const replaced = rest.length === 0 ? value : withPath(isTree(inner) ? inner : {}, rest.join('.'), value);
  return { ...tree, [head]: replaced };
}

/** `path=value` as path and value: JSON where it is, else text. @throws {UsageError} without an equals sign */
export function parseAssignment(text: string): [path: string, value: unknown] {
  const equals = text.indexOf('=');
  if (equals <= 0) throw new UsageError(`--set ${text}: expected path=value, such as train.steps=200.`);
  const [path, raw] = [text.slice(0, equals), text.slice(equals + 1)];
  try {
    return [path, JSON.parse(raw)];
  } catch {
    return [path, raw];
  }
}

/**
 * The settings of a recipe's size with changes by path; arms' own changes come last.
 *
 * @throws {UsageError} naming every path that does not exist, with the nearest that does, and every value that does not fit
 */
export function resolveSettings<S>(
  recipe: Recipe<S>,
  size: Size,
  changes: Readonly<Record<string, unknown>> = {},
  arm?: Arm,
): S {
  const base = recipe.sizes[size] as Tree;
  const known = settingPaths(base);
  const parents = new Set(
    known.flatMap((path) => path.split('.').map((_, i, parts) => parts.slice(0, i + 1).join('.'))),
  );
  const all = { ...changes, ...arm?.set };
  const problems = Object.keys(all)
    .filter((path) => !parents.has(path))
    .map((path) => `'${path}' is no setting; ${nearestName(path, known)}`);
  if (problems.length === 0) {
    const tree = Object.entries(all).reduce((held, [path, value]) => withPath(held, path, value), base);
    const parsed = recipe.settings.safeParse(tree);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) problems.push(`${path.join('.') || 'settings'}: ${message}`);
  }
  throw new UsageError(`${recipe.name}: ${problems.join('; ')}.`);
}
