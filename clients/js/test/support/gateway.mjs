import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from './client.mjs';
import { inTime } from './inTime.mjs';
import { RawClient } from './rawClient.mjs';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const program = 'Gateway/bin/Debug/net10.0/RealtimeGateway.dll';
const ready = /^RealtimeGateway is ready: (http\S+)\/realtime/;

/**
 * The gateway of a test file: the program itself, with the settings that a developer has who has just cloned it.
 * It starts before the file's first test and ends after its last.
 * @param settings Further settings as environment variables, `{ Gateway__Auth__Jwt__ClockSkew: '00:00:00' }`.
 * @param start What `dotnet` is given to start it.
 */
export function useGateway(settings = {}, start = [program]) {
  const gateway = new Gateway(settings, start);
  before(() => gateway.start());
  after(() => gateway.stop());
  return gateway;
}

class Gateway {
  #settings;
  #start;
  #process;
  #ended;
  #clients = [];

  constructor(settings, start) {
    this.#settings = settings;
    this.#start = start;
  }

  get hubUrl() {
    return `${this.url}/realtime`;
  }

  async start() {
    const environment = { ...process.env, ASPNETCORE_ENVIRONMENT: 'Development', ...this.#settings };
    const options = { cwd: repository, env: environment, stdio: ['ignore', 'pipe', 'inherit'] };
    this.#process = spawn('dotnet', [...this.#start, '--urls', 'http://127.0.0.1:0'], options);
    this.#ended = once(this.#process, 'exit');
    process.once('exit', () => this.#process.kill('SIGKILL'));
    this.url = await inTime(this.#readUrl(), 'the gateway says that it is ready');
  }

  /** A client that is connected, and speaks JSON if it is not said; it ends with `endClients`. */
  async connect(transport, token, protocol) {
    const client = this.client({ transport, accessTokenFactory: token && (() => token) }, '', protocol);
    await client.start();
    return client;
  }

  /** A client that is yet to start; it ends with `endClients`. */
  client(options, query = '', protocol = undefined) {
    const client = new Client(this.hubUrl + query, options, protocol);
    this.#clients.push(client);
    return client;
  }

  /** A client that speaks the protocol by hand; it ends with `endClients`. */
  async connectRaw() {
    const client = new RawClient(this.hubUrl);
    this.#clients.push(client);
    await client.start();
    return client;
  }

  async endClients() {
    await Promise.all(this.#clients.splice(0).map((client) => client.stop()));
  }

  /** A token of this user; `claims` as in `{ teams: ['blue'], expiresIn: 2 }`. */
  async devToken(userId, claims = {}) {
    const body = JSON.stringify({ userId, ...claims });
    const response = await this.fetch('/dev/token', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    return (await response.json()).token;
  }

  fetch(path, options) {
    return inTime(fetch(this.url + path, options), `${path} is answered`);
  }

  async stop() {
    this.#process.kill();
    await inTime(this.#ended, 'the gateway ends');
  }

  #readUrl() {
    const said = [];
    return new Promise((resolve, reject) => {
      this.#ended.then(([code]) => reject(new Error(`The gateway ended with ${code}.\n${said.join('\n')}`)), reject);
      createInterface(this.#process.stdout).on('line', (line) => {
        said.push(line);
        const url = ready.exec(line)?.[1];
        if (url) {
          resolve(url);
        }
      });
    });
  }
}
