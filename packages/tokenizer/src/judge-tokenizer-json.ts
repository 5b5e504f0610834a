import { slowPattern } from './slow-pattern.ts';

type JsonObject = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Longest growth of a text by replacements: beyond it a line becomes gigabytes. */
const mostGrowth = 32;

/** More ids than any vocabulary has: lists of all of them must not be at a file's mercy. */
const mostIds = 2 ** 24;

/** A part of a pipeline and, of a sequence, its parts. */
function partsOf(node: unknown): readonly JsonObject[] {
  if (!isObject(node)) return [];
  const inner = [node.normalizers, node.pretokenizers, node.processors, node.decoders].flatMap(listOf);
  return [node, ...inner.flatMap(partsOf)];
}

/** Patterns of a part: as text or as a regular expression. */
function patternProblems(part: JsonObject, path: string): string[] {
  const { pattern } = part;
  if (!isObject(pattern)) return [];
  if (pattern.String === '' || pattern.Regex === '') return [`${path}: a pattern is empty, which is found everywhere`];
  if (typeof pattern.Regex !== 'string') return [];
  const why = slowPattern(pattern.Regex);
  return why
    ? [`${path}: the pattern ${JSON.stringify(pattern.Regex.slice(0, 80))} ${why}, and might take for ever`]
    : [];
}

/** By how much a normaliser's replacements may lengthen a text. */
function growthOf(part: JsonObject): number {
  const { type, content, pattern, prepend } = part;
  if (type === 'Prepend' && typeof prepend === 'string') return prepend.length > 100 ? prepend.length : 1;
  if (type !== 'Replace' || typeof content !== 'string' || !isObject(pattern)) return 1;
  const shortest = typeof pattern.String === 'string' ? [...pattern.String].length : 1;
  const plus = typeof pattern.Regex === 'string' ? 1 : 0;
  return Math.max(1, plus + content.length / Math.max(1, shortest));
}

/** Problems of what is put around a text: tokens and ids that the vocabulary lacks make the native code end the process. */
function templateProblems(part: JsonObject, ids: ReadonlyMap<string, number>): string[] {
  if (part.type === 'RobertaProcessing' || part.type === 'BertProcessing')
    return ['sep', 'cls'].flatMap((role) => {
      const [token, id] = listOf(part[role]);
      return typeof token === 'string' && ids.get(token) === id
        ? []
        : [`post_processor: ${role} is ${JSON.stringify(part[role])}, which the vocabulary does not say`];
    });
  if (part.type !== 'TemplateProcessing') return [];
  const known = isObject(part.special_tokens) ? part.special_tokens : {};
  const problems = Object.entries(known).flatMap(([name, token]) => {
    const { ids: listed, tokens } = isObject(token) ? token : { ids: undefined, tokens: undefined };
    const places = listOf(listed);
    const names = listOf(tokens);
    const fits =
      places.length > 0 &&
      places.length === names.length &&
      names.every((content, i) => typeof content === 'string' && ids.get(content) === places[i]);
    return fits ? [] : [`post_processor: '${name}' has tokens and ids that the vocabulary does not say`];
  });
  const isSecond = (piece: unknown) => isObject(piece) && isObject(piece.Sequence) && piece.Sequence.id === 'B';
  if (listOf(part.single).some(isSecond))
    problems.push("post_processor: the template of one text names the second, 'B'");
  const seen = new Set<string>();
  for (const piece of [...listOf(part.single), ...listOf(part.pair)]) {
    const special = isObject(piece) && isObject(piece.SpecialToken) ? piece.SpecialToken.id : undefined;
    if (typeof special !== 'string' || Object.hasOwn(known, special) || seen.has(special)) continue;
    seen.add(special);
    problems.push(`post_processor: the template names '${special}', which its special_tokens lack`);
  }
  return problems;
}

/** Parts that the native code ends the process for, rather than refuse them. */
function partProblems(part: JsonObject, path: string): string[] {
  if (part.type === 'FixedLength' && !(Number.isInteger(part.length) && Number(part.length) > 0))
    return [`${path}: FixedLength of ${JSON.stringify(part.length)} tokens`];
  if (part.type === 'Precompiled' && !isCharsmap(part.precompiled_charsmap))
    return [`${path}: precompiled_charsmap is none of sentencepiece's`];
  return [];
}

/** Whether a text is sentencepiece's table of characters: base64 of the bytes of a trie, their number before them, and UTF-8 behind. */
function isCharsmap(text: unknown): boolean {
  if (typeof text !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return false;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (bytes.length < 4) return false;
  const trie = new DataView(bytes.buffer).getUint32(0, true);
  if (trie === 0 || 4 + trie > bytes.length) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4 + 4 * Math.floor(trie / 4)));
    return true;
  } catch {
    return false;
  }
}

/** Merges whose second piece lacks the prefix that pieces inside a word have. */
function mergeProblems(model: JsonObject): string[] {
  const { continuing_subword_prefix: prefix, merges } = model;
  if (typeof prefix !== 'string' || prefix === '') return [];
  const wrong = listOf(merges).find((merge) => {
    const [, second] = typeof merge === 'string' ? merge.split(' ') : listOf(merge);
    return typeof second === 'string' && !second.startsWith(prefix);
  });
  return wrong === undefined
    ? []
    : [`model: the merge ${JSON.stringify(wrong)} has a second piece without the prefix ${JSON.stringify(prefix)}`];
}

/** Types of parts by their place: what has another or none is guessed at by the native code. */
const partTypes: Readonly<Record<string, readonly string[]>> = {
  normalizer: [
    ...['BertNormalizer', 'Strip', 'StripAccents', 'NFC', 'NFD', 'NFKC', 'NFKD', 'Sequence', 'Lowercase', 'Nmt'],
    ...['Precompiled', 'Replace', 'Prepend', 'ByteLevel'],
  ],
  pre_tokenizer: [
    ...['BertPreTokenizer', 'ByteLevel', 'CharDelimiterSplit', 'Metaspace', 'Whitespace', 'Sequence', 'Split'],
    ...['Punctuation', 'WhitespaceSplit', 'Digits', 'UnicodeScripts', 'FixedLength'],
  ],
  post_processor: ['RobertaProcessing', 'BertProcessing', 'ByteLevel', 'TemplateProcessing', 'Sequence'],
  decoder: [
    ...['BPEDecoder', 'ByteLevel', 'WordPiece', 'Metaspace', 'CTC', 'Sequence', 'Replace', 'Fuse', 'Strip'],
    'ByteFallback',
  ],
};

/** Normalisers that take characters away. */
const takers: readonly unknown[] = ['BertNormalizer', 'Strip', 'StripAccents', 'Replace', 'Nmt', 'Precompiled'];

/** Added tokens of which the normaliser might leave nothing: they would be found everywhere. */
function addedProblems(json: JsonObject): string[] {
  if (!partsOf(json.normalizer).some(({ type }) => takers.includes(type))) return [];
  return listOf(json.added_tokens).flatMap((token) =>
    isObject(token) && token.normalized === true && /^[\p{C}\p{Z}\p{M}]*$/u.test(String(token.content))
      ? [`added_tokens: ${JSON.stringify(token.content)} has nothing that the normalizer leaves`]
      : [],
  );
}

/**
 * What is wrong with a `tokenizer.json` that the native code would not survive: templates over tokens that are not there, patterns that
 * take for ever, replacements that make gigabytes of a line, ids that are no 32-bit numbers.
 *
 * @param ids the vocabulary with its added tokens
 */
export function tokenizerJsonProblems(json: JsonObject, ids: ReadonlyMap<string, number>): string[] {
  const problems: string[] = [];
  for (const [path, types] of Object.entries(partTypes)) {
    for (const part of partsOf(json[path])) {
      if (typeof part.type !== 'string' || !types.includes(part.type))
        problems.push(
          `${path}: a part of type ${JSON.stringify(part.type)?.slice(0, 60)}, which tokenizers 0.23 has not`,
        );
      for (const problem of [...patternProblems(part, path), ...partProblems(part, path)]) problems.push(problem);
      if (path === 'post_processor') for (const problem of templateProblems(part, ids)) problems.push(problem);
    }
  }
  for (const problem of addedProblems(json)) problems.push(problem);
  for (const path of ['normalizer', 'decoder']) {
    const growth = partsOf(json[path]).reduce((product, part) => product * growthOf(part), 1);
    if (growth > mostGrowth)
      problems.push(
        `${path}: its replacements make a text up to ${growth.toPrecision(3)} times as long, at most ${mostGrowth} is read`,
      );
  }
  const model = isObject(json.model) ? json.model : {};
  for (const problem of mergeProblems(model)) problems.push(problem);
  const { dropout, max_input_chars_per_word: longest = 100 } = model;
  // WordPiece looks at every piece of a word, so that a word costs its length cubed.
  if (model.type === 'WordPiece' && !(Number.isInteger(longest) && Number(longest) >= 0 && Number(longest) <= 1000))
    problems.push(`model: max_input_chars_per_word is ${JSON.stringify(longest)}, read is at most 1000`);
  if (dropout !== undefined && dropout !== null && dropout !== 0)
    problems.push(`model: dropout is ${JSON.stringify(dropout)}: the same text would give other tokens each time`);
  for (const [token, id] of ids) {
    if (Number.isInteger(id) && id >= 0 && id < mostIds) continue;
    problems.push(`'${token.slice(0, 40)}' has the id ${id}, expected a whole number from 0 to ${mostIds - 1}`);
    if (problems.length > 20) break;
  }
  return problems;
}
