import type { HostTensor } from './host-tensors.ts';

type None = Readonly<Record<never, never>>;
type Path = { readonly path: string };
type Axes = { readonly axes: readonly number[] };
type Transposes = { readonly transposeA: boolean; readonly transposeB: boolean };
/** A draw of `rows` rows of `width` numbers at a site. */
type Site = { readonly site: number; readonly rows: number; readonly width: number };
type Moments = { readonly beta1: number; readonly beta2: number; readonly epsilon: number; readonly decay: number };

/** The primitives that every engine has, and what each is told besides its operands. */
export interface CommonPrimitives {
  constant: { readonly value: HostTensor };
  fill: { readonly value: number };
  add: None;
  subtract: None;
  multiply: None;
  divide: None;
  maximum: None;
  minimum: None;
  equal: None;
  less: None;
  lessEqual: None;
  greater: None;
  greaterEqual: None;
  logicalAnd: None;
  logicalOr: None;
  logicalNot: None;
  negate: None;
  exp: None;
  log: None;
  sqrt: None;
  rsqrt: None;
  square: None;
  tanh: None;
  sigmoid: None;
  softplus: None;
  erf: None;
  abs: None;
  sign: None;
  stopGradient: None;
  cast: None;
  where: None;
  sum: Axes;
  max: Axes;
  argMax: None;
  reshape: None;
  transpose: { readonly order: readonly number[] };
  broadcastTo: None;
  slice: { readonly begin: readonly number[] };
  pad: { readonly widths: readonly (readonly [before: number, after: number])[] };
  concat: { readonly axis: number };
  matmul: Transposes;
  /** Places as they are where they lie in 0..count − 1, else the nearest that does; beside them 0, or NaN where they did not. */
  bounded: { readonly count: number };
  gatherRows: None;
  segmentSum: { readonly rows: number };
  softmax: None;
  logSoftmax: None;
  pickColumns: None;
  placeColumns: { readonly columns: number };
  randomUniform: Site;
  randomNormal: Site;
  adam: Moments;
  /** The first operand, once the others are known. */
  after: None;
  /** The first `count` operands, made from the others. */
  recompute: { readonly count: number };
}

/** Primitives that some engines have: an engine's table may leave them out, and `compile` refuses them there by name. */
// biome-ignore lint/suspicious/noEmptyInterface: none yet; a package or a test that needs one declares it here.
export interface OptionalPrimitives {}

/** Where values enter: an engine is handed these and never runs them. */
export interface LeafPrimitives {
  input: Path;
  variable: Path;
}

/** Attributes by the name of the primitive. */
export interface PrimitiveAttributes extends CommonPrimitives, OptionalPrimitives, LeafPrimitives {}

/** What an operation may be. */
export type PrimitiveName = keyof PrimitiveAttributes;

/** Primitives that are told nothing but their operands. */
export type PlainName = {
  [P in PrimitiveName]: keyof PrimitiveAttributes[P] extends never ? P : never;
}[PrimitiveName];

/** An engine's entries: without one of the common primitives it does not compile. `Entries` says what an entry of each name is. */
export type PrimitiveTable<Entries extends { readonly [P in PrimitiveName]: unknown }> = Pick<
  Entries,
  keyof CommonPrimitives
> &
  Partial<Pick<Entries, keyof OptionalPrimitives>>;
