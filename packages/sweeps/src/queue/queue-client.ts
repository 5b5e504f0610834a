/** A connection to a queue's server, as `connectQueue` gives it; close it by `disconnect`. */
export interface QueueClient {
  /** `ready` while the server answers. */
  readonly status: string;
  connect(): Promise<void>;
  disconnect(): void;
}
