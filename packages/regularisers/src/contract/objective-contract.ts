import {
  compile,
  constant,
  createVariables,
  type Engine,
  evaluate,
  flattenTree,
  gradients,
  isHostTensor,
  isTensor,
  type Key,
  multiply,
  referenceEngine,
  rootKey,
  substitute,
  type Tensor,
} from '@cloze/backend';
import type { Passes } from '../objective/passes.ts';
import { passesOf } from '../objective/passes-of.ts';
import { countPasses } from './count-passes.ts';
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

/** A regulariser under its contract; `rate` is the dropout of the small model, for those that are given a model of their own. */
export type ContractRegulariser<Options> = (
  objective: SmallObjective,
  options: Options,
  rate: number,
) => SmallObjective;

/** What the contract is told of a regulariser. */
export interface ContractSettings {
  /** The option that is its strength; default the only one that is a number. */
  readonly strength?: string;
  /** Whether a strength may be read from the batch, default true. */
  readonly fed?: boolean;
  /** What a step costs; default whatever it declares. */
  readonly passes?: Passes;
  /** Whether it draws numbers of its own, so that the key counts without dropout too; default: not judged. */
  readonly draws?: boolean;
  /** Whether it holds something constant by `stopGradient`; default: not judged. */
  readonly stops?: boolean;
  /** A part that is 0 without dropout and more than 0 with it; default none. */
  readonly divergence?: string;
  /** Engines a compiled step is tried on, default the one of plain JavaScript. */
  readonly engines?: readonly Engine[];
}

const rate = 0.3;
const numbers = (tree: unknown) => flattenTree(tree, isHostTensor).flatMap(([, { values }]) => [...values]);
const same = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((v, i) => Object.is(v, b[i]));

/** The strength among some options. @throws {RangeError} where it cannot be told */
function strengthOf(options: object, given: string | undefined): readonly [name: string, value: number] {
  const found = Object.entries(options).filter(([name, value]) =>
    given === undefined ? typeof value === 'number' : name === given,
  );
  const [first] = found;
  if (found.length !== 1 || !first || typeof first[1] !== 'number')
    throw new RangeError(
      `objectiveContract: say which option is the strength, a number, by { strength: 'name' }; there are ${Object.keys(options).join(', ') || 'none'}.`,
    );
  return [first[0], first[1]];
}

/**
 * Checks a regulariser of one's own as ours are checked, over a small attention model with dropout; needs no test runner.
 *
 * Strength 0 is the same objective, and what is negative or no number is refused; it is felt when switched on; it depends on its arguments only;
 * gradients equal finite differences to second order, stopped values held; it takes the passes it declares; no NaN for extreme
 * logits; a compiled step equals the eager one, leaves no handles behind and no parameter changed.
 *
 * @param options those of the regulariser, its strength a number at which it is clearly felt
 * @throws {Error} listing all problems
 */
export async function objectiveContract<Options extends object>(
  regulariser: ContractRegulariser<Options>,
  options: Options,
  settings: ContractSettings = {},
): Promise<void> {
  const engine = referenceEngine();
  const [name, strength] = strengthOf(options, settings.strength);
  const build: Build = (value, p = rate, plain = smallObjective(p)) =>
    regulariser(plain, { ...options, [name]: value }, p);
  const on = build(strength);
  const problems: string[] = [
    ...strengthProblems(build),
    ...feltProblems(engine, on),
    ...argumentProblems(engine, build, strength, settings),
    ...gradientProblems(engine, on, settings),
    ...passProblems(on, settings),
    ...extremeProblems(engine, on),
  ];
  const compiled = settings.fed === false ? on : build(({ strength: read }) => read);
  for (const target of settings.engines ?? [engine])
    for (const problem of await compiledProblems(target, compiled, {
      strength,
      eager: numbers(evaluate(engine, stepOf(on))),
    }))
      problems.push(problem);
  if (problems.length > 0) throw new Error(`The regulariser breaks its contract: ${problems.join('; ')}.`);
}

type Build = (
  strength: number | ((batch: SmallBatch) => Tensor),
  rate?: number,
  plain?: SmallObjective,
) => SmallObjective;

const run = (objective: SmallObjective, parameters = smallParameters, key: Key | undefined = smallKey) =>
  objective(parameters, smallBatch, key);
function stepOf(objective: SmallObjective) {
  const { loss, parts } = run(objective);
  return { loss, parts, slopes: gradients(loss, smallParameters) };
}
const numberOf = (engine: Engine, tensor: Tensor) => evaluate(engine, tensor).values[0] as number;

function strengthProblems(build: Build): string[] {
  const problems: string[] = [];
  const plain = smallObjective(rate);
  if (build(0, rate, plain) !== plain)
    problems.push('at strength 0 it is not the plain objective, returned as it came');
  for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    try {
      build(wrong);
      problems.push(`strength ${wrong} is not refused`);
    } catch (error) {
      if (!(error instanceof RangeError)) problems.push(`strength ${wrong} is refused by no RangeError: ${error}`);
    }
  }
  return problems;
}

function feltProblems(engine: Engine, objective: SmallObjective): string[] {
  const [on, off] = [objective, smallObjective(rate)].map((o) => evaluate(engine, stepOf(o)));
  const plain = numbers(off?.slopes);
  const apart = numbers(on?.slopes).reduce((most, v, i) => Math.max(most, Math.abs(v - (plain[i] as number))), 0);
  return apart > 1e-4 ? [] : [`its gradients differ from the plain ones by ${apart} only`];
}

function argumentProblems(
  engine: Engine,
  build: Build,
  strength: number,
  { draws, divergence }: ContractSettings,
): string[] {
  const problems: string[] = [];
  const once = numbers(evaluate(engine, stepOf(build(strength))));
  if (!same(numbers(evaluate(engine, stepOf(build(strength)))), once)) problems.push('twice the same is not the same');
  const other = rootKey(constant([7, 4, 0], [3], 'int32'));
  const [one, two] = [smallKey, other].map((key) =>
    numberOf(engine, run(build(strength, 0), smallParameters, key).loss),
  );
  if (draws !== undefined && draws !== (one !== two))
    problems.push(`without dropout the loss ${one === two ? 'does not depend' : 'depends'} on the key`);
  if (divergence === undefined) return problems;
  const [without, dropped] = [0, rate].map((p) => {
    const part = run(build(strength, p)).parts[divergence];
    return part && numberOf(engine, part);
  });
  if (without !== 0 || !(dropped !== undefined && dropped > 1e-4))
    problems.push(`part '${divergence}' is ${without} without dropout and ${dropped} with it, expected 0 and more`);
  return problems;
}

/** What stands behind `stopGradient` is a constant of the step, so finite differences hold it at its value at the centre. */
function stoppedIn(tree: unknown): Tensor[] {
  const seen = new Set<Tensor['operation']>();
  const pending = flattenTree(tree, isTensor).map(([, { operation }]) => operation);
  for (let operation = pending.pop(); operation; operation = pending.pop()) {
    if (seen.has(operation)) continue;
    seen.add(operation);
    for (const input of operation.inputs) pending.push(input.operation);
  }
  // A cross-entropy stops the largest logit, which it only shifts by: that holds nothing back.
  const isShift = (x: Tensor | undefined) => x?.operation.primitive.name === 'max';
  return [...seen].flatMap(({ primitive, inputs, outputs }) =>
    primitive.name === 'stopGradient' && !isShift(inputs[0]) ? outputs : [],
  );
}

function gradientProblems(engine: Engine, objective: SmallObjective, { stops }: ContractSettings): string[] {
  const { loss } = run(objective);
  const slope = dot(gradients(loss, smallParameters), smallDirection);
  const curvature = dot(gradients(slope, smallParameters), smallDirection);
  const stopped = stoppedIn({ loss, slope });
  const held = evaluate(engine, stopped).map(({ values, shape, dtype }) => constant(values, shape, dtype));
  const fixed = stopped.map((tensor, i): [Tensor, Tensor] => [tensor, held[i] as Tensor]);
  const centre = new Map(flattenTree(smallParameters, isTensor));
  const h = 4e-3;
  const central = (f: Tensor) => {
    const [up, down] = [h, -h].map((d) => {
      const moved = flattenTree(along(d), isTensor).map(([path, to]): [Tensor, Tensor] => [
        centre.get(path) as Tensor,
        to,
      ]);
      return numberOf(engine, substitute(f, new Map([...moved, ...fixed])));
    }) as [number, number];
    return (up - down) / (2 * h);
  };
  const problems: string[] = [];
  if (stops !== undefined && stops !== stopped.length > 0)
    problems.push(stops ? 'nothing is stopped' : `${stopped.length} values are stopped`);
  const compare = (what: string, found: number, expected: number, bound: number) => {
    if (!(Math.abs(found - expected) < bound * (1 + Math.abs(expected))))
      problems.push(`its ${what} along a direction is ${found}, by finite differences ${expected}`);
  };
  compare('gradient', numberOf(engine, slope), central(loss), 4e-3);
  compare('curvature', numberOf(engine, curvature), central(slope), 2e-2);
  return problems;
}

function passProblems(objective: SmallObjective, { passes }: ContractSettings): string[] {
  const { loss, slopes } = stepOf(objective);
  const text = ({ forward, backward }: Passes) => `${forward} forward and ${backward} backward`;
  const [declared, measured] = [passesOf(objective), countPasses([loss, ...Object.values(slopes)])].map(text);
  const problems = declared === measured ? [] : [`it declares ${declared} passes and takes ${measured}`];
  if (passes && text(passes) !== measured) problems.push(`it takes ${measured} passes, expected ${text(passes)}`);
  return problems;
}

function extremeProblems(engine: Engine, objective: SmallObjective): string[] {
  const extreme = { ...smallParameters, head: multiply(smallParameters.head, 2e4) };
  const { loss, parts } = run(objective, extreme);
  const all = numbers(evaluate(engine, { loss, parts, slopes: gradients(loss, extreme) }));
  const wrong = all.filter((v) => !Number.isFinite(v)).length;
  return wrong === 0 ? [] : [`extreme logits make ${wrong} of ${all.length} numbers infinite or NaN`];
}

async function compiledProblems(
  engine: Engine,
  objective: SmallObjective,
  { strength, eager }: { readonly strength: number; readonly eager: readonly number[] },
): Promise<string[]> {
  const variables = createVariables(engine, small.parameters);
  type Inputs = { readonly batch: SmallBatch; readonly words: Tensor };
  const step = compile(variables, (parameters: SmallParameters, { batch, words }: Inputs) => {
    const { loss, parts } = objective(parameters, batch, rootKey(words));
    return { outputs: { loss, parts: { ...parts }, slopes: gradients(loss, parameters) } };
  });
  const fed = { ...small.batch, strength: { ...small.batch.strength, values: Float32Array.of(strength) } };
  const once = async () => numbers(await step({ batch: fed, words: small.words }));
  const first = await once();
  await once();
  const handles = engine.liveHandles();
  const third = await once();
  await once();
  const problems: string[] = [];
  if (engine.liveHandles() !== handles) problems.push(`a step leaves handles behind on ${engine.name}`);
  if (!same(third, first)) problems.push(`a compiled step repeated differs on ${engine.name}`);
  if (!same(numbers(variables.read()), numbers(small.parameters))) problems.push(`parameters change on ${engine.name}`);
  const apart = eager.reduce((most, v, i) => Math.max(most, Math.abs((first[i] as number) - v) / (1 + Math.abs(v))), 0);
  if (first.length !== eager.length || !(apart < 2e-4))
    problems.push(`compiled differs from eager by ${apart} on ${engine.name}`);
  variables.dispose();
  return problems;
}
