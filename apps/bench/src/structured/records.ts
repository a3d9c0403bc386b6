import * as z from "zod";
import { records } from "../../../../packages/structured/src/testing/documents.ts";

/** The schema of {@link records} as one would write it with zod. */
export const Records: z.ZodArray<z.ZodObject> = z.array(
  z.object({
    id: z.int(),
    name: z.string(),
    email: z.string(),
    score: z.number(),
    active: z.boolean(),
    status: z.enum(["open", "closed", "pending"]),
    tags: z.array(z.string()),
    note: z.string().nullable(),
  }),
);

/** JSON of about so many characters. */
export const json = (length: number): string => records(length).text;

/** A text in the pieces that models send: four characters each. */
export function deltas(text: string): string[] {
  const pieces: string[] = [];
  for (let i = 0; i < text.length; i += 4) pieces.push(text.slice(i, i + 4));
  return pieces;
}
