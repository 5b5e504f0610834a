import { isTensor, type Key, type Tensor } from '@cloze/backend';
import { anything, checkOptions, flag } from '@cloze/checks';
import type { EncoderConfig } from '../config/encoder-config.ts';
import type { Encoded, TokenInputs } from '../layers/batch.ts';
import type { ModelParameters } from '../parameters/parameter-tree.ts';
import { albert } from './albert.ts';
import { bert } from './bert.ts';
import { deberta } from './deberta.ts';
import { distilbert } from './distilbert.ts';
import { electra } from './electra.ts';
import type { EncodeOptions, Family, Visibility } from './family.ts';
import { modernbert } from './modernbert.ts';
import { mpnet } from './mpnet.ts';
import { neobert } from './neobert.ts';
import { roberta } from './roberta.ts';
import { roformer } from './roformer.ts';
import { tta } from './t-ta.ts';

/** Every family that is read, saved and encoded. */
export const families = [
  bert,
  roberta,
  electra,
  albert,
  roformer,
  modernbert,
  distilbert,
  deberta,
  neobert,
  mpnet,
  tta,
] as const satisfies readonly Family[];

/** Name of a family: what `Pretrained.family` holds. */
export type FamilyName = (typeof families)[number]['name'];

const byName: ReadonlyMap<string, Family<FamilyName>> = new Map(families.map((family) => [family.name, family]));

/** The family whose files say this `model_type`. */
export function familyOfModelType(modelType: unknown): FamilyName | undefined {
  for (const { name, modelTypes, formerModelTypes = [] } of byName.values())
    if ([...modelTypes, ...formerModelTypes].some((known) => known === modelType)) return name;
  return undefined;
}

/** Names of transformers' classes for a family's files of this `model_type`. */
export function classesFor(name: FamilyName, modelType: unknown): Family['classes'] {
  const { classes, classesOfType = {} } = familyOf(name);
  return (typeof modelType === 'string' ? classesOfType[modelType] : undefined) ?? classes;
}

/** The record of a family. @throws {RangeError} for another name, listing those there are */
export function familyOf(name: FamilyName): Family<FamilyName> {
  const family = byName.get(name);
  if (!family)
    throw new RangeError(`familyOf: there is no family '${name}'; there are ${[...byName.keys()].join(', ')}.`);
  return family;
}

/** What each input holds. */
const typeOf = { ids: 'int32', segments: 'int32', attend: 'bool' } as const;

/** Refuses inputs that are no tensors of one shape: a row of `attend` would stand for all rows without a word. */
function checkInputs(inputs: Pick<TokenInputs, keyof typeof typeOf>): void {
  const problems = Object.entries(typeOf).flatMap(([name, dtype]) => {
    const given: Tensor | undefined = inputs[name as keyof typeof typeOf];
    if (given === undefined || !isTensor(given)) return [`'${name}' is no tensor`];
    const fits =
      given.dtype === dtype &&
      given.shape.length === 2 &&
      (inputs.ids === undefined || `${given.shape}` === `${inputs.ids.shape}`);
    return fits ? [] : [`'${name}' is ${given.dtype} [${given.shape}]`];
  });
  if (problems.length > 0)
    throw new TypeError(
      `encode: ${problems.join('; ')}; expected ids int32, segments int32 and attend bool, each [batch, length].`,
    );
}

/**
 * Encodes rows as a family does: BERT and its kin see the whole row (with `leftToRight` in the config, what comes before), T-TA all other tokens.
 *
 * @param parameters of this family and config
 * @param key none means no dropout
 * @returns hidden states `[batch, length, width]`, those of every layer, attention weights and embeddings
 * @throws {TypeError} naming inputs that are missing, of another type or shape {RangeError} for a family that does not exist, or options that it cannot honour
 */
export function encode(
  family: FamilyName,
  parameters: ModelParameters<Tensor>,
  { ids, segments, attend, positionIds, tablePositions, texts }: TokenInputs,
  config: EncoderConfig,
  key?: Key,
  options: EncodeOptions = {},
): Encoded {
  checkOptions('encode', options, { visible: anything, showDiagonal: flag, recompute: flag, openLength: flag });
  checkInputs({ ids, segments, attend });
  return familyOf(family).encode(
    parameters,
    { ids, segments, attend, positionIds, tablePositions, texts },
    config,
    key,
    options,
  );
}

/** What the output at a token has seen: it decides how a model is pretrained and how it scores. */
export function visibilityOf(family: FamilyName, config: EncoderConfig): Visibility {
  return familyOf(family).visibility(config);
}
