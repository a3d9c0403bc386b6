/** Whether a candidate can take calls now. */
interface Candidate {
  readonly usable: boolean;
}

/** Breakers of candidates that stand in for each other; see {@link createGroup}. */
export class Group extends Set<Candidate> {
  /** Whether no other member can take calls. */
  isLast(member: Candidate): boolean {
    for (const other of this) if (other !== member && other.usable) return false;
    return true;
  }
}

/**
 * A group of candidates, such as those of a fallback: when all others are out, failures do not open the last one, so
 * that a bad answer is tried before none. A bad credential or an unknown model still does. It holds its members.
 *
 * @example
 * ```ts
 * const group = createGroup();
 * const llm = fallback(
 *   compose(anthropic("claude-opus-5-5"), breaker({ group })),
 *   compose(openai("gpt-6.1-sol"), breaker({ group })),
 * );
 * ```
 */
export const createGroup = (): Group => new Group();
