import { byId, setText } from './dom.js';

const words = {
  connecting: 'Connecting…',
  connected: 'Connected',
  reconnecting: 'Reconnecting…',
  disconnected: 'Unplugged',
  error: 'Refused',
};

// How long it is told that we are back, in ms. The timeline has a mark that stays.
const shown = 10_000;

/** The state of the connection, and the plug that can be pulled. */
export class Connection {
  #client;
  #state = byId('link-state');
  #plug = byId('plug');
  #notice = byId('notice');
  #leaving;

  constructor(client) {
    this.#client = client;
    this.#plug.addEventListener('click', () => this.#pullOrPutBack());
  }

  show() {
    const { state } = this.#client;
    const isUnplugged = state === 'disconnected';
    this.#state.dataset.state = state;
    setText(this.#state, words[state] ?? state);
    setText(this.#plug.querySelector('span'), isUnplugged ? 'Plug back in' : 'Pull the plug');
    this.#plug.classList.toggle('primary', isUnplugged);
    if (isUnplugged) {
      this.#tell('away', 'The plug is pulled. Write on: it waits here. What the others write is recovered when you are back.');
    } else if (state === 'reconnecting') {
      this.#tell('away', 'The connection is lost. It comes back by itself.');
    } else {
      this.#untell('away');
    }
  }

  /** Tells that we are back, and what that brought. */
  tellRecovered({ title }, count) {
    const missed = ['Nothing was missed', '1 message was recovered'][count] ?? `${count} messages were recovered`;
    this.#tell('back', `Back again. ${missed} in ${title}.`);
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => this.#untell('back'), shown);
  }

  /** Tells what went wrong; not that nothing gets through while the connection is away, which is told already. */
  tellProblem({ message }) {
    if (this.#client.state !== 'reconnecting') {
      this.#tell('problem', message);
    }
  }

  // A real loss for the gateway and for everybody in the room: the socket is closed. Only the coming back waits for the button.
  async #pullOrPutBack() {
    await (this.#client.state === 'disconnected' ? this.#client.resume() : this.#client.pause());
  }

  #untell(kind) {
    if (this.#notice.dataset.kind === kind) {
      this.#notice.hidden = true;
    }
  }

  #tell(kind, text) {
    this.#notice.dataset.kind = kind;
    this.#notice.hidden = false;
    setText(this.#notice, text);
  }
}
