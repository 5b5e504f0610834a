import { readFileSync } from 'node:fs';
import { checkOptions, text } from '@cloze/checks';

/** Where a queue is and how it is entered; the password is in nothing that is shown. */
export interface QueueAddress {
  /** For people: protocol, host, port and database. */
  readonly shown: string;
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Where the password came from, for people. */
  readonly passwordFrom: string | undefined;
  /** Present where the connection is encrypted: the certificates that are trusted, the machine's own where undefined. */
  readonly tls: { readonly authorities: string | undefined } | undefined;
}

/** What a program was told of its queue; the messages call these `--queue`, `--password-file` and `--ca`. */
export interface QueueAccess {
  /** `redis://host:port/database`, `rediss://` with TLS. */
  readonly queue?: string | undefined;
  readonly passwordFile?: string | undefined;
  /** Certificates that are trusted, as a PEM file. */
  readonly ca?: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The variable of the environment that may hold the password: take it out of what children are given. */
export const passwordVariable = 'CLOZE_QUEUE_PASSWORD';
const [addressVariable, caVariable] = ['CLOZE_QUEUE', 'CLOZE_QUEUE_CA'];

const expected = "expected redis://host:port, or rediss://host:port for TLS, such as 'redis://first:6379'";

/** The text of a file that an option or a variable names. @throws {RangeError} naming both */
function fileOf(path: string, said: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new RangeError(`${said} ${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}.`);
  }
}

/**
 * The address of a queue from options and environment (`CLOZE_QUEUE`, `CLOZE_QUEUE_PASSWORD`, `CLOZE_QUEUE_CA`); undefined where neither names one.
 *
 * @throws {RangeError} for what is no address, for a password in it (other users of the machine see a command's words), and for files that cannot be read
 */
export function queueAddress(access: QueueAccess, environment: Environment): QueueAddress | undefined {
  checkOptions('queueAddress', access, { queue: text, passwordFile: text, ca: text });
  const { queue, passwordFile, ca } = access;
  const named = queue ?? environment[addressVariable];
  if (named === undefined || named === '') return undefined;
  const said = queue === undefined ? addressVariable : '--queue';
  if (/^\w+:\/\/[^/]*:[^/]*@/.test(named))
    throw new RangeError(
      `${said} holds a password, which other users of this machine can see; give it by ${passwordVariable} or --password-file.`,
    );
  if (!URL.canParse(named)) throw new RangeError(`${said} ${named}: ${expected}.`);
  const { protocol, hostname, port, pathname, username } = new URL(named);
  if ((protocol !== 'redis:' && protocol !== 'rediss:') || hostname === '' || !/^(\/\d{0,5})?$/.test(pathname))
    throw new RangeError(`${said} ${named}: ${expected}.`);
  const password =
    passwordFile === undefined
      ? environment[passwordVariable]
      : fileOf(passwordFile, '--password-file').replace(/\r?\n$/, '');
  if (password === '') throw new RangeError(`${passwordFile ?? passwordVariable} holds no password; it is empty.`);
  const authorities = ca ?? environment[caVariable];
  const encrypted = protocol === 'rediss:';
  if (!encrypted && ca !== undefined) throw new RangeError(`--ca goes with rediss://; ${named} is not encrypted.`);
  const [at, database] = [Number(port === '' ? 6379 : port), Number(pathname.slice(1))];
  return {
    shown: `${protocol}//${hostname}:${at}${database > 0 ? `/${database}` : ''}`,
    host: hostname.replaceAll(/^\[|\]$/g, ''),
    port: at,
    database,
    user: username === '' ? undefined : decodeURIComponent(username),
    password,
    passwordFrom: password === undefined ? undefined : (passwordFile ?? passwordVariable),
    tls: encrypted
      ? {
          authorities:
            authorities === undefined ? undefined : fileOf(authorities, ca === undefined ? caVariable : '--ca'),
        }
      : undefined,
  };
}
