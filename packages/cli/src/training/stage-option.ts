import type { PretrainStage } from '@cloze/models';
import { InvalidArgumentError } from 'commander';
import { namedData } from './named-data.ts';

/** Parses one stage behind those before it: `SHARE`, `SHARE:causal`, or `SHARE:` and a preset with options, such as `0.8:whole-word:rate=0.3,rateTo=0.15`. */
export function stageOption(text: string, before: readonly PretrainStage[] = []): readonly PretrainStage[] {
  const [first = '', ...rest] = text.split(':');
  const share = first.trim() === '' ? Number.NaN : Number(first);
  if (Number.isNaN(share))
    throw new InvalidArgumentError(
      `expected SHARE:PRESET with options, or SHARE:causal, such as 0.5:whole-word:rate=0.3; got '${text}'.`,
    );
  const question = rest.join(':');
  if (question === '') return [...before, { share }];
  if (question === 'causal') return [...before, { share, causal: true }];
  const { name: preset, rateTo, rateCourse, ...options } = namedData(question);
  const course = {
    ...(rateTo !== undefined && { rateTo: numberIn('rateTo', rateTo) }),
    ...(rateCourse !== undefined && { rateCourse: courseIn(rateCourse) }),
  };
  return [...before, { share, mask: { ...options, preset }, ...course }];
}

function numberIn(name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  throw new InvalidArgumentError(`${name} must be a number, got '${String(value)}'.`);
}

function courseIn(value: unknown): 'linear' | 'cosine' {
  if (value === 'linear' || value === 'cosine') return value;
  throw new InvalidArgumentError(`rateCourse must be linear or cosine, got '${String(value)}'.`);
}
