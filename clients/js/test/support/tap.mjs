import { JsonHubProtocol, MessageType } from '@microsoft/signalr';
import { Inbox } from './inbox.mjs';

/** The JSON protocol of one client, with a look at what crosses the wire, and a hand in it. */
export class Tap {
  #json = new JsonHubProtocol();
  name = this.#json.name;
  version = this.#json.version;
  transferFormat = this.#json.transferFormat;
  /** Every call, as the client writes it. */
  calls = new Inbox('a call');
  /** When pings were written, by `performance.now()`. */
  pings = new Inbox('a ping');
  /** What becomes of a message that came: a list of messages in its place. */
  alter = (message) => [message];

  writeMessage(message) {
    const written = this.#json.writeMessage(message);
    if (message.type === MessageType.Invocation) {
      this.calls.add(JSON.parse(written.slice(0, -1)));
    } else if (message.type === MessageType.Ping) {
      this.pings.add(performance.now());
    }
    return written;
  }

  parseMessages(input, logger) {
    return this.#json.parseMessages(input, logger).flatMap((message) => this.alter(message));
  }
}

/** A callback as the gateway would call it. */
export function callback(target, argument) {
  return { type: MessageType.Invocation, target, arguments: [argument] };
}
