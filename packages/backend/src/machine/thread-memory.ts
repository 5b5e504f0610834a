import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import koffi from 'koffi';

/** Memory that several threads see at once. ONNX Runtime's package takes no `SharedArrayBuffer`, so it is koffi's: plain memory with an address. */
export interface ThreadMemory {
  allocate(bytes: number): ArrayBuffer;
  /** @returns nothing for memory that is not of here */
  addressOf(buffer: ArrayBufferLike): bigint | undefined;
  /** Frees memory of here, default all of it: nothing may use it any more. */
  free(buffer?: ArrayBufferLike): void;
  /** Starts a thread that sees it. @param work text of a function of `data` and of `viewOf`, which gives a function of what it is sent */
  startThread(work: string, data: unknown): { readonly send: (message: unknown) => void; readonly stop: () => void };
}

/** How many threads this machine runs side by side. */
export const processors = (): number => availableParallelism();

// tsx and vitest mark names of functions with a function of their own, which another thread has not.
const around = (work: string) => `'use strict';
const { parentPort, workerData } = require('node:worker_threads');
const { view } = require(workerData.koffi);
const __name = (named) => named;
const views = new Map();
const viewOf = (address, bytes) => {
  const known = views.get(address);
  if (known?.byteLength === bytes) return known;
  const made = view(address, bytes);
  views.set(address, made);
  return made;
};
const work = (${work})(workerData.data, viewOf);
parentPort.on('message', work);`;

/** @returns nothing in a page, see `browser.ts`: one thread does the work there */
export function threadMemory(): ThreadMemory | undefined {
  const addresses = new Map<ArrayBufferLike, bigint>();
  return {
    allocate: (bytes) => {
      const address: bigint = koffi.alloc('uint8', Math.max(1, bytes));
      const buffer = koffi.view(address, bytes);
      addresses.set(buffer, address);
      return buffer;
    },
    addressOf: (buffer) => addresses.get(buffer),
    free: (buffer) => {
      for (const one of buffer === undefined ? [...addresses.keys()] : [buffer]) {
        const address = addresses.get(one);
        if (address !== undefined && addresses.delete(one)) koffi.free(address);
      }
    },
    startThread: (work, data) => {
      const worker = new Worker(around(work), {
        eval: true,
        workerData: { koffi: createRequire(import.meta.url).resolve('koffi'), data },
        execArgv: [],
      });
      // What it fails to do is counted where it happens, and it keeps no process from ending.
      worker.on('error', () => {});
      worker.unref();
      return { send: (message) => worker.postMessage(message), stop: () => void worker.terminate() };
    },
  };
}
