/** A special token or a text, as a template names it. */
export type TemplatePiece =
  | { readonly SpecialToken: { readonly id: string; readonly type_id: number } }
  | { readonly Sequence: { readonly id: 'A' | 'B'; readonly type_id: number } };

/** A post-processor as `tokenizer.json` has it. */
export interface AroundPart {
  readonly type: string;
  readonly processors?: readonly AroundPart[];
  readonly single?: readonly TemplatePiece[];
  readonly pair?: readonly TemplatePiece[];
  readonly special_tokens?: Readonly<Record<string, { readonly ids: readonly number[] }>>;
  readonly cls?: readonly [token: string, id: number];
  readonly sep?: readonly [token: string, id: number];
  readonly trim_offsets?: boolean;
  readonly add_prefix_space?: boolean;
}

/** What stands around a text or a pair, and what of a token's place is left out. */
export interface Around {
  readonly single: readonly TemplatePiece[];
  readonly pair: readonly TemplatePiece[];
  readonly ids: ReadonlyMap<string, readonly number[]>;
  /** Blanks of a token are not part of its place; a blank that was put before a text has none. Default they are. */
  readonly trim?: { readonly isSpaced: boolean } | undefined;
}

const mark = (id: string, type: number): TemplatePiece => ({ SpecialToken: { id, type_id: type } });
const text = (id: 'A' | 'B', type: number): TemplatePiece => ({ Sequence: { id, type_id: type } });
const alone: Around = { single: [text('A', 0)], pair: [text('A', 0), text('B', 1)], ids: new Map() };

/** RoBERTa's and BERT's, which name two tokens: RoBERTa has one segment, and two marks between texts. */
function named(part: AroundPart, isRoberta: boolean): Around {
  const { cls = ['', 0], sep = ['', 0], trim_offsets: isTrimmed = true, add_prefix_space: isSpaced = true } = part;
  const [first, between] = [cls[0], sep[0]];
  const second = isRoberta ? 0 : 1;
  return {
    single: [mark(first, 0), text('A', 0), mark(between, 0)],
    pair: [
      ...[mark(first, 0), text('A', 0), mark(between, 0)],
      ...(isRoberta ? [mark(between, 0)] : []),
      ...[text('B', second), mark(between, second)],
    ],
    ids: new Map([cls, sep].map(([token, id]) => [token, [id]] as const)),
    ...(isRoberta && isTrimmed && { trim: { isSpaced } }),
  };
}

const makers: Readonly<Record<string, (part: AroundPart) => Partial<Around>>> = {
  TemplateProcessing: ({ single = [], pair = [], special_tokens: special = {} }) => ({
    ...{ single, pair },
    ids: new Map(Object.entries(special).map(([token, { ids }]) => [token, ids] as const)),
  }),
  RobertaProcessing: (part) => named(part, true),
  BertProcessing: (part) => named(part, false),
  ByteLevel: ({ trim_offsets: isTrimmed = true, add_prefix_space: isSpaced = true }) =>
    isTrimmed ? { trim: { isSpaced } } : {},
};

/** The post-processors of a file, one after the other. */
export const aroundPartsIn = (part: AroundPart | null): readonly AroundPart[] =>
  part === null ? [] : part.type === 'Sequence' ? (part.processors ?? []).flatMap(aroundPartsIn) : [part];

/** Whether a post-processor is read. */
export const isAround = ({ type }: AroundPart): boolean => Object.hasOwn(makers, type);

/** A file's post-processor. Its parts must be read. */
export const aroundOf = (part: AroundPart | null): Around =>
  Object.assign({}, alone, ...aroundPartsIn(part).map((one) => makers[one.type]?.(one)));
