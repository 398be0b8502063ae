import { byId, setText } from './dom.js';

const list = new Intl.ListFormat('en', { type: 'conjunction' });

/** Who is typing in the open room, in one sentence. */
export function showTyping(room) {
  const names = room.typing.users.map((userId) => room.profileOf({ userId }).name);
  const who = names.length > 3 ? 'Several people' : list.format(names);
  setText(byId('typing'), names.length === 0 ? '' : `${who} ${names.length === 1 ? 'is' : 'are'} typing…`);
}
