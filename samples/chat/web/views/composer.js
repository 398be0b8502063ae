import { byId, setText } from './dom.js';

/** Where one writes: Enter sends. */
export class Composer {
  #form = byId('composer');
  #text = byId('text');

  /** @param {{ onSend: (text: string) => void, onTyping: (isTyping: boolean) => void, onEscape: () => void }} handlers */
  constructor({ onSend, onTyping, onEscape }) {
    this.#text.addEventListener('input', () => onTyping(this.#text.value.trim() !== ''));
    this.#text.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#form.requestSubmit();
      } else if (event.key === 'Escape') {
        onEscape();
      }
    });
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const text = this.#text.value.trim();
      this.#text.value = '';
      this.#text.focus();
      if (text) {
        onSend(text);
      }
    });
  }

  show(room) {
    this.#form.parentElement.hidden = room.state === 'refused';
    setText(byId('text-label'), `Message to ${room.title}`);
    this.#text.placeholder = `Message to ${room.title}`;
  }

  /** Lets one write at once; not where that would bring up a keyboard over half of the screen. */
  focus() {
    if (matchMedia('(pointer: fine)').matches) {
      this.#text.focus();
    }
  }
}
