import { spawnSync } from 'node:child_process';

/** Machines that are none: each a network of its own, behind one switch with this one. */
export interface Network {
  /** This machine's address there. */
  readonly address: string;
  /** Words that start a program on one of them. */
  on(machine: number): readonly string[];
  /** Pulls a machine's cable, or plugs it in. */
  cable(machine: number, plugged: boolean): void;
  remove(): void;
}

function ip(...words: readonly string[]): void {
  const { status, stderr, error } = spawnSync('ip', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${words.join(' ')}: ${error?.message ?? stderr.trim()}`);
}

/**
 * Makes network namespaces behind a bridge.
 *
 * @returns undefined where this machine does not allow it (not Linux, not root) @param say told why
 */
export function makeNetwork(machines: number, say: (line: string) => void): Network | undefined {
  const id = process.pid % 10_000;
  const [bridge, net] = [`clz${id}`, `10.${200 + (id % 50)}.${(id >> 6) % 250}`];
  const space = (i: number) => `clz${id}-${i}`;
  const remove = () => {
    for (let i = 0; i < machines; i++) {
      spawnSync('ip', ['netns', 'del', space(i)]);
      spawnSync('ip', ['link', 'del', `clz${id}v${i}`]);
    }
    spawnSync('ip', ['link', 'del', bridge]);
  };
  try {
    ip('link', 'add', bridge, 'type', 'bridge');
    ip('addr', 'add', `${net}.1/24`, 'dev', bridge);
    ip('link', 'set', bridge, 'up');
    for (let i = 0; i < machines; i++) {
      ip('netns', 'add', space(i));
      ip('link', 'add', `clz${id}v${i}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space(i));
      ip('link', 'set', `clz${id}v${i}`, 'master', bridge, 'up');
      for (const words of [
        ['addr', 'add', `${net}.${i + 2}/24`, 'dev', 'eth0'],
        ['link', 'set', 'eth0', 'up'],
        ['link', 'set', 'lo', 'up'],
      ])
        ip('-n', space(i), ...words); // at most six
    }
  } catch (error) {
    remove();
    say(`no networks of their own for the workers: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
  return {
    address: `${net}.1`,
    on: (machine) => ['ip', 'netns', 'exec', space(machine)],
    cable: (machine, plugged) => ip('link', 'set', `clz${id}v${machine}`, plugged ? 'up' : 'down'),
    remove,
  };
}
