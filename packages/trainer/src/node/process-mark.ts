import { readFileSync, readlinkSync } from 'node:fs';

/** A process: its number alone may be given to another one later. */
export interface ProcessMark {
  readonly pid: number;
  /** When it started, in the kernel's ticks since that boot; `0` where the system does not say. */
  readonly started: string;
  /** The kernel's name of the process numbers it counts in (a container has its own); absent where the system does not say. */
  readonly numbers?: string;
}

/** Process numbers of this process's container, as `pid:[4026531836]`. */
function numbersHere(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return undefined;
  }
}

/** The mark of this process, with what tells its machine. */
export function ownMark(): ProcessMark {
  const numbers = numbersHere();
  const { pid, started } = processMark(process.pid) ?? { pid: process.pid, started: '0' };
  return { pid, started, ...(numbers !== undefined && { numbers }) };
}

/** The mark of a living process, undefined when none has that number (or only its exit status is left). */
export function processMark(pid: number): ProcessMark | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  try {
    // Fields of /proc/<pid>/stat after the name in brackets: state first, start time the twentieth.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    return { pid, started: `${boot}.${fields[19]}` };
  } catch (error) {
    if (process.platform === 'linux' && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return { pid, started: '0' };
  }
}
