import { avatar } from './avatar.js';
import { arrange, byId, element, setText } from './dom.js';

/** Who is here. Beside the room where there is space for it, else over it, when asked for. */
export class People {
  #panel = byId('people');
  #list = byId('members');
  #toggle = byId('people-toggle');
  #userId;

  constructor(userId) {
    this.#userId = userId;
    this.#toggle.addEventListener('click', () => this.#open(!this.#isOpen));
    byId('people-close').addEventListener('click', () => this.#open(false));
    this.#panel.addEventListener('keydown', ({ key }) => key === 'Escape' && this.#open(false));
  }

  show({ members, state }) {
    setText(byId('people-count'), String(members.length));
    byId('nobody').hidden = state !== 'refused';
    arrange(this.#list, members.map((member) => this.#rowOf(member)));
  }

  get #isOpen() {
    return this.#panel.classList.contains('open');
  }

  #rowOf({ id, userId, profile }) {
    return {
      key: [id, profile.name, profile.initials, profile.hue].join(' '),
      make: () => element(
        'li',
        { className: 'member' },
        avatar(profile),
        element('span', { className: 'member-name', text: profile.name }),
        userId === this.#userId && element('small', { text: 'you' }),
      ),
    };
  }

  #open(isOpen) {
    this.#panel.classList.toggle('open', isOpen);
    this.#toggle.setAttribute('aria-expanded', String(isOpen));
    (isOpen ? byId('people-close') : this.#toggle).focus();
  }
}
