import type { Event, Kind, Message, Port, Request, Requests } from './messages.ts';

/** A page's end: questions as promises. */
export interface Client {
  /** @throws {Error} with the worker's sentence */
  ask<K extends Kind>(kind: K, given: Requests[K][0]): Promise<Requests[K][1]>;
  /** What the worker sent. */
  receive(message: Message): void;
  /** Answers every open question with this error. */
  fail(sentence: string): void;
}

/** Sends numbered questions to a worker and gives its answers; its events go to `onEvent`. */
export function client(port: Port<Request>, onEvent: (event: Event) => void): Client {
  let next = 1;
  const open = new Map<number, { readonly answer: (result: never) => void; readonly refuse: (error: Error) => void }>();
  return {
    ask: (kind, given) =>
      new Promise((answer, refuse) => {
        const id = next++;
        open.set(id, { answer, refuse });
        try {
          port.postMessage({ id, kind, given } as Request);
        } catch (error) {
          open.delete(id);
          refuse(error instanceof Error ? error : new Error(String(error)));
        }
      }),
    receive: (message) => {
      if ('event' in message) return onEvent(message.event);
      const waiting = open.get(message.id);
      open.delete(message.id);
      if ('error' in message) waiting?.refuse(new Error(message.error));
      // The worker answers a question's number with what its kind promises.
      else waiting?.answer(message.result as never);
    },
    fail: (sentence) => {
      for (const { refuse } of open.values()) refuse(new Error(sentence));
      open.clear();
    },
  };
}
