import type { ClueRow, ClueTask } from '../clue-task.ts';
import { readJsonLines } from '../rows/read-json-lines.ts';
import { clueFiles, firstTestFile } from './official-files.ts';

/** A noun or pronoun and where it stands in the text, in UTF-16 units, end exclusive. */
export interface WscSpan {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A text, a noun and a pronoun in it that may stand for the noun. */
export interface WscRow extends ClueRow {
  readonly text: string;
  readonly noun: WscSpan;
  readonly pronoun: WscSpan;
}

const labels = ['false', 'true'];

/** A span whose index counts code points, as the files do. */
function spanAt(codePoints: readonly string[], index: number, text: string): WscSpan | undefined {
  const length = Array.from(text).length;
  if (codePoints.slice(index, index + length).join('') !== text) return undefined;
  const start = codePoints.slice(0, index).join('').length;
  return { text, start, end: start + text.length };
}

/**
 * CLUEWSC2020: whether a pronoun stands for a noun.
 *
 * The reference marks both in the text and classifies it as one: `_noun_`, `[pronoun]`, whichever comes first.
 */
export const cluewsc2020: ClueTask<WscRow> = {
  name: 'cluewsc2020',
  title: 'whether a pronoun stands for a noun',
  kind: 'single',
  folder: 'clue/cluewsc2020',
  files: [...clueFiles, firstTestFile],
  labels,
  metrics: ['accuracy'],
  submissions: [
    { file: 'cluewsc11_predict.json', test: 'test.json' },
    { file: 'cluewsc10_predict.json', test: 'test1.0.json' },
  ],
  read: (text, file, options) =>
    readJsonLines(text, file, { labels, ...options }, (fields) => {
      const whole = fields.text('text');
      const codePoints = Array.from(whole);
      const target = fields.inside('target');
      const [noun, pronoun] = ([1, 2] as const).map((which) => {
        const [span, index] = [target.text(`span${which}_text`), target.whole(`span${which}_index`)];
        const found = spanAt(codePoints, index, span);
        if (whole !== '' && span !== '' && found === undefined)
          fields.problem(
            `target.span${which}_text is ${JSON.stringify(span)}, the text has ${JSON.stringify(codePoints.slice(index, index + Array.from(span).length).join(''))} at ${index}`,
          );
        return found ?? { text: span, start: 0, end: 0 };
      }) as [WscSpan, WscSpan];
      if (noun.end > 0 && pronoun.end > 0 && noun.start < pronoun.end && pronoun.start < noun.end)
        fields.problem(`the spans ${JSON.stringify(noun.text)} and ${JSON.stringify(pronoun.text)} overlap`);
      return { text: whole, noun, pronoun };
    }),
  texts: ({ text, noun, pronoun }) => {
    const marks = [
      { ...noun, left: '_', right: '_' },
      { ...pronoun, left: '[', right: ']' },
    ].sort((a, b) => a.start - b.start);
    let marked = '';
    let done = 0;
    for (const { start, end, left, right } of marks) {
      marked += `${text.slice(done, start)}${left}${text.slice(start, end)}${right}`;
      done = end;
    }
    return [marked + text.slice(done)];
  },
};
