import { type CloseMessage, type HubMessage, type IHubProtocol, type ILogger, MessageType } from '@microsoft/signalr';
import { parseError, RealtimeError } from './errors.js';

/** The target of a call that is written as a ping: the SignalR client has no other way to be told to send one. */
export const pingTarget = ' ping';

/** A hub protocol, and what its messages say that the SignalR client does not pass on. */
export class WatchedProtocol implements IHubProtocol {
  readonly name;
  readonly version;
  readonly transferFormat;

  /** The gateway's last message, once it came. */
  close: CloseMessage | undefined;

  constructor(private readonly inner: IHubProtocol, private readonly heard: () => void) {
    ({ name: this.name, version: this.version, transferFormat: this.transferFormat } = inner);
  }

  parseMessages(input: string | ArrayBuffer, logger: ILogger): HubMessage[] {
    const messages = this.inner.parseMessages(input, logger);
    for (const message of messages) {
      if (message.type === MessageType.Close) {
        this.close = message;
      } else if (message.type === MessageType.Completion && message.error && !parseError(message.error)) {
        // So that whatever else a call fails with is a connection that was lost.
        (message as { error: string }).error = `internal: ${message.error}`;
      }
    }
    this.heard();
    return messages;
  }

  writeMessage(message: HubMessage): string | ArrayBuffer {
    if (message.type === MessageType.Invocation && message.target === pingTarget) {
      return this.inner.writeMessage({ type: MessageType.Ping });
    }
    try {
      return this.inner.writeMessage(message);
    } catch (error) {
      throw new RealtimeError('invalid_request', `This cannot be written as a message: ${(error as Error).message}`);
    }
  }
}
