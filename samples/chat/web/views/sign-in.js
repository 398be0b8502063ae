import { byId, setText } from './dom.js';

/** Where a name is picked. The tab remembers it, for when it is loaded again. */
export class SignInForm {
  #page = byId('sign-in');
  #form = this.#page.querySelector('form');
  #onSubmit;

  /** @param {(name: string, teams: string[]) => Promise<void>} onSubmit what fails in it is shown */
  constructor(onSubmit) {
    this.#onSubmit = onSubmit;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
  }

  show() {
    const { name, team } = this.#form.elements;
    this.#page.hidden = false;
    name.value = sessionStorage.getItem('name') ?? '';
    team.checked = sessionStorage.getItem('team') === team.value;
    name.focus();
    name.select();
  }

  hide() {
    this.#page.hidden = true;
  }

  async #submit() {
    const { name, team } = this.#form.elements;
    const button = this.#form.querySelector('[type=submit]');
    const chosen = name.value.trim();
    if (!chosen) {
      setText(byId('sign-in-error'), 'A name, please.');
      return;
    }

    sessionStorage.setItem('name', chosen);
    sessionStorage.setItem('team', team.checked ? team.value : '');
    button.disabled = true;
    setText(byId('sign-in-error'), '');
    try {
      await this.#onSubmit(chosen, team.checked ? [team.value] : []);
    } catch (error) {
      setText(byId('sign-in-error'), error.message);
    } finally {
      button.disabled = false;
    }
  }
}
