import type { FaultRule } from "../fault/rule.ts";
import { textOf, type Json } from "../json.ts";
import type { Vendor } from "../model.ts";
import { checkAccess } from "./access.ts";
import type { Context } from "./context.ts";
import type { Exchange } from "./exchange.ts";
import { replaceAnswer } from "./replace.ts";
import { isFailure, readJson, sendFailure, setVendorHeaders } from "./send.ts";

/**
 * What every route does before its own work, where the answer is one JSON body: vendor's headers, the body read (POST),
 * the key checked, faults that take the answer's place. Undefined if the request is answered already.
 */
export async function enter(
  x: Exchange,
  vendor: Vendor,
  context: Context,
  wire?: FaultRule["wire"],
): Promise<Json | undefined> {
  setVendorHeaders(x, vendor, context.settings.clock.now());
  const body = x.method === "POST" ? await readJson(x) : {};
  const failure = isFailure(body) ? body : checkAccess(x, vendor, context.settings.apiKeys);
  if (failure || isFailure(body)) {
    if (failure) sendFailure(x, vendor, failure);
    return undefined;
  }
  const model = textOf(body["model"]);
  if (model) x.note.model = model;
  if (wire) x.note.wire = wire;
  const fault = context.faults.take({ model, wire, path: x.path, stream: false, text: "" }, context.elapsed());
  if (fault) x.note.fault = fault.fault;
  return fault && (await replaceAnswer(x, vendor, fault, context)) ? undefined : body;
}
