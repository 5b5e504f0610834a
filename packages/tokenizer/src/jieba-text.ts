import { binding, jieba } from '#machine';
import type { BertSettings } from './bert-settings.ts';
import { quoted } from './quoted.ts';

/** Stands between words; a non-character, which BERT's cleaning takes out of every text. */
export const wordSeparator = '\ufdd0';

/** A text whose words are parted by {@link wordSeparator}, and where each of its UTF-16 units came from. */
export interface PartedText {
  readonly text: string;
  /** For each unit of `text`, the unit of the original where it begins; one more for the end. */
  readonly from: Int32Array;
  /** For each unit of `text`, the unit of the original where it ends. */
  readonly to: Int32Array;
}

/**
 * A function that parts texts as RoFormer's tokenizer does: added tokens stand alone, the rest is normalised (BERT's rules without Han
 * characters apart), cut by jieba's dictionary, and what the vocabulary lacks of its words is cut at Han characters and blanks.
 *
 * @param vocabulary tokens by id @param added tokens that are looked for in the text as it stands
 */
export function jiebaParter(
  vocabulary: { has(token: string): boolean },
  added: readonly string[],
  { lowercase = true, stripAccents = lowercase }: BertSettings,
): (text: string) => PartedText {
  const { bertNormalizer } = binding();
  const normal = bertNormalizer({ cleanText: true, handleChineseChars: false, stripAccents, lowercase });
  const apart = bertNormalizer({ cleanText: false, handleChineseChars: true, stripAccents: false, lowercase: false });
  const words = jieba();
  const ofCharacter = new Map<string, string>();
  // BERT's rules look at one character at a time, so that places are known without the native code's help.
  const normalised = (character: string): string => {
    const known = ofCharacter.get(character) ?? normal.normalizeString(character);
    ofCharacter.set(character, known);
    return known;
  };
  const named = [...added].sort((a, b) => b.length - a.length).map(quoted);
  const marks = named.length > 0 ? new RegExp(`(${named.join('|')})`) : undefined;
  return (whole) => {
    const units: string[] = [];
    const from: number[] = [];
    const to: number[] = [];
    const put = (text: string, begin: number, end: number) => {
      units.push(text);
      for (let i = 0; i < text.length; i++) {
        from.push(begin);
        to.push(end);
      }
    };
    let at = 0;
    for (const [i, stretch] of (marks ? whole.split(marks) : [whole]).entries()) {
      if (i % 2 === 1) {
        put(wordSeparator, at, at);
        for (const [place, unit] of stretch.split('').entries()) put(unit, at + place, at + place + 1);
        put(wordSeparator, at + stretch.length, at + stretch.length);
        at += stretch.length;
        continue;
      }
      const [text, begins, ends]: [string[], number[], number[]] = [[], [], []];
      for (const character of stretch) {
        const form = normalised(character);
        text.push(form);
        for (let unit = 0; unit < form.length; unit++) {
          begins.push(at);
          ends.push(at + character.length);
        }
        at += character.length;
      }
      let unit = 0;
      const joined = text.join('');
      for (const word of words.cut(joined, false)) {
        const pieces = vocabulary.has(word) ? [word] : apart.normalizeString(word).split(/\s+/u).filter(Boolean);
        let within = unit;
        for (const piece of pieces) {
          // Blanks of the word stand in none of its pieces.
          while (within < unit + word.length && joined[within] !== piece[0]) within++;
          put(wordSeparator, begins[within] ?? at, begins[within] ?? at);
          for (let k = 0; k < piece.length; k++)
            put(piece[k] as string, begins[within + k] ?? at, ends[within + k] ?? at);
          within += piece.length;
        }
        unit += word.length;
      }
      put(wordSeparator, at, at);
    }
    return { text: units.join(''), from: Int32Array.from([...from, whole.length]), to: Int32Array.from(to) };
  };
}
