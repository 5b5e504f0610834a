import { spawnSync } from 'node:child_process';
import { peerScript } from './peer-script.ts';

/** The interpreter of a throw-away Python environment with the peers, made at the first call. @throws when it cannot be made; the reason is on stderr */
export function peerEnvironment(): string {
  const { status, stdout } = spawnSync(process.execPath, [peerScript('environment.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error('the Python environment for --peer could not be made; see above.');
  return stdout.trim();
}
