import type { Ceiling } from './ceilings.ts';

/** Whether a package, installed by a package manager, did on a Node what its README says. */
export interface Trial {
  readonly name: string;
  readonly manager: string;
  readonly node: string;
  readonly passed: boolean;
}

/** What was rehearsed, as Markdown: a row a package, on which Nodes it passed by package manager, and what it weighs beside what it weighed. */
export function rehearsalTable(
  trials: readonly Trial[],
  weights: Readonly<Record<string, Ceiling>>,
  before: Readonly<Record<string, Ceiling>>,
): string {
  const managers = [...new Set(trials.map(({ manager }) => manager))];
  const cell = (name: string, manager: string) => {
    const own = trials.filter((trial) => trial.name === name && trial.manager === manager);
    const failed = own.filter(({ passed }) => !passed).map(({ node }) => node);
    if (own.length === 0) return '–';
    return failed.length > 0 ? `not on ${failed.join(', ')}` : own.map(({ node }) => node).join(', ');
  };
  const figure = (name: string, key: keyof Ceiling) => {
    const [now, then] = [weights[name]?.[key], before[name]?.[key]];
    if (now === undefined) return '–';
    return then === undefined || then === now ? `${now}` : `${now} (${then})`;
  };
  const heads = ['package', ...managers, 'installed MB', 'without optional', 'packages', 'tarball kB'];
  const keys = ['megabytes', 'megabytesWithoutOptional', 'packages', 'tarballKilobytes'] as const;
  const rows = [...new Set(trials.map(({ name }) => name))].map((name) => [
    `\`${name}\``,
    ...managers.map((manager) => cell(name, manager)),
    ...keys.map((key) => figure(name, key)),
  ]);
  return [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
