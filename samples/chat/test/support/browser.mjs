import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { useGateway } from '../../../../clients/js/test/support/gateway.mjs';
import { useProxy } from '../../../../clients/js/test/support/proxy.mjs';
import { timeout } from '../../../../clients/js/test/support/inTime.mjs';
import { RealtimeClient } from '../../../../clients/js/dist/esm/index.js';
import { Person } from './person.mjs';

// It asks nobody for anything but the page.
const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The system's Chromium, with a profile of its own that is thrown away; `CHROMIUM` names another one. */
export function openBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', chromiumSandbox: false, args: quiet });
}

/**
 * A test in a chat of its own: a gateway that has just been started, a proxy through which `isFar` lets somebody come, and
 * whoever comes in a browser that its file shares.
 */
export function scene(title, play, settings) {
  describe(title, () => {
    const gateway = useGateway(settings);
    const proxy = useProxy(gateway);
    const people = new People(gateway, proxy);
    before(() => people.open());
    after(() => people.leave());
    test(title, () => play(people, gateway, proxy));
  });
}

let shared;
after(async () => (await shared)?.close());

/** Who comes to a chat, each with a browser context of his own. */
export class People {
  #gateway;
  #proxy;
  #browser;
  #contexts = [];
  #guests = [];

  constructor(gateway, proxy) {
    this.#gateway = gateway;
    this.#proxy = proxy;
  }

  async open() {
    this.#browser = await (shared ??= openBrowser());
  }

  /** Somebody before the form where he picks his name; `options` are those of a browser context. */
  async arrive({ isFar = false, ...options } = {}) {
    const context = await this.#browser.newContext({ locale: 'en-GB', ...options });
    this.#contexts.push(context);
    context.setDefaultTimeout(timeout);
    const person = new Person(await context.newPage());
    await person.open(isFar ? new URL('/', this.#proxy.hubUrl).href : this.#gateway.url);
    return person;
  }

  /** Somebody without a name and without a page, as a program is that was just pasted; he stays until the test ends. */
  async guest() {
    const client = new RealtimeClient(this.#gateway.hubUrl);
    this.#guests.push(client);
    await client.subscribe('chat:lobby');
    return client;
  }

  /** Somebody who has signed in and is in the lobby. */
  async enter(name, { isBlue = false, ...options } = {}) {
    const person = await this.arrive(options);
    await person.signIn(name, isBlue);
    return person;
  }

  async leave() {
    await Promise.all(this.#guests.splice(0).map((client) => client.dispose()));
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
  }
}
