import { isHostTensor, multiply, type Tensor } from '@cloze/backend';
import { checkOptions, type Rules } from '@cloze/checks';
import { leafRules } from './leaf-rules.ts';
import { checkPatterns, type LeafSettings, settingOf } from './leaf-settings.ts';
import { type Leaves, leavesOf, leavesWhere, mapLeaves, scalar, zeros } from './leaves.ts';
import type { Optimiser, Slots } from './optimiser.ts';

/** One parameter with what its update needs. */
export interface Leaf {
  readonly path: string;
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  /** Its tensors by slot, as `slots` asked for them. */
  readonly state: Readonly<Record<string, Tensor>>;
  /** float32 `[]`: the learning rate of this parameter at this step. */
  readonly rate: Tensor;
  /** λ of this parameter, 0 for none. */
  readonly decay: number;
}

/** What tells one optimiser from another. */
export interface LeafRule<Own> {
  readonly name: string;
  /** All options with their defaults filled in. */
  readonly options: Own & LeafSettings;
  /** Rules of the options that only it has. */
  readonly rules: Rules<Omit<Own, keyof LeafSettings>>;
  /** Shapes of what is kept for a parameter of a shape, by its path where paths differ in it. */
  readonly slots: (shape: readonly number[], path: string) => Readonly<Record<string, readonly number[]>>;
  /** Numbers fed at step t = 1, 2, … beside the rate; default none. */
  readonly scalars?: (step: number) => Readonly<Record<string, number>>;
  readonly update: (
    leaf: Leaf,
    scalars: Leaves<Tensor>,
  ) => { readonly parameter: Tensor; readonly state: Readonly<Record<string, Tensor>> };
}

/** From slot to path to tensor, from path to slot to tensor. */
function bySlot<T>(leaves: Readonly<Record<string, Readonly<Record<string, T>>>>): Slots<T> {
  const slots: Record<string, Record<string, T>> = {};
  for (const [path, state] of Object.entries(leaves))
    for (const [slot, tensor] of Object.entries(state)) (slots[slot] ??= {})[path] = tensor;
  return slots;
}

/** Settings as plain data: patterns as text, a schedule by what it was made of, a bare function by its name. */
function plain(value: unknown): unknown {
  if (value instanceof RegExp) return String(value);
  if (typeof value === 'function')
    return 'settings' in value ? value.settings : `function ${value.name || 'without a name'}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) => (entry === undefined ? [] : [[key, plain(entry)]])),
  );
}

/**
 * An optimiser that treats each parameter by itself: rates, decay, groups and freezing are the same for all of them.
 *
 * @throws {RangeError} naming every option that does not fit
 */
export function leafOptimiser<Own extends object>({
  name,
  options,
  rules,
  slots,
  scalars,
  update,
}: LeafRule<Own>): Optimiser {
  checkOptions<object>(name, options, { ...leafRules, ...rules });
  const { learningRate } = options;
  const settings = new Map<string, ReturnType<typeof settingOf>>();
  const settingAt = (path: string) => {
    const known = settings.get(path) ?? settingOf(path, options);
    settings.set(path, known);
    return known;
  };
  const trains = (path: string) => settingAt(path).rateScale !== 0;
  return {
    name,
    settings: { [name]: plain(options) as Readonly<Record<string, unknown>> },
    trains,
    initial: (parameters) => {
      const leaves = leavesOf(parameters, isHostTensor);
      checkPatterns(name, Object.keys(leaves), options);
      return {
        [name]: bySlot(
          mapLeaves(leavesWhere(leaves, trains), ({ shape }, path) => mapLeaves(slots(shape, path), zeros)),
        ),
      };
    },
    scalars: (step) => {
      const fed = { rate: typeof learningRate === 'number' ? learningRate : learningRate(step), ...scalars?.(step) };
      return { [name]: mapLeaves(fed, scalar) };
    },
    update: ({ parameters, gradients, state }, fed) => {
      const kept = state[name] ?? {};
      const own = fed[name] ?? {};
      const problems: string[] = own.rate ? [] : [`nothing was fed for '${name}'`];
      for (const path of Object.keys(gradients))
        if (!parameters[path]) problems.push(`a gradient of '${path}', which is no parameter that is trained`);
      const results = Object.entries(parameters).flatMap(([path, parameter]) => {
        const gradient = gradients[path];
        const names = Object.keys(slots(parameter.shape, path));
        const tensors = names.map((slot) => kept[slot]?.[path]);
        if (!gradient) problems.push(`no gradient of '${path}'`);
        else if (`${gradient.shape}` !== `${parameter.shape}`)
          problems.push(`the gradient of '${path}' is [${gradient.shape}], the parameter [${parameter.shape}]`);
        for (const [i, slot] of names.entries()) if (!tensors[i]) problems.push(`no state '${name}/${slot}/${path}'`);
        const { rate } = own;
        if (!rate || !gradient || tensors.includes(undefined)) return [];
        const { decay, rateScale } = settingAt(path);
        const leaf = {
          path,
          parameter,
          gradient,
          state: Object.fromEntries(names.map((slot, i) => [slot, tensors[i] as Tensor])),
          rate: rateScale === 1 ? rate : multiply(rate, rateScale),
          decay,
        };
        return [[path, update(leaf, own)] as const];
      });
      if (problems.length > 0)
        throw new RangeError(
          `${name}: ${problems.join('; ')}. Make the variables' state by the same optimiser's initial(parameters), and gradients by gradients(loss, parameters).`,
        );
      return {
        parameters: Object.fromEntries(results.map(([path, { parameter }]) => [path, parameter])),
        state: { [name]: bySlot(Object.fromEntries(results.map(([path, next]) => [path, next.state]))) },
        metrics: {},
      };
    },
  };
}
