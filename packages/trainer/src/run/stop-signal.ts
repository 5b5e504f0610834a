/** What a run looks at to stop early; an `AbortSignal` is one. Declared here because that type is not in every reader's library. */
export interface StopSignal {
  readonly aborted: boolean;
}
