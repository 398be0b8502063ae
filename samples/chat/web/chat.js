import { Room } from './model/room.js';
import { profileOf } from './profile.js';
import { rooms } from './rooms.js';
import { showAvatar } from './views/avatar.js';
import { Composer } from './views/composer.js';
import { Connection } from './views/connection.js';
import { byId, setText } from './views/dom.js';
import { People } from './views/people.js';
import { showRefusal } from './views/refusal.js';
import { RoomList } from './views/room-list.js';
import { Timeline } from './views/timeline.js';
import { showTyping } from './views/typing-line.js';

/** The chat of one user who is connected: his rooms, of which one is open, and what is shown of it. */
export class Chat {
  #rooms;
  #open;
  #connection;
  #timeline;
  #people;
  #list = new RoomList((room) => void this.#choose(room));
  #composer = new Composer({
    onSend: (text) => this.#open.say(text),
    onTyping: (isTyping) => this.#open.typing.tell(isTyping),
    onEscape: () => this.#list.focus(),
  });

  constructor(client, userId) {
    this.#rooms = rooms.map((room) => new Room(client, userId, room));
    this.#timeline = new Timeline(userId);
    this.#people = new People(userId);
    this.#connection = new Connection(client);
    for (const room of this.#rooms) {
      room.addEventListener('change', () => this.#show(room));
      room.addEventListener('recovered', ({ detail }) => room === this.#open && this.#connection.tellRecovered(room, detail.count));
    }
    client.on('state', (change) => this.#heedState(change));
    client.on('error', (error) => this.#connection.tellProblem(error));
    document.addEventListener('visibilitychange', () => this.#open.look(!document.hidden));
    showAvatar(byId('me-avatar'), profileOf(userId));
    setText(byId('me-name'), userId);
  }

  /** Shows the chat, and enters the first room. */
  start() {
    byId('chat').hidden = false;
    this.#connection.show();
    void this.#choose(this.#rooms[0]);
  }

  /** Leaves all rooms. */
  async end() {
    await Promise.allSettled(this.#rooms.map((room) => room.leave()));
  }

  async #choose(room) {
    const previous = this.#open;
    this.#open = room;
    if (previous !== room) {
      previous?.typing.tell(false);
      previous?.look(false);
      room.look(true);
    }
    await room.enter();
    if (this.#open === room && room.state === 'inside') {
      this.#composer.focus();
    }
  }

  // Of the connection; subscriptions tell theirs here, too.
  #heedState({ state, error }) {
    if (state === 'reconnecting' || state === 'disconnected') {
      this.#rooms.forEach((room) => room.loseConnection());
    }
    this.#connection.show();
    if (state === 'error') {
      this.#connection.tellProblem(error);
    }
  }

  #show(room) {
    this.#list.show(this.#rooms);
    const unread = this.#rooms.reduce((sum, { unread }) => sum + unread, 0);
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${this.#open.title} · RealtimeGateway`;
    if (room === this.#open) {
      setText(byId('room-title'), room.title);
      setText(byId('room-topic'), room.topic);
      this.#timeline.show(room);
      this.#people.show(room);
      this.#composer.show(room);
      showTyping(room);
      showRefusal(room);
    }
  }
}
