import { albert } from './albert.ts';
import { bert } from './bert.ts';
import { electra } from './electra.ts';
import type { Family } from './family.ts';
import { roberta } from './roberta.ts';
import { roformer } from './roformer.ts';
import { tta } from './t-ta.ts';

/** Every family that is read, saved and encoded. */
export const families = [bert, roberta, electra, albert, roformer, tta] as const satisfies readonly Family[];

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
