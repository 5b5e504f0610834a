import type { HostTensor } from '@cloze/backend';

/** What wrappers put into names, wherever the wrapped module stands: torch.compile, DataParallel, DeepSpeed, FSDP, recomputation. */
const infixes: readonly string[] = [
  '_orig_mod',
  'module',
  '_forward_module',
  '_fsdp_wrapped_module',
  '_checkpoint_wrapped_module',
];

/** What trainers call the model that they hold: Lightning, sentence-transformers (`0.auto_model.`), transformers' heads over any encoder. */
const holders: readonly string[] = ['model', 'base_model', 'auto_model', 'backbone', 'state_dict'];

/** What stands below the root in the files of BERT and its kin. */
export const usualSections: readonly string[] = ['embeddings', 'encoder', 'embeddings_project', 'pooler'];

/** A name in parts without wrappers: `model._orig_mod.bert.bert.encoder…` is `bert.encoder…`. */
function unwrapped(name: string, root: string, sections: readonly string[]): string {
  const parts = name.split('.').filter((part) => !infixes.includes(part));
  let from = 0;
  // A number is a wrapper's only where a holder or the encoder follows: the first module of a sentence encoder.
  const isHolder = (part: string | undefined, next: string | undefined) =>
    part !== undefined &&
    (holders.includes(part) || (/^\d+$/.test(part) && next !== undefined && (holders.includes(next) || next === root)));
  // A family's own root may be called as holders are (ModernBERT's `model.layers…`).
  const isRoot = () => parts[from] === root && sections.includes(parts[from + 1] ?? '');
  while (from < parts.length - 1 && !isRoot() && isHolder(parts[from], parts[from + 1])) from++;
  while (parts[from] === root && parts[from + 1] === root) from++;
  return parts.slice(from).join('.');
}

/** A file's names as the family calls them. */
export interface FileNames {
  /** The name in the file of each name of the family's kind. */
  readonly of: ReadonlyMap<string, string>;
  /** What was taken off names, in words; none where nothing was. */
  readonly wrappers: readonly string[];
  /** Two different tensors that would go by one name. */
  readonly problems: readonly string[];
}

const sameTensor = (a: HostTensor | undefined, b: HostTensor | undefined) =>
  a !== undefined &&
  b !== undefined &&
  (a === b || (a.shape.join() === b.shape.join() && a.values.every((value, i) => value === b.values[i])));

/** The file's names with `gamma`/`beta` made modern, without the wrappers of trainers, and with the family's prefix where it was dropped. @param root what the family's names begin with @param sections what stands below it */
export function fileNames(
  tensors: ReadonlyMap<string, HostTensor>,
  root: string,
  sections: readonly string[] = usualSections,
): FileNames {
  const of = new Map<string, string>();
  const wrappers = new Set<string>();
  const problems: string[] = [];
  for (const name of tensors.keys()) {
    const bare = unwrapped(name, root, sections);
    if (bare !== name) wrappers.add(name.endsWith(bare) ? name.slice(0, -bare.length) : `${name.split('.')[0]}.…`);
    const modern = bare.replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
    const [first = '', ...rest] = modern.split('.');
    const whole = rest.length > 0 && sections.includes(first) ? `${root}.${modern}` : modern;
    const other = of.get(whole);
    if (other === undefined) of.set(whole, name);
    else if (!sameTensor(tensors.get(other), tensors.get(name)))
      problems.push(`'${other}' and '${name}' are both '${whole}', and differ`);
  }
  return { of, wrappers: [...wrappers], problems };
}

/** Some of a list of names: the first few, and how many more there are. */
export function someNames(names: readonly string[], most = 8): string {
  const shown = names.slice(0, most).map((name) => `'${name}'`);
  return `${shown.join(', ')}${names.length > most ? ` and ${names.length - most} more` : ''}`;
}
