import { avatar } from './avatar.js';
import { element, icon, setText } from './dom.js';
import { clockOf } from './time.js';

/** The element of one message; `update` lets it be what the message is now. */
export function makeMessage(message, { profile, isOwn, isFirst, onRetry }) {
  const time = element('time', { datetime: message.time.toISOString(), text: clockOf(message.time) });
  const author = element('span', { className: 'message-author', text: profile.name });
  const body = element(
    'div',
    { className: 'message-body' },
    element('p', { className: isFirst ? 'message-head' : 'message-head unseen' }, author, ' ', time),
    element('p', { className: 'message-text', text: message.text }),
    element('p', { className: 'message-mark' }),
  );
  const className = ['message', isOwn && 'own', isFirst && 'first'].filter(Boolean).join(' ');
  const item = element('li', { className }, isFirst && !isOwn && avatar(profile), body);
  item.addEventListener('click', ({ target }) => target.closest('.retry') && onRetry(message));
  return item;
}

export function updateMessage(item, message) {
  if (item.dataset.state === message.state) {
    return;
  }

  item.dataset.state = message.state;
  item.classList.toggle('recovered', Boolean(message.recovery));
  const mark = item.querySelector('.message-mark');
  if (message.state === 'pending') {
    setText(mark, 'Sending…');
  } else if (message.state === 'failed') {
    mark.replaceChildren(`Not sent. ${message.problem} `, element('button', { className: 'retry', type: 'button', text: 'Try again' }));
  } else if (message.recovery) {
    mark.replaceChildren(icon('back'), 'recovered');
  } else {
    mark.replaceChildren();
  }
}
