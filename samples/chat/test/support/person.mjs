import assert from 'node:assert/strict';

/** Somebody at a browser: what he does, and what he sees. Whatever he waits for must come within the one bound of all tests. */
export class Person {
  #problems = [];

  constructor(page) {
    this.page = page;
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && this.#problems.push(message.text()));
    page.on('pageerror', (error) => this.#problems.push(error.message));
  }

  async open(url) {
    await this.page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        console.error(violatedDirective, blockedURI);
      });
    });
    await this.page.goto(url);
    assert.equal(await this.page.title(), 'Chat · RealtimeGateway', 'The chat is not built.');
    await this.page.getByLabel('Your name').waitFor();
  }

  async signIn(name, isBlue) {
    await this.page.getByLabel('Your name').fill(name);
    await this.page.getByRole('checkbox', { name: 'I am in team Blue' }).setChecked(isBlue);
    await this.page.getByRole('button', { name: 'Enter' }).click();
    await this.isInside();
  }

  /** Waits until the open room is as it was before he came. */
  async isInside() {
    await this.page.locator('#scroller[aria-busy=false]').waitFor();
  }

  async enterRoom(title) {
    await this.room(title).click();
    await this.page.getByRole('heading', { name: title, level: 1 }).waitFor();
    await this.isInside();
  }

  room(title) {
    return this.page.getByRole('navigation', { name: 'Rooms' }).getByRole('button', { name: title });
  }

  get composer() {
    return this.page.getByRole('textbox', { name: /^Message to/ });
  }

  async say(...texts) {
    for (const text of texts) {
      await this.composer.fill(text);
      await this.composer.press('Enter');
    }
  }

  /** The element of a message, which may have yet to come. */
  message(text) {
    return this.page.locator('.message').filter({ has: this.page.locator('.message-text').getByText(text, { exact: true }) });
  }

  async sees(...texts) {
    for (const text of texts) {
      await this.message(text).waitFor();
    }
  }

  /** Waits until what he said is acknowledged. */
  async hasSaid(text) {
    await this.page.locator('.message[data-state=sent]').filter({ hasText: text }).waitFor();
  }

  /** All messages of the open room, in the order in which they stand there. */
  messages() {
    return this.page.locator('.message-text').allTextContents();
  }

  dividers() {
    return this.page.locator('.divider').allTextContents();
  }

  member(name) {
    return this.page.locator('.member').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  async names() {
    return this.page.locator('.member-name').allTextContents();
  }

  typing(text) {
    return this.page.locator('#typing').getByText(text, { exact: true });
  }

  notice(text) {
    return this.page.locator('#notice').getByText(text);
  }

  async pullThePlug() {
    await this.page.getByRole('button', { name: 'Pull the plug' }).click();
    await this.page.locator('#link-state').getByText('Unplugged').waitFor();
  }

  async plugBackIn() {
    await this.page.getByRole('button', { name: 'Plug back in' }).click();
    await this.page.locator('#link-state').getByText('Connected').waitFor();
  }

  /** Errors of the page, of its policy and of the network: there are none, whatever he did. */
  findsNoProblem() {
    assert.deepEqual(this.#problems, []);
  }
}
