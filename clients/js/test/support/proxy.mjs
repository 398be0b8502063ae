import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { after, before } from 'node:test';
import { inTime } from './inTime.mjs';

/** A TCP proxy in front of the gateway of a test file, which makes faults. */
export function useProxy(gateway) {
  const proxy = new Proxy(gateway);
  before(() => proxy.start());
  after(() => proxy.stop());
  return proxy;
}

class Proxy {
  #gateway;
  #server = createServer({ pauseOnConnect: true }, (client) => this.#accept(client));
  #pairs = new Set();
  #mode = 'pass';
  #looks = [];
  /** How many connections were accepted or refused. */
  attempts = 0;

  constructor(gateway) {
    this.#gateway = gateway;
  }

  get hubUrl() {
    return `http://127.0.0.1:${this.#server.address().port}/realtime`;
  }

  /** How many connections are open to it. */
  get open() {
    return this.#pairs.size;
  }

  async start() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Waits until this holds; it is looked at whenever a connection comes or goes. */
  async until(isSo, what) {
    while (!isSo()) {
      await inTime(new Promise((look) => this.#looks.push(look)), what);
    }
  }

  /** Ends every connection, without a goodbye. Later ones pass. */
  cut() {
    this.#mode = 'pass';
    this.#pairs.forEach((pair) => pair.end());
  }

  /** Ends every WebSocket as if the gateway had closed it without saying why. */
  close() {
    this.#pairs.forEach((pair) => pair.close());
  }

  /** Ends every connection, and refuses later ones, until `pass`. */
  refuse() {
    this.cut();
    this.#mode = 'refuse';
  }

  /** Connections stay open, later ones too, and nothing comes through either way any more. */
  stall() {
    this.#mode = 'stall';
    this.#pairs.forEach((pair) => pair.stall());
  }

  /** Later connections pass. */
  pass() {
    this.#mode = 'pass';
  }

  stop() {
    this.refuse();
    this.#server.close();
  }

  #accept(client) {
    this.attempts++;
    if (this.#mode === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const server = this.#mode === 'pass' ? connect(Number(new URL(this.#gateway.url).port), '127.0.0.1') : undefined;
    const pair = {
      end: () => {
        this.#pairs.delete(pair);
        client.destroy();
        server?.destroy();
        this.#look();
      },
      close: () => client.write(Buffer.from([0x88, 0x02, 0x03, 0xe8])), // A close frame with the status 1000.
      stall: () => {
        client.unpipe(server).resume();
        server?.unpipe(client).resume();
      },
    };
    this.#pairs.add(pair);
    for (const socket of [client, server].filter(Boolean)) {
      socket.on('close', pair.end).on('error', pair.end);
    }
    if (server) {
      client.pipe(server).pipe(client);
    } else {
      client.resume();
    }
    this.#look();
  }

  #look() {
    this.#looks.splice(0).forEach((look) => look());
  }
}
