import { isHostTensor, type Tensor } from '@cloze/backend';
import { leavesOf, leavesWhere } from './leaves.ts';
import type { GradientPart, Optimiser, Slots } from './optimiser.ts';

const byName = <T>(parts: readonly GradientPart[], of: (part: GradientPart) => T | undefined) =>
  Object.fromEntries(
    parts.flatMap((part) => {
      const value = of(part);
      return value === undefined ? [] : [[part.name, value] as const];
    }),
  );

/**
 * An optimiser of parts: gradients go through each in order, then exactly one optimiser writes the parameters.
 *
 * `chain(clip(1), adamW({ learningRate: 1e-4 }))`. State, settings and what is fed are keyed by the parts' names.
 *
 * @throws {RangeError} naming parts that stand twice
 */
export function chain(...parts: readonly [...gradientParts: GradientPart[], optimiser: Optimiser]): Optimiser {
  const optimiser = parts.at(-1) as Optimiser;
  const before = parts.slice(0, -1) as readonly GradientPart[];
  const names = [...before.map(({ name }) => name), ...Object.keys(optimiser.settings)];
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  if (twice.length > 0)
    throw new RangeError(`chain: ${twice.join(', ')} stands twice; a part's name is the key of its state.`);
  return {
    ...optimiser,
    settings: { ...byName(before, ({ settings }) => settings), ...optimiser.settings },
    initial: (parameters) => {
      const trained = leavesWhere(leavesOf(parameters, isHostTensor), optimiser.trains);
      return { ...byName(before, ({ initial }) => initial?.(trained)), ...optimiser.initial(parameters) };
    },
    scalars: (step) => ({ ...byName(before, ({ scalars }) => scalars?.(step)), ...optimiser.scalars(step) }),
    update: ({ parameters, gradients: given, state }, scalars) => {
      let gradients = given;
      const states: Record<string, Slots<Tensor>> = {};
      const metrics: Record<string, Tensor> = {};
      for (const part of before) {
        const result = part.update({ parameters, gradients, state: state[part.name] ?? {} }, scalars[part.name] ?? {});
        gradients = result.gradients;
        if (result.state) states[part.name] = result.state;
        Object.assign(metrics, result.metrics);
      }
      const written = optimiser.update({ parameters, gradients, state }, scalars);
      return {
        ...written,
        state: { ...states, ...written.state },
        metrics: { ...metrics, ...written.metrics },
      };
    },
  };
}
