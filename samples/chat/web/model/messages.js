const kept = 500;

/**
 * @typedef {object} Message
 * @property {string} id the publication's id
 * @property {string | null} userId who wrote it; null for guests and servers
 * @property {string} author the same, with a word of its own for each guest's connection and for servers
 * @property {string} text
 * @property {Date} time when the gateway took it; before that, when it was written
 * @property {number} [offset] its place in the channel; absent while the gateway has not acknowledged it
 * @property {'sent' | 'pending' | 'failed'} state
 * @property {string} [problem] why it failed
 * @property {{ count: number }} [recovery] what it was recovered with, after a break
 * @property {string} [note] the text of a remark, which stands among the messages and is none
 */

/** The messages of one room, each once, in the order of their offsets; what is not acknowledged yet comes last. */
export class Messages {
  #list = [];
  #byId = new Map();
  #epoch;
  #generation = 0;

  /** @returns {readonly Message[]} at most the last 500 */
  get list() {
    return this.#list;
  }

  /**
   * Takes what was published; the same one again changes nothing.
   * @param {{ count: number }} [recovery] what it is recovered with
   * @returns {boolean} whether it is new to us
   */
  add({ id, data, time, epoch, offset, sender }, recovery) {
    const known = this.#byId.get(id);
    if (known?.state === 'sent') {
      return false;
    }

    const placed = { epoch, offset, time: new Date(time), state: 'sent', problem: undefined };
    if (known) {
      this.#place(known, placed);
      return false;
    }

    const text = typeof data?.text === 'string' ? data.text : JSON.stringify(data);
    this.#place({ id, userId: sender?.userId ?? null, author: authorOf(sender), text, recovery }, placed);
    return true;
  }

  /** Takes what we have written ourselves and nobody has acknowledged yet. */
  write(id, userId, text) {
    this.#place({ id, userId, author: authorOf({ userId }), text }, { time: new Date(), state: 'pending' });
  }

  /** What we wrote has been acknowledged, with its position where the channel has any. */
  acknowledge(id, { epoch, offset }) {
    const message = this.#byId.get(id);
    if (message && message.state !== 'sent') {
      this.#place(message, { epoch, offset, state: 'sent', problem: undefined });
    }
  }

  /** What we wrote was refused; or is tried again, without a problem. */
  fail(id, problem) {
    const message = this.#byId.get(id);
    if (message && message.state !== 'sent') {
      Object.assign(message, { state: problem ? 'failed' : 'pending', problem });
    }
  }

  /** Puts a remark behind all that has been heard until now. */
  note(text) {
    const last = this.#list.findLast((message) => message.state === 'sent');
    const id = `note-${crypto.randomUUID()}`;
    this.#place({ id, note: text }, { epoch: this.#epoch, offset: last?.offset ?? 0, time: new Date(), state: 'sent' });
  }

  #place(message, { epoch, ...changes }) {
    const at = this.#list.indexOf(message);
    if (at >= 0) {
      this.#list.splice(at, 1);
    }

    Object.assign(message, changes, { generation: this.#generationOf(epoch) });
    const before = this.#list.findLastIndex((other) => !isBefore(message, other));
    this.#list.splice(before + 1, 0, message);
    this.#byId.set(message.id, message);
    for (const old of this.#list.splice(0, Math.max(0, this.#list.length - kept))) {
      this.#byId.delete(old.id);
    }
  }

  // Offsets begin anew with each epoch, so what came in an earlier one stays above.
  #generationOf(epoch) {
    if (epoch && epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#generation++;
    }
    return this.#generation;
  }
}

function isBefore(one, other) {
  const isPlaced = one.state === 'sent';
  if (isPlaced !== (other.state === 'sent')) {
    return isPlaced;
  }
  return isPlaced && (one.generation - other.generation || one.offset - other.offset) < 0;
}

// As the gateway names its members, so that no user's id is a guest's.
function authorOf(sender) {
  return sender ? (sender.userId ? `user:${sender.userId}` : `guest:${sender.connectionId}`) : 'server';
}
