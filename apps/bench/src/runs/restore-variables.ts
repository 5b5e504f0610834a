import type { Variables } from '@cloze/backend';
import { currentName } from '@cloze/encoder';
import { type Checkpoint, treeFrom } from '@cloze/trainer';

/** Puts a checkpoint's tensors back into the variables they were captured from; parameters that had another name then are known. */
export function restoreVariables<S>(variables: Variables<S>, { tensors }: Checkpoint): void {
  const like = variables.read() as unknown as Record<string, unknown>;
  variables.write(
    Object.fromEntries(
      Object.keys(like).map((part) => [part, treeFrom(like[part], tensors[part], { rename: currentName })]),
    ) as never,
  );
}
