import type { Capabilities } from "../provider.ts";

/** What the models of a family can do. */
export interface Family {
  /** Model ids, without date suffix. */
  readonly match: RegExp;
  readonly can: Capabilities;
}

const PLACE = /^.*[/.](?=claude|gpt|o\d)/; // "us.anthropic.claude-…", "openai/gpt-…"
const DATE = /(?:-\d{8}|-\d{4}-\d{2}-\d{2}|-latest|@\d{8}|@default|-v\d+(?::\d+)?)+$/;

/** A model's name without where it runs, its date and its revision. */
export const plainModel = (model: string): string => model.replace(PLACE, "").replace(DATE, "");

/**
 * What a model can do: its family's row, or the newest family's, marked as inferred, for a model that no row knows. The
 * first row is the newest.
 */
export function capabilitiesOf(model: string, families: readonly [Family, ...Family[]]): Capabilities {
  const id = plainModel(model);
  const family = families.find(({ match }) => match.test(id));
  return family?.can ?? { ...families[0].can, inferred: true };
}
