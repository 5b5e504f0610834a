import {
  compile,
  constant,
  createVariables,
  type Engine,
  evaluate,
  flattenTree,
  gradients,
  isHostTensor,
  type Key,
  multiply,
  rootKey,
  type Tensor,
} from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { passesOf } from '../src/index.ts';
import { countPasses } from './count-passes.ts';
import { engines } from './engines.ts';
import {
  along,
  dot,
  type SmallBatch,
  type SmallObjective,
  type SmallParameters,
  small,
  smallBatch,
  smallDirection,
  smallKey,
  smallObjective,
  smallParameters,
} from './small-task.ts';
import type { Stops } from './stops.ts';

/** A regulariser at a strength: fixed, or read from the batch. */
export type Build = (
  objective: SmallObjective,
  strength: number | ((batch: SmallBatch) => Tensor),
  rate: number,
) => SmallObjective;

/** What is particular about a regulariser. */
export interface Traits {
  /** Its step's passes over those of the plain one. */
  readonly forward: number;
  readonly backward: number;
  /** A part that is exactly 0 without dropout and more than 0 with it. */
  readonly divergence?: string;
  /** Something is held constant (stopped): a perturbation, a teacher. Elsewhere every gradient flows. */
  readonly stops?: boolean;
  /** It draws numbers of its own: the loss depends on the key without dropout too. */
  readonly draws?: boolean;
  /** It takes no strength from the batch. */
  readonly fixed?: boolean;
  /** A strength at which it is clearly felt, default 0.7. */
  readonly strength?: number;
}

const rate = 0.3;
const value = (engine: Engine, tensor: Tensor) => evaluate(engine, tensor).values[0] as number;
const numbers = (tree: unknown) => flattenTree(tree, isHostTensor).flatMap(([, { values }]) => [...values]);

/** What every regulariser must satisfy; one joins with one line in `regularisers.test.ts`. */
export function regulariserContract(name: string, build: Build, traits: Traits, stops: Stops): void {
  describe(name, () => {
    const { strength = 0.7 } = traits;
    let engine: Engine;
    beforeAll(async () => {
      engine = (await engines[0]?.[1]()) as Engine;
    });
    const at = (s: Parameters<Build>[1], p = rate) => build(smallObjective(p), s, p);
    const run = (objective: SmallObjective, parameters = smallParameters, key: Key | undefined = smallKey) =>
      objective(parameters, smallBatch, key);
    const step = (objective: SmallObjective) => {
      const { loss, parts } = run(objective);
      return { loss, parts, slopes: gradients(loss, smallParameters) };
    };

    it('strength 0 equals the plain objective to the bit: loss and gradients', () => {
      expect(numbers(evaluate(engine, step(at(0))))).toEqual(numbers(evaluate(engine, step(smallObjective(rate)))));
    });

    it('is felt when switched on, in the loss and in its gradients', () => {
      const [on, off] = [at(strength), smallObjective(rate)].map((o) => evaluate(engine, step(o)));
      expect(on?.loss.values).not.toEqual(off?.loss.values);
      const apart = numbers(on?.slopes).map((v, i) => Math.abs(v - (numbers(off?.slopes)[i] as number)));
      expect(Math.max(...apart)).toBeGreaterThan(1e-4);
    });

    it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses strength %s', (wrong) => {
      expect(() => at(wrong)).toThrow(/must be ≥ 0.*, got (-1|NaN|Infinity)/);
    });

    it('depends on nothing but its arguments', () => {
      const first = numbers(evaluate(engine, step(at(strength))));
      expect(numbers(evaluate(engine, step(at(strength))))).toEqual(first);
      const other = rootKey(constant([7, 4, 0], [3], 'int32'));
      expect(value(engine, run(at(strength), smallParameters, other).loss)).not.toBe(first[0]);
      const [a, b] = [smallKey, other].map((key) => value(engine, run(at(strength, 0), smallParameters, key).loss));
      if (traits.draws) expect(a).not.toBe(b);
      else expect(a).toBe(b);
    });

    it('gradients equal finite differences, to second order, what is stopped held fast', () => {
      const loss = (h: number) => run(at(strength), along(h)).loss;
      const slope = (h: number) => {
        const parameters = along(h);
        return { parameters, slope: dot(gradients(run(at(strength), parameters).loss, parameters), smallDirection) };
      };
      const h = 4e-3;
      const central = (f: (h: number) => Tensor) => {
        expect(stops.record(engine, () => f(0)) > 0).toBe(traits.stops ?? false);
        const [up, down] = [h, -h].map((d) =>
          value(
            engine,
            stops.replay(() => f(d)),
          ),
        );
        return ((up as number) - (down as number)) / (2 * h);
      };
      const centre = slope(0);
      const curvature = dot(gradients(centre.slope, centre.parameters), smallDirection);
      const [first, second] = [central(loss), central((d) => slope(d).slope)];
      expect(Math.abs(value(engine, centre.slope) - first)).toBeLessThan(4e-3 * (1 + Math.abs(first)));
      expect(Math.abs(value(engine, curvature) - second)).toBeLessThan(2e-2 * (1 + Math.abs(second)));
    });

    it('takes the passes it declares', () => {
      const { loss, slopes } = step(at(strength));
      const measured = countPasses([loss, ...Object.values(slopes)]);
      expect(measured).toEqual({ forward: traits.forward, backward: traits.backward });
      expect(passesOf(at(strength))).toEqual(measured);
      expect(passesOf(at(0))).toEqual({ forward: 1, backward: 1 });
    });

    if (traits.divergence) {
      const part = traits.divergence;
      it('the two passes differ by dropout only: divergence is exactly 0 without it, more than 0 with it', () => {
        const of = (p: number) => value(engine, run(at(strength, p)).parts[part] as Tensor);
        expect(of(0)).toBe(0);
        expect(of(rate)).toBeGreaterThan(1e-4);
      });
    }

    it('no NaN for extreme logits', () => {
      const extreme = { ...smallParameters, head: multiply(smallParameters.head, 2e4) };
      const { loss, parts } = run(at(strength), extreme);
      const all = numbers(evaluate(engine, { loss, parts, slopes: gradients(loss, extreme) }));
      expect(all.filter((v) => !Number.isFinite(v))).toEqual([]);
    });

    it.each(engines)(
      'compiled equals eager on %s; parameters stay to the bit; no handles are left',
      async (_name, open) => {
        const on = await open();
        const variables = createVariables(on, small.parameters);
        type Inputs = { readonly batch: SmallBatch; readonly words: Tensor };
        const objective = at(traits.fixed ? strength : ({ strength: fed }) => fed);
        const compiled = compile(variables, (parameters: SmallParameters, { batch, words }: Inputs) => {
          const { loss, parts } = objective(parameters, batch, rootKey(words));
          return { outputs: { loss, parts, slopes: gradients(loss, parameters) } };
        });
        const fed = { ...small.batch, strength: { ...small.batch.strength, values: Float32Array.of(strength) } };
        const inputs = { batch: fed, words: small.words };
        const first = await compiled(inputs);
        await compiled(inputs);
        const handles = on.liveHandles();
        const third = await compiled(inputs);
        await compiled(inputs);
        expect(on.liveHandles()).toBe(handles);
        expect(numbers(third)).toEqual(numbers(first));
        expect(numbers(variables.read())).toEqual(numbers(small.parameters));
        const eager = evaluate(engine, step(at(strength)));
        expect(Object.keys(first.parts)).toEqual(Object.keys(eager.parts));
        const [ours, theirs] = [numbers(first), numbers(eager)];
        const errors = theirs.map((v, i) => Math.abs((ours[i] as number) - v) / (1 + Math.abs(v)));
        expect(Math.max(...errors)).toBeLessThan(2e-4);
        variables.dispose();
      },
    );
  });
}
