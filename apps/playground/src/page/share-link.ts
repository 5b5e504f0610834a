import { trainingBounds } from '../engine/training-settings.ts';
import { choices, unitNames } from '../mask/policies.ts';
import { type FirstTextName, firstTexts } from '../text/first-texts.ts';
import { firstState, type PageState } from './state.ts';

/** Characters of a link that every browser and most chats carry. */
const longestLink = 16_000;

/** A state that a link told, and what of the link was not understood, a sentence each. */
export interface FromLink {
  readonly state: PageState;
  readonly problems: readonly string[];
}

const isFirst = (name: string): name is FirstTextName => Object.hasOwn(firstTexts, name);
const firstOf = (text: string) =>
  Object.keys(firstTexts).find((name) => isFirst(name) && firstTexts[name].text === text);

/** The page's state as what stands behind `#`; what is as at first is left out. @throws {RangeError} for a text too long for a link */
export function toHash(state: PageState): string {
  const name = firstOf(state.text);
  const from = firstState(name !== undefined && isFirst(name) ? name : 'rooms');
  const told = new URLSearchParams();
  if (name !== undefined) told.set('first', name);
  for (const [key, value] of Object.entries(state))
    if (value !== undefined && value !== from[key as keyof PageState]) told.set(key, String(value));
  const hash = told.toString();
  if (hash.length <= longestLink) return hash;
  throw new RangeError(
    `The text makes a link of ${hash.length.toLocaleString('en')} characters, more than the ${longestLink.toLocaleString('en')} that a link may have; share a shorter text.`,
  );
}

type Reader = (value: string) => PageState[keyof PageState];

const number = (least: number, most: number, isWhole: boolean): Reader => {
  return (value) => {
    const found = value.trim() === '' ? Number.NaN : Number(value);
    if (found >= least && found <= most && (!isWhole || Number.isInteger(found))) return found;
    throw new RangeError(`a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}`);
  };
};
const oneOf = (names: readonly string[]): Reader => {
  return (value) => {
    if (names.includes(value)) return value;
    throw new RangeError(`one of ${names.join(', ')}`);
  };
};
const bounded = (name: keyof typeof trainingBounds): Reader =>
  number(trainingBounds[name].least, trainingBounds[name].most, name !== 'learningRate');

const readers: Readonly<Record<keyof PageState, Reader>> = {
  text: (value) => value,
  question: (value) => value,
  preset: oneOf(choices.map(({ name }) => name)),
  rate: number(0, 1, false),
  units: oneOf(unitNames),
  masked: number(0, 1, false),
  random: number(0, 1, false),
  family: oneOf(['bert', 't-ta']),
  layers: bounded('layers'),
  width: bounded('width'),
  steps: bounded('steps'),
  batchSize: bounded('batchSize'),
  learningRate: bounded('learningRate'),
  seed: bounded('seed'),
};

/** What a link tells; what it says wrongly is as at first, and named. */
export function fromHash(hash: string): FromLink {
  const told = new URLSearchParams(hash.replace(/^#/, ''));
  const problems: string[] = [];
  const first = told.get('first');
  told.delete('first');
  if (first !== null && !isFirst(first))
    problems.push(`The link's first text '${first}' is none of ${Object.keys(firstTexts).join(', ')}.`);
  const state: Record<string, unknown> = { ...firstState(first !== null && isFirst(first) ? first : 'rooms') };
  for (const [name, value] of told) {
    if (!Object.hasOwn(readers, name)) {
      problems.push(`The link's '${name}' is no setting of this page.`);
      continue;
    }
    try {
      state[name] = readers[name as keyof PageState](value);
    } catch (error) {
      problems.push(`The link's ${name} must be ${error instanceof Error ? error.message : error}, got '${value}'.`);
    }
  }
  return { state: { ...firstState(), ...state }, problems };
}
