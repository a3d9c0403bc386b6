import type { Question } from "../answer.ts";
import { BODY_FAULTS, type FaultRule } from "../fault/rule.ts";
import { beginning } from "../journal.ts";
import { textOf, type Json } from "../json.ts";
import type { Vendor } from "../model.ts";
import { checkAccess } from "./access.ts";
import type { Context } from "./context.ts";
import type { Exchange } from "./exchange.ts";
import { replaceAnswer } from "./replace.ts";
import { isFailure, readJson, sendFailure, setVendorHeaders } from "./send.ts";

/**
 * What every route does before its own work: the vendor's headers, the body read (POST), the key checked, the fault
 * drawn. A fault of the body is left in `x.bodyFault` for whoever sends it. Undefined if the request is answered
 * already.
 *
 * @param look what a request to a text wire asks, for faults that look at it
 */
export async function enter(
  x: Exchange,
  vendor: Vendor,
  context: Context,
  wire?: FaultRule["wire"],
  look: (body: Json) => Question | undefined = () => undefined,
): Promise<Json | undefined> {
  const { clock, apiKeys } = context.settings;
  setVendorHeaders(x, vendor, clock.now());
  const body = x.method === "POST" ? await readJson(x) : {};
  if (isFailure(body)) {
    sendFailure(x, vendor, body);
    return undefined;
  }
  const refused = checkAccess(x, vendor, apiKeys);
  if (refused) {
    sendFailure(x, vendor, refused);
    return undefined;
  }
  const model = textOf(body["model"]);
  const question = look(body);
  if (model) x.note.model = beginning(model, 256);
  if (wire) x.note.wire = wire;
  const stream = body["stream"] === true;
  if (wire) x.note.stream = stream;
  const text = question?.text ?? "";
  const target = { model, wire, path: x.path, stream, text, ...(question && { question }) };
  const rule = context.faults.take(target, context.elapsed());
  if (!rule) return body;
  x.note.fault = rule.fault;
  if (BODY_FAULTS.has(rule.fault)) {
    x.bodyFault = { rule, clock };
    return body;
  }
  return (await replaceAnswer(x, vendor, rule, stream, context)) ? undefined : body;
}
