import { afterEach, describe } from 'node:test';
import { HttpTransportType } from '@microsoft/signalr';

const transports = {
  WebSockets: HttpTransportType.WebSockets,
  'Server-Sent Events': HttpTransportType.ServerSentEvents,
  'long polling': HttpTransportType.LongPolling,
};

/** Defines the same tests for each transport. Their clients end with each test. */
export function overEveryTransport(subject, gateway, define) {
  for (const [name, transport] of Object.entries(transports)) {
    describe(`${subject} over ${name}`, () => {
      afterEach(() => gateway.endClients());
      define(transport);
    });
  }
}
