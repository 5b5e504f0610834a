/**
 * Passes items on and says now and then how far they are, at what rate, and how long the rest may take.
 *
 * @param total what `sizeOf` gives of all items together, if it is known @param now seconds
 */
export async function* watchItems<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  {
    what,
    total,
    sizeOf,
    now,
    say,
    every = 5,
  }: {
    /** What items are called, `lines`. */
    readonly what: string;
    readonly total?: number;
    readonly sizeOf: (item: Item) => number;
    readonly now: () => number;
    readonly say: (text: string) => void;
    /** Seconds between two messages. */
    readonly every?: number;
  },
): AsyncGenerator<Item, void, undefined> {
  const started = now();
  let [done, read, shown] = [0, 0, started];
  for await (const item of items) {
    yield item;
    done++;
    read += sizeOf(item);
    const time = now();
    if (time - shown < every) continue;
    shown = time;
    const rate = done / (time - started);
    const left = total === undefined ? '' : `, ${Math.round(((total - read) / read) * (time - started))} s left`;
    say(`${done} ${what}, ${rate < 10 ? rate.toFixed(1) : Math.round(rate)} a second${left}\n`);
  }
}
