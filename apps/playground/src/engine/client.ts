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
  const open = new Map<
    number,
    { readonly answer: (result: unknown) => void; readonly refuse: (error: Error) => void }
  >();
  return {
    ask: <K extends Kind>(kind: K, given: Requests[K][0]) =>
      new Promise<Requests[K][1]>((answer, refuse) => {
        const id = next++;
        // The worker answers a question's number with what its kind promises.
        open.set(id, { answer: (result) => answer(result as Requests[K][1]), refuse });
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
      else waiting?.answer(message.result);
    },
    fail: (sentence) => {
      for (const { refuse } of open.values()) refuse(new Error(sentence));
      open.clear();
    },
  };
}
