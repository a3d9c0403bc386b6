import type { Answer, Question, Wire } from "../answer.ts";
import type { Bill } from "../accounting/bill.ts";
import type { Failure } from "../failure.ts";
import type { Frame } from "../frame.ts";
import type { Json } from "../json.ts";
import type { ModelProfile, Vendor } from "../model.ts";
import type { Random } from "../random.ts";
import type { Context } from "./context.ts";
import type { Exchange } from "./exchange.ts";

/** A request that passed the checks. */
export interface Asked {
  readonly x: Exchange;
  readonly body: Json;
  readonly model: ModelProfile;
  readonly question: Question;
  /** Differs from request to request: for ids, cuts and latency. */
  readonly random: Random;
  /** Unix seconds. */
  readonly created: number;
}

/** What one wire does otherwise than the others: the pipeline asks it, and does the rest alike. */
export interface WireFormat {
  readonly wire: Wire;
  readonly vendor: Vendor;
  /** The body with what it only refers to put in its place. */
  readonly expand: (body: Json, context: Context) => Json;
  /** Keeps what later requests may refer to. */
  readonly remember: (finished: Json, body: Json, context: Context) => void;
  /** What is wrong with a request, as the vendor says it. */
  readonly check: (body: Json, model: ModelProfile, x: Exchange, context: Context) => Failure | undefined;
  /** What is wrong with a prompt of that many tokens: it does not fit. */
  readonly overflow: (tokens: number, body: Json, model: ModelProfile) => Failure | undefined;
  readonly question: (body: Json, model: ModelProfile, context: Context) => Question;
  /** How many answers are asked for (`n`). */
  readonly count: (body: Json) => number;
  /** The finished object: a message, a completion, a response. */
  readonly finished: (answers: readonly Answer[], bill: Bill, asked: Asked) => Json;
  /** The events that bring it. */
  readonly frames: (finished: Json, asked: Asked) => Iterable<Frame>;
}
