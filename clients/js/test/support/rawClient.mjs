import assert from 'node:assert/strict';
import { inTime } from './inTime.mjs';

const separator = '\u001e';

/** The JSON hub protocol by hand, over long polling, for what no proper client would send. */
export class RawClient {
  #hubUrl;
  #url;
  #messages = [];

  constructor(hubUrl) {
    this.#hubUrl = hubUrl;
  }

  async start() {
    const negotiated = await this.#request(`${this.#hubUrl}/negotiate?negotiateVersion=1`, { method: 'POST' });
    this.#url = `${this.#hubUrl}?id=${(await negotiated.json()).connectionToken}`;
    await this.#request(this.#url); // The first poll only begins the connection.
    await this.#post('{"protocol":"json","version":1}' + separator);
    assert.deepEqual(await this.#next(), {}, 'The handshake was refused.');
  }

  /** Calls a method with arguments as they are written, and returns its completion. */
  async invoke(method, writtenArguments) {
    const start = `{"type":1,"invocationId":"42","target":"${method}","arguments":`;
    await this.#post(Buffer.concat([Buffer.from(start), Buffer.from(writtenArguments), Buffer.from(`}${separator}`)]));
    while (true) {
      const message = await this.#next();
      if (message.type === 3) {
        return message;
      }
    }
  }

  stop() {
    return this.#request(this.#url, { method: 'DELETE' });
  }

  async #next() {
    while (this.#messages.length === 0) {
      const text = await (await this.#request(this.#url)).text();
      this.#messages.push(...text.split(separator).slice(0, -1).map((message) => JSON.parse(message)));
    }
    return this.#messages.shift();
  }

  #post(body) {
    return this.#request(this.#url, { method: 'POST', body });
  }

  async #request(url, options) {
    const response = await inTime(fetch(url, options), `${options?.method ?? 'a poll'} is answered`);
    assert.ok(response.ok && response.status !== 204, `The connection has ended: ${response.status}.`);
    return response;
  }
}
