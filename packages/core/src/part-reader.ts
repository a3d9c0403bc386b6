import type { StreamPart } from "./stream-part.ts";

/** Reads a stream part by part. The streams of this package also hand out at once what is there already. */
export interface PartReader extends AsyncIterator<StreamPart> {
  /**
   * The next part if it is there, without a turn of the event loop for each layer; undefined: ask with `next()`. Throws
   * what that would reject with. Asked only while no `next()` waits.
   */
  readonly ready?: () => StreamPart | undefined;
}

/** What a stream that has ended answers. */
export const DONE: IteratorResult<StreamPart> = { done: true, value: undefined };

/** The same, to a read. */
export const done = (): Promise<IteratorResult<StreamPart>> => Promise.resolve(DONE);
