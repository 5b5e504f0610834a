import type { Change } from './aligned-text.ts';

/** The longest prefixes that the table is asked for, in UTF-8 bytes less one: so the native code has it. */
const mostBytes = 6;

/**
 * sentencepiece's table of characters: a double array (Darts, Aoe 1989) over UTF-8 bytes, whose values are places of forms that end in a zero byte.
 *
 * @param base64 `precompiled_charsmap` of a `tokenizer.json` @returns what becomes of a text, stretch by stretch
 */
export function precompiledTable(base64: string): (text: string) => Change[] {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const size = view.getUint32(0, true);
  const units = Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  const forms = bytes.subarray(4 + size);
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  const offsetOf = (unit: number) => (unit >>> 10) << ((unit & 0x200) >>> 6);

  /** The form of the shortest prefix that the table has. */
  const formOf = (text: string): string | undefined => {
    let place = offsetOf(units[0] as number);
    for (const byte of encoder.encode(text)) {
      place ^= byte;
      const unit = units[place];
      // A label is eight bits, with the highest of the unit for a leaf.
      if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return undefined;
      place ^= offsetOf(unit);
      if (((unit >>> 8) & 1) === 1) {
        const start = (units[place] as number) & 0x7fffffff;
        return decoder.decode(forms.subarray(start, forms.indexOf(0, start)));
      }
    }
    return undefined;
  };
  const known = new Map<string, string | undefined>();
  const found = (text: string): string | undefined => {
    if (!known.has(text)) known.set(text, formOf(text));
    return known.get(text);
  };
  const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return (text) =>
    Array.from(graphemes.segment(text), ({ segment }) => segment).flatMap((grapheme) => {
      const whole = encoder.encode(grapheme).length < mostBytes ? found(grapheme) : undefined;
      if (whole !== undefined) return [{ size: grapheme.length, form: whole }];
      return Array.from(grapheme, (character) => ({ size: character.length, form: found(character) ?? character }));
    });
}
