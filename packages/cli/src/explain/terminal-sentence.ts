import type { ExplainedToken } from '@cloze/models';
import { coloursOf } from './colours-of.ts';

/** A sentence for a terminal of 24-bit colour: red tokens speak for the target, blue ones against it, on a white ground. */
export function terminalSentence(tokens: readonly ExplainedToken[]): string {
  const colours = coloursOf(tokens.map(({ score }) => score));
  return tokens
    .map(({ text }, i) => {
      const { red, green, blue, strength } = colours[i] as (typeof colours)[number];
      const [r, g, b] = [red, green, blue].map((part) => Math.round(255 + (part - 255) * strength));
      // Dark letters on pale grounds, pale ones on strong grounds; control characters of a text must not reach the terminal.
      const clean = text.replace(/\p{Cc}/gu, ' ');
      return `\u001b[48;2;${r};${g};${b}m\u001b[38;2;${strength > 0.6 ? '255;255;255' : '17;24;39'}m${clean}\u001b[0m`;
    })
    .join(' ');
}
