import type { RealtimeError } from './errors.js';
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
  #loading = 0;
  /** It was loaded in a session that is gone. */
  #isStale = false;

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
    this.#loading++;
    this.closed(this);
  }

  /** Loads the list, and then applies what changed meanwhile. A later load takes the place of one that is on its way. */
  async load(read: ReadMembers): Promise<void> {
    const loading = ++this.#loading;
    const isWanted = () => loading === this.#loading;
    const members = new Map<string, Member>();
    const changes: PresenceChange[] = (this.#meanwhile = []);
    this.#isStale = false;
    let cursor: string | undefined;
    do {
      const page = await read({ channel: this.channel, limit: 1000, ...(cursor ? { cursor } : {}) }, isWanted);
      if (!isWanted()) {
        return;
      }
      page.members.forEach((member) => members.set(member.id, member));
      ({ cursor } = page);
    } while (cursor);
    this.#members = members;
    this.#meanwhile = undefined;
    changes.forEach((change) => this.#apply(change));
    this.#tell();
  }

  /** Loads it again if what it has is of a session that is gone. */
  refresh(read: ReadMembers): void {
    if (this.#isStale) {
      this.reload(read);
    }
  }

  /** Loads it again. What it had stays until then, and if that fails for good. */
  reload(read: ReadMembers): void {
    this.load(read).catch((error: RealtimeError) => !this.#isStale && this.report(error));
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
    this.#isStale = true;
  }

  #apply({ type, member }: PresenceChange): void {
    if (type === 'leave') {
      this.#members.delete(member.id);
    } else {
      this.#members.set(member.id, member);
    }
  }

  #tell(change?: PresenceChange): void {
    if (this.handler) {
      callSafely(() => this.handler!(this.members, change), undefined, this.report);
    }
  }
}
