import { afterEach, describe } from 'node:test';
import { HttpTransportType } from '@microsoft/signalr';

const transports = {
  WebSockets: HttpTransportType.WebSockets,
  'Server-Sent Events': HttpTransportType.ServerSentEvents,
  'long polling': HttpTransportType.LongPolling,
};

/** Defines the same tests for each transport. Their clients end with each test. */
export function overEveryTransport(subject, gateway, define) {
  overTransports(subject, gateway, Object.keys(transports), define);
}

/** Defines the same tests for the transports that carry bytes. Their clients end with each test. */
export function overBinaryTransports(subject, gateway, define) {
  overTransports(subject, gateway, ['WebSockets', 'long polling'], define);
}

function overTransports(subject, gateway, names, define) {
  for (const [name, transport] of names.map((name) => [name, transports[name]])) {
    describe(`${subject} over ${name}`, () => {
      afterEach(() => gateway.endClients());
      define(transport);
    });
  }
}
