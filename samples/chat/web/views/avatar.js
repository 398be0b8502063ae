import { element } from './dom.js';

/** A picture of initials on the user's colour. It says nothing that the name beside it does not, so it is not read aloud. */
export function avatar(profile) {
  return showAvatar(element('span', { className: 'avatar', 'aria-hidden': 'true' }), profile);
}

export function showAvatar(target, { initials, hue }) {
  target.textContent = initials;
  target.style.setProperty('--hue', hue);
  return target;
}
