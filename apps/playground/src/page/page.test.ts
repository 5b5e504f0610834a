import { describe, expect, it } from 'vitest';
import { firstTexts } from '../text/first-texts.ts';
import { curvePoints, curveTop } from './curve.ts';
import { progressSentence } from './progress.ts';
import { shareOf, shownPercent, surpriseStep } from './shades.ts';
import { fromHash, toHash } from './share-link.ts';
import { firstState, type PageState } from './state.ts';
import { threadsFor, usesSentence } from './uses.ts';

describe('a link', () => {
  const state: PageState = {
    ...firstState(),
    ...{ text: '床前明月光 & more\n#=+%', question: 'a [MASK]', preset: 'whole-word', rate: 0.3, units: 'spans' },
    ...{
      masked: 0.5,
      random: 0,
      seed: 7,
      family: 't-ta',
      layers: 1,
      width: 32,
      steps: 30,
      batchSize: 4,
      learningRate: 0.01,
    },
  };

  it('gives back every setting', () => {
    expect(fromHash(`#${toHash(state)}`)).toEqual({ state, problems: [] });
  });

  it.each(['rooms', 'verse'] as const)('names a first text instead of holding it: %s', (name) => {
    expect(toHash(firstState(name))).toBe(`first=${name}`);
    expect(fromHash(`#first=${name}`).state).toEqual(firstState(name));
    expect(fromHash(`#first=${name}`).state.text).toBe(firstTexts[name].text);
  });

  it('an empty one is the page as at first', () => {
    expect(fromHash('')).toEqual({ state: firstState(), problems: [] });
  });

  it('names all that it does not understand, and takes the rest', () => {
    const { state: found, problems } = fromHash('#rate=2&seed=x&preset=bart&colour=red&layers=3&first=no&width=');
    expect(found).toEqual({ ...firstState(), layers: 3 });
    expect(problems).toHaveLength(6);
    expect(problems.join(' ')).toContain("The link's rate must be a number from 0 to 1, got '2'.");
    expect(problems.join(' ')).toContain("The link's 'colour' is no setting of this page.");
    expect(problems.join(' ')).toContain("The link's width must be a whole number from 16 to 256, got ''.");
  });

  it('refuses a text too long for one', () => {
    expect(() => toHash({ ...state, text: '月'.repeat(10_000) })).toThrow('more than the 16,000 that a link may have');
  });
});

describe('what is computed on', () => {
  it('is one thread where the page is not isolated, and said so', () => {
    const facts = { isolated: false, processors: 8, gpu: false };
    expect(threadsFor(facts)).toBe(1);
    expect(usesSentence(facts, 'cpu')).toContain('on one thread: this page’s server'.replace('’', "'"));
    expect(usesSentence(facts, 'cpu')).toContain('WebGPU is not there, and not needed.');
  });
  it('is up to four threads where it is', () => {
    expect(threadsFor({ isolated: true, processors: 8, gpu: false })).toBe(4);
    expect(usesSentence({ isolated: true, processors: 2, gpu: true }, 'cpu')).toContain(
      'on 2 threads. WebGPU is there',
    );
  });
});

describe('progress', () => {
  it('leaves the first step out of the rate', () => {
    expect(progressSentence({ step: 0, steps: 300, elapsed: 0 })).toBe(
      '0 of 300 steps: the first one is being compiled.',
    );
    expect(progressSentence({ step: 1, steps: 300, elapsed: 0 })).toBe('1 of 300 steps');
    expect(progressSentence({ step: 101, steps: 301, elapsed: 10_000 })).toBe(
      '101 of 301 steps, 10.0 a second, 20 s left',
    );
    expect(progressSentence({ step: 11, steps: 1011, elapsed: 10_000 })).toBe(
      '11 of 1011 steps, 1.00 a second, 17 min left',
    );
  });
});

describe('a curve', () => {
  it('goes from left to right, its top at the highest value', () => {
    const frame = { width: 100, height: 50, steps: 10, top: 4 };
    expect(
      curvePoints(
        [
          { step: 0, value: 4 },
          { step: 5, value: 2 },
          { step: 10, value: 0 },
        ],
        frame,
      ),
    ).toBe('0,0 50,25 100,50');
  });
  it('draws a long run by means', () => {
    const points = Array.from({ length: 3000 }, (_, i) => ({ step: i + 1, value: 1 }));
    const drawn = curvePoints(points, { width: 100, height: 50, steps: 3000, top: 2 }).split(' ');
    expect(drawn).toHaveLength(300);
    expect(new Set(drawn.map((point) => point.split(',')[1]))).toEqual(new Set(['25']));
  });
  it('has a round top', () => {
    expect(curveTop([0.2, 3.4, Number.NaN])).toBe(4);
    expect(curveTop([])).toBe(1);
  });
});

describe('shades', () => {
  it.each([
    [0.9, 0],
    [0.4, 1],
    [0.2, 2],
    [0.05, 3],
    [0.001, 4],
  ])('p = %d is step %d', (p, step) => {
    expect(surpriseStep(Math.log(p))).toBe(step);
  });
  it('of what was not scored, and of shares', () => {
    expect(surpriseStep(null)).toBe(-1);
    expect(shareOf(-2, [1, -4])).toBe(-0.5);
    expect(shareOf(0, [0, 0])).toBe(0);
    expect([0.431, 0.0021, 0.0002, 0, 1].map(shownPercent)).toEqual(['43 %', '0.2 %', 'below 0.1 %', '0.0 %', '100 %']);
  });
});
