/** Most processes of a fleet that are remembered for a breaker; the one that was silent longest goes first. */
const MOST = 1_000;

interface Node {
  /** When it last told of traffic. */
  seenAt: number;
  /** Until when its own breaker is open; 0: it is not. */
  openUntil: number;
}

/** Whether a fleet's processes agree that a breaker be open, as far as one of them has heard. */
export class Quorum {
  readonly #memory: number;
  readonly #nodes = new Map<string, Node>();

  /** @param memory how long traffic counts, in milliseconds */
  constructor(memory: number) {
    this.#memory = memory;
  }

  /** A process has had traffic. */
  seen(name: string, now: number): void {
    this.#find(name).seenAt = now;
  }

  /** A process's own breaker has opened; 0: it has closed. */
  opened(name: string, until: number, now: number): void {
    Object.assign(this.#find(name), { seenAt: now, openUntil: until });
  }

  /** The whole fleet has closed: nobody is open any more. */
  closed(): void {
    for (const node of this.#nodes.values()) node.openUntil = 0;
  }

  /** Whether more than half of the processes that had traffic of late are open. */
  isReached(now: number): boolean {
    let active = 0;
    let open = 0;
    for (const [name, { seenAt, openUntil }] of this.#nodes) {
      if (openUntil > now) open++;
      else if (now - seenAt > this.#memory) {
        this.#nodes.delete(name);
        continue;
      }
      active++;
    }
    return open * 2 > active;
  }

  /** A process, which is now the one that was heard of last. */
  #find(name: string): Node {
    const node = this.#nodes.get(name) ?? { seenAt: 0, openUntil: 0 };
    this.#nodes.delete(name);
    this.#nodes.set(name, node);
    const [oldest] = this.#nodes.keys();
    if (this.#nodes.size > MOST && oldest !== undefined) this.#nodes.delete(oldest);
    return node;
  }
}
