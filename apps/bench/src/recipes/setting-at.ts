/** The setting at a path such as `train.steps`; undefined where there is none. */
export const settingAt = (settings: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((tree, name) => (tree as Record<string, unknown> | null | undefined)?.[name], settings);
