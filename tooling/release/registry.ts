import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** A registry of our own on this machine, which asks the usual one for what is not ours. */
export interface Registry {
  readonly url: string;
  /** An `.npmrc` that publishes and installs there. */
  readonly npmrc: string;
  readonly stop: () => Promise<void>;
}

/** A port that is free now. @param wanted 0 for any @throws where the wanted one is in use */
const freePort = (wanted: number) =>
  new Promise<number>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', () => reject(new Error(`port ${wanted} is in use; choose another by --port.`)));
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : wanted));
    });
  });

const configuration = (folder: string, upstream: string) => `storage: ${join(folder, 'storage')}
uplinks:
  upstream:
    url: ${upstream}
    maxage: 60m
packages:
  '@cloze/*':
    access: $all
    publish: $authenticated
  'cloze':
    access: $all
    publish: $authenticated
  '**':
    access: $all
    proxy: upstream
auth:
  htpasswd:
    file: ${join(folder, 'htpasswd')}
max_body_size: 200mb
log: { type: stdout, format: json, level: warn }
`;

const endWithParent = `data:text/javascript,process.once('disconnect',()=>process.exit())`;

/** Starts verdaccio in a folder, with a user who may publish. @throws where the port is in use or it does not answer within a minute */
export async function startRegistry(folder: string, wantedPort: number): Promise<Registry> {
  const port = await freePort(wantedPort);
  const home = join(folder, 'registry');
  mkdirSync(home, { recursive: true });
  // verdaccio asks for node-fetch by a tag that a mirror may lack.
  writeFileSync(join(home, 'package.json'), '{ "private": true, "overrides": { "node-fetch": "2.7.0" } }');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', 'verdaccio@6'], {
    cwd: home,
    stdio: 'pipe',
  });
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  writeFileSync(join(home, 'config.yaml'), configuration(home, upstream));
  const log = openSync(join(home, 'log'), 'a');
  const bin = join(home, 'node_modules', 'verdaccio', 'bin', 'verdaccio');
  const server: ChildProcess = spawn(
    process.execPath,
    // It ends with us, however we end: a rehearsal that is killed runs none of its own code any more.
    ['--import', endWithParent, bin, '--config', join(home, 'config.yaml'), '--listen', `127.0.0.1:${port}`],
    { cwd: home, stdio: ['ignore', log, log, 'ipc'] },
  );
  const stop = () =>
    new Promise<void>((resolve) => {
      if (server.exitCode !== null) resolve();
      else {
        server.once('exit', () => resolve());
        server.kill();
      }
    });
  const url = `http://127.0.0.1:${port}/`;
  const user = { name: 'rehearsal', password: `p${process.pid}-${port}` };
  for (let tries = 0; ; tries++) {
    try {
      const answer = await fetch(`${url}-/user/org.couchdb.user:${user.name}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(user),
      });
      const { token }: { token?: string } = JSON.parse(await answer.text());
      if (!token) throw new Error(`verdaccio gave no token: ${answer.status}.`);
      return { url, npmrc: `registry=${url}\n//127.0.0.1:${port}/:_authToken=${token}\n`, stop };
    } catch (error) {
      if (tries >= 120 || server.exitCode !== null) {
        await stop();
        throw new Error(`verdaccio does not answer on port ${port}: ${error instanceof Error ? error.message : error}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
