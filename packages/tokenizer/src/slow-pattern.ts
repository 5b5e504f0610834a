/** What a quantifier stands for: whether it may repeat without end, and whether it may repeat at all. */
interface Quantifier {
  readonly length: number;
  readonly repeats: boolean;
  readonly endless: boolean;
}

function quantifierAt(pattern: string, at: number): Quantifier | undefined {
  const character = pattern[at];
  let [length, repeats, endless] = [0, false, false];
  if (character === '*' || character === '+') [length, repeats, endless] = [1, true, true];
  else if (character === '?') length = 1;
  else if (character === '{') {
    const range = /^\{(\d*)(,?)(\d*)\}/.exec(pattern.slice(at, at + 40));
    if (!range || (range[1] === '' && range[3] === '')) return undefined;
    const [, least = '', comma, most = ''] = range;
    [length, endless] = [range[0].length, comma === ',' && most === ''];
    repeats = endless || Number(most || least) > 1;
  } else return undefined;
  // Lazy or possessive.
  if (pattern[at + length] === '?' || pattern[at + length] === '+') length++;
  return { length, repeats, endless };
}

/**
 * Why a regular expression might take for ever, by its form: a repetition in a repetition, alternatives that are repeated, a reference to a
 * group, or many endless repetitions in a row. What published tokenizers have (GPT-2's and its kin) is none of these.
 */
export function slowPattern(pattern: string): string | undefined {
  if (pattern.length > 4000) return `is ${pattern.length} characters long`;
  /** Groups that are open: whether something in them repeats, whether they have alternatives, and endless repetitions of the branch. */
  const open = [{ repeats: false, alternatives: false, endless: 0, most: 0 }];
  const quantify = (
    at: number,
    group?: { repeats: boolean; alternatives: boolean; most: number },
  ): [number, string?] => {
    const top = open.at(-1);
    const quantifier = quantifierAt(pattern, at);
    if (!top) return [at, 'closes a group that is not open'];
    if (group) {
      top.repeats ||= group.repeats;
      top.endless += group.most;
    }
    if (!quantifier) return [at];
    if (quantifier.repeats && group && (group.repeats || group.alternatives))
      return [at, `repeats a group that ${group.repeats ? 'repeats something itself' : 'has alternatives'}`];
    if (quantifier.repeats) top.repeats = true;
    if (quantifier.endless) top.endless++;
    if (top.endless > 4) return [at, 'has more than four endless repetitions in a row'];
    return [at + quantifier.length];
  };
  for (let at = 0; at < pattern.length; ) {
    const character = pattern[at];
    let group: { repeats: boolean; alternatives: boolean; most: number } | undefined;
    if (character === '\\') {
      if (/[1-9kg]/.test(pattern[at + 1] ?? '')) return 'refers to a group';
      const property = /^\\[pPx]\{[^}]*\}/.exec(pattern.slice(at, at + 60));
      at += property ? property[0].length : 2;
    } else if (character === '[') {
      // Classes may hold classes.
      let depth = 0;
      for (; at < pattern.length; at++) {
        if (pattern[at] === '\\') at++;
        else if (pattern[at] === '[') depth++;
        else if (pattern[at] === ']' && --depth === 0) break;
      }
      at++;
    } else if (character === '(') {
      open.push({ repeats: false, alternatives: false, endless: 0, most: 0 });
      const head = /^\(\?(?:[:=!>]|<[=!]|<\w+>|[imsx-]+:)/.exec(pattern.slice(at, at + 40));
      at += head ? head[0].length : 1;
      continue;
    } else if (character === '|') {
      const top = open.at(-1);
      if (!top) return 'closes a group that is not open';
      top.alternatives = true;
      top.most = Math.max(top.most, top.endless);
      top.endless = 0;
      at++;
      continue;
    } else if (character === ')') {
      const closed = open.pop();
      if (!closed || open.length === 0) return 'closes a group that is not open';
      group = { ...closed, most: Math.max(closed.most, closed.endless) };
      at++;
    } else at++;
    const [next, problem] = quantify(at, group);
    if (problem !== undefined) return problem;
    at = next;
    // A quantifier on a quantifier: (a*)+ without its brackets.
    if (quantifierAt(pattern, at)?.repeats && !'(|['.includes(pattern[at] ?? '(')) return 'repeats a repetition';
  }
  return open.length > 1 ? 'opens a group and does not close it' : undefined;
}
