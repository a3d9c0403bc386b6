import type { Question } from "../answer.ts";
import { random as seeded } from "../random.ts";
import { checkRule, STREAM_FAULTS, type FaultRule } from "./rule.ts";

/** What a rule looks at. */
export interface FaultTarget {
  readonly model: string;
  readonly wire: string | undefined;
  readonly path: string;
  readonly stream: boolean;
  readonly text: string;
  readonly question?: Question;
}

/** The faults of a simulator. */
export interface Faults {
  /** Adds a rule behind the others; the function that it returns takes it away again. @throws TypeError that names a wrong field */
  readonly add: (rule: FaultRule) => () => void;
  /** Puts these rules in place of all others. @throws TypeError that names a wrong field */
  readonly set: (rules: readonly FaultRule[]) => void;
  readonly clear: () => void;
  readonly list: () => readonly FaultRule[];
}

/** Faults with what the server needs besides. */
export interface FaultSchedule extends Faults {
  /** The fault that hits this request: the first rule that matches and whose turn it is. */
  readonly take: (target: FaultTarget, elapsed: number) => FaultRule | undefined;
}

interface Entry {
  readonly rule: FaultRule;
  seen: number;
  hits: number;
}

function applies({ rule }: Entry, target: FaultTarget, elapsed: number): boolean {
  return (
    (rule.model === undefined || rule.model === target.model) &&
    (rule.wire === undefined || rule.wire === target.wire) &&
    (rule.path === undefined || target.path.startsWith(rule.path)) &&
    (rule.stream === undefined || rule.stream === target.stream) &&
    (!STREAM_FAULTS.has(rule.fault) || target.stream) &&
    (rule.text === undefined || target.text.includes(rule.text)) &&
    elapsed >= (rule.from ?? 0) &&
    elapsed < (rule.until ?? Infinity) &&
    (rule.match === undefined || (target.question !== undefined && rule.match(target.question)))
  );
}

/** The most rules that are kept. */
const MOST = 1_000;

/**
 * A list of fault rules.
 *
 * @param changed called after each change with all rules
 */
export function createFaults(
  seed: string | number,
  initial: readonly FaultRule[],
  changed: (rules: readonly FaultRule[]) => void = () => {},
): FaultSchedule {
  let entries: Entry[] = [];
  const dice = seeded(seed, "faults");
  const entry = (rule: FaultRule, option: string): Entry => ({ rule: checkRule(rule, option), seen: 0, hits: 0 });
  const list = (): readonly FaultRule[] => entries.map(({ rule }) => rule);
  const replace = (next: Entry[]): void => {
    if (next.length > MOST) throw new TypeError(`faults must be at most ${MOST} rules`);
    entries = next;
    changed(list());
  };
  const set = (rules: readonly FaultRule[]): void => {
    if (!Array.isArray(rules)) throw new TypeError("faults must be a list of rules");
    replace(rules.map((rule: FaultRule, index) => entry(rule, `faults[${index}]`)));
  };
  entries = initial.map((rule, index) => entry(rule, `faults[${index}]`));
  return {
    set,
    list,
    clear: () => replace([]),
    add: (rule) => {
      const own = entry(rule, "fault");
      replace([...entries, own]);
      return () => replace(entries.filter((one) => one !== own));
    },
    take: (target, elapsed) => {
      for (const one of entries) {
        const { rule } = one;
        if (rule.fault === "refuse" || one.hits >= (rule.times ?? Infinity) || !applies(one, target, elapsed)) continue;
        const turn = one.seen++ - (rule.after ?? 0);
        if (turn < 0 || turn % (rule.every ?? 1) !== 0) continue;
        if (rule.probability !== undefined && !dice.chance(rule.probability)) continue;
        one.hits++;
        return rule;
      }
      return undefined;
    },
  };
}
