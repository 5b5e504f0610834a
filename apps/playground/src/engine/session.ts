import type { Engine } from '@cloze/backend';
import { openModel } from '@cloze/models';
import { type AskedModel, askedModel } from './asked-model.ts';
import { fileSource } from './file-source.ts';
import type { Event, Kind, Message, Port, Request, Requests } from './messages.ts';
import { unzipped } from './model-zip.ts';
import { type GraphRuntime, graphIn, openGraph } from './onnx-model.ts';
import { train } from './train.ts';

/** What computes. */
export interface Computing {
  readonly engine: Engine;
  /** Runs graphs that others made. */
  readonly runtime: GraphRuntime;
}

/** What the worker brings: what computes, when it is first needed, and a pause in which messages arrive. */
export interface SessionPlace {
  readonly port: Port<Message>;
  readonly computing: () => Promise<Computing>;
  /** Lets the worker read its messages, a press on Stop among them. */
  readonly pause: () => Promise<void>;
}

type Answers = { readonly [K in Kind]: (given: Requests[K][0]) => Promise<Requests[K][1]> };

/** Answers a page's questions with one model, the last that was trained or opened; one question after another, but for `stop`. */
export function session({ port, computing, pause }: SessionPlace): (request: Request) => Promise<void> {
  let model: AskedModel | undefined;
  let stop: AbortController | undefined;
  const tell = (event: Event) => port.postMessage({ event });
  const needed = (): AskedModel => {
    if (model) return model;
    throw new Error('There is no model yet; train one, or open one.');
  };
  const take = async (next: AskedModel) => {
    await model?.dispose();
    model = next;
    return next.facts;
  };

  const answers: Answers = {
    train: async ({ lines, settings }) => {
      const stopping = new AbortController();
      stop = stopping;
      try {
        const trained = await train(lines, settings, {
          engine: (await computing()).engine,
          signal: stopping.signal,
          say: (line) => tell({ kind: 'said', line }),
          onStep: async (step, loss) => {
            tell({ kind: 'step', step, loss });
            await pause();
          },
          onHeldOut: (step, guesses) => tell({ kind: 'guesses', step, guesses }),
        });
        return { model: await take(askedModel(trained.model)), steps: trained.steps, stopped: trained.stopped };
      } finally {
        stop = undefined;
      }
    },
    stop: async () => {
      stop?.abort();
      return null;
    },
    open: async ({ files }) => {
      const source = fileSource(await unzipped(files));
      const graph = await graphIn(source);
      const { engine, runtime } = await computing();
      return take(graph ? await openGraph(source, graph, runtime) : askedModel(await openModel(source, { engine })));
    },
    fill: async ({ text }) => needed().fill(text),
    score: async ({ text }) => needed().score(text),
    attention: async ({ text }) => needed().attention(text),
    explain: async ({ text }) => needed().explain(text),
    save: async () => needed().save(),
  };

  const answer = <K extends Kind>(kind: K, given: Requests[K][0]) => answers[kind](given);
  let last: Promise<unknown> = Promise.resolve();
  return async ({ id, kind, given }) => {
    // Stop is heard at once; the rest waits its turn, for there is one model.
    const result = kind === 'stop' ? answer(kind, given) : last.then(() => answer(kind, given));
    if (kind !== 'stop') last = result.catch(() => undefined);
    try {
      port.postMessage({ id, result: await result });
    } catch (error) {
      port.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
    }
  };
}
