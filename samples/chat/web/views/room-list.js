import { arrange, byId, element, icon, setText } from './dom.js';

/** The rooms, as buttons that the arrow keys go through. */
export class RoomList {
  #list = byId('rooms');
  #onChoose;

  /** @param {(room: import('../model/room.js').Room) => void} onChoose */
  constructor(onChoose) {
    this.#onChoose = onChoose;
    this.#list.addEventListener('keydown', (event) => this.#move(event));
  }

  show(rooms) {
    arrange(this.#list, rooms.map((room) => ({ key: room.channel, make: () => this.#make(room), update: (item) => update(item, room) })));
  }

  /** Puts the focus on the room that is open. */
  focus() {
    this.#list.querySelector('[aria-current]')?.focus();
  }

  #make(room) {
    const button = element(
      'button',
      { className: 'room-button', type: 'button' },
      icon(room.isPrivate ? 'lock' : 'hash'),
      element('span', { className: 'room-name', text: room.title }),
      element('span', { className: 'badge' }),
    );
    button.addEventListener('click', () => this.#onChoose(room));
    return element('li', {}, button);
  }

  #move(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step) {
      const buttons = [...this.#list.querySelectorAll('button')];
      buttons.at((buttons.indexOf(document.activeElement) + step) % buttons.length).focus();
      event.preventDefault();
    }
  }
}

function update(item, room) {
  const button = item.firstChild;
  const badge = button.querySelector('.badge');
  if (room.isOpen) {
    button.setAttribute('aria-current', 'page');
  } else {
    button.removeAttribute('aria-current');
  }
  badge.hidden = room.unread === 0;
  setText(badge, room.unread > 0 ? String(room.unread) : '');
  const label = [room.title, room.isPrivate && 'private', room.unread > 0 && `${room.unread} unread`];
  button.setAttribute('aria-label', label.filter(Boolean).join(', '));
}
