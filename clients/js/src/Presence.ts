import { ConnectionLost, type RealtimeError } from './errors.js';
import { callSafely, type Report } from './Listeners.js';
import type { Member, Members, PresenceChange } from './protocol.js';

/** Hears of a channel's members: each change, or without one that the list was loaded. */
export type PresenceHandler = (members: readonly Member[], change?: PresenceChange) => unknown;

/** Who is in a channel, kept up to date while this client is subscribed to the channel and may see its members. */
export interface Presence {
  readonly channel: string;
  readonly members: readonly Member[];
  readonly count: number;
  /** Keeps it up to date no more. */
  close(): void;
}

/** Asks for a page of members, with as much patience as the reader has. */
export type ReadMembers = (request: object, isWanted: () => boolean) => Promise<Members>;

export class LivePresence implements Presence {
  #members = new Map<string, Member>();
  /** What changed while the list is being loaded. */
  #meanwhile: PresenceChange[] | undefined;
  /** What it has, or is loading, is not all: it was of a session that is gone, or something was left out. */
  #isOutdated = false;
  #isClosed = false;

  constructor(
    readonly channel: string,
    private readonly handler: PresenceHandler | undefined,
    private readonly report: Report,
    private readonly closed: (presence: LivePresence) => void,
  ) {}

  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  get count(): number {
    return this.#members.size;
  }

  close(): void {
    this.#isClosed = true;
    this.closed(this);
  }

  /** Loads the list, and then applies what changed meanwhile. */
  async load(read: ReadMembers): Promise<void> {
    let members: Map<string, Member>;
    try {
      do {
        this.#isOutdated = false;
        this.#meanwhile = [];
        members = new Map();
        let cursor: string | undefined;
        do {
          const page = await read({ channel: this.channel, limit: 1000, ...(cursor ? { cursor } : {}) }, () => !this.#isClosed);
          page.members.forEach((member) => members.set(member.id, member));
          ({ cursor } = page);
        } while (cursor && !this.#isOutdated);
      } while (this.#isOutdated);
      this.#members = members;
      this.#meanwhile.forEach((change) => this.#apply(change));
    } finally {
      this.#meanwhile = undefined;
    }
    this.#tell();
  }

  /** Changes were left out: loads it again, or what is being loaded. What it had stays until then, and if that fails for good. */
  reload(read: ReadMembers): void {
    this.#isOutdated = true;
    this.refresh(read);
  }

  /** Loads it again if what it has is outdated. */
  refresh(read: ReadMembers): void {
    if (this.#isOutdated && !this.#meanwhile) {
      this.load(read).catch((error: RealtimeError) => !(error instanceof ConnectionLost) && this.report(error));
    }
  }

  onChange(change: PresenceChange): void {
    if (this.#meanwhile) {
      this.#meanwhile.push(change);
    } else {
      this.#apply(change);
      this.#tell(change);
    }
  }

  /** The session is gone. */
  reset(): void {
    this.#isOutdated = true;
  }

  #apply({ type, member }: PresenceChange): void {
    if (type === 'leave') {
      this.#members.delete(member.id);
    } else {
      this.#members.set(member.id, member);
    }
  }

  #tell(change?: PresenceChange): void {
    if (this.handler && !this.#isClosed) {
      callSafely(() => this.handler!(this.members, change), undefined, this.report);
    }
  }
}
