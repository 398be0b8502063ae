import { arrange, byId, element, setText } from './dom.js';
import { makeMessage, updateMessage } from './message.js';
import { dayOf, isSameDay } from './time.js';

const group = 5 * 60_000; // ms within which somebody's messages stand together
const near = 80; // px from the end within which one is at the end

/** What was said in the open room. It follows the newest message as long as one is there. */
export class Timeline {
  #scroller = byId('scroller');
  #list = byId('timeline');
  #empty = byId('empty');
  #jump = byId('jump');
  #userId;
  #room;
  #newest;
  #below = 0;

  constructor(userId) {
    this.#userId = userId;
    this.#jump.addEventListener('click', () => this.#scrollToEnd());
    this.#scroller.addEventListener('scroll', () => this.#isAtEnd() && this.#showBelow(0));
  }

  /** Shows another room, or the same as it is now. */
  show(room) {
    const isOther = room !== this.#room;
    const wasAtEnd = isOther || this.#isAtEnd();
    this.#room = room;
    this.#scroller.setAttribute('aria-busy', String(room.state !== 'inside')); // Old messages are not read aloud.
    this.#scroller.hidden = room.state === 'refused';
    if (isOther) {
      this.#list.replaceChildren();
    }

    const { list } = room.messages;
    arrange(this.#list, this.#rowsOf(room, list));
    this.#empty.hidden = list.length > 0 || room.state !== 'inside';
    setText(this.#empty, `Nothing has been said in ${room.title} yet. Begin!`);
    this.#follow(list, isOther, wasAtEnd);
  }

  #rowsOf(room, list) {
    const rows = [];
    list.forEach((message, index) => {
      const before = list[index - 1];
      if (!before || !isSameDay(before.time, message.time)) {
        rows.push(divider(`day-${message.time.toDateString()}`, 'day', dayOf(message.time)));
      }
      if (message.recovery && message.recovery !== before?.recovery) {
        const { count } = message.recovery;
        rows.push(divider(`recovered-${message.id}`, 'back', `Recovered ${count} ${count === 1 ? 'message' : 'messages'}`));
      }
      if (message.id === room.firstUnread) {
        rows.push(divider('unread', 'unread', 'New'));
      }
      rows.push(message.note ? divider(message.id, 'lost', message.note) : this.#rowOf(room, message, before, rows.at(-1)?.isDivider));
    });
    return rows;
  }

  // The key holds what it is made of and can change: the place in a group, and the author's profile, which comes later.
  #rowOf(room, message, before, isAfterDivider) {
    const isFirst = isAfterDivider || before.author !== message.author || message.time - before.time > group;
    const profile = room.profileOf(message);
    return {
      key: [message.id, isFirst, profile.name, profile.initials, profile.hue].join(' '),
      make: () => makeMessage(message, {
        profile,
        isFirst,
        isOwn: message.userId === this.#userId,
        onRetry: (failed) => room.sayAgain(failed),
      }),
      update: (item) => updateMessage(item, message),
    };
  }

  #follow(list, isOther, wasAtEnd) {
    const newest = list.at(-1);
    const isNew = newest !== this.#newest;
    this.#newest = newest;
    if (wasAtEnd || (isNew && newest?.userId === this.#userId)) {
      this.#scrollToEnd();
    } else if (isNew && !isOther) {
      this.#showBelow(this.#below + 1);
    }
  }

  #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < near;
  }

  #scrollToEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#showBelow(0);
  }

  #showBelow(count) {
    this.#below = count;
    this.#jump.hidden = count === 0;
    setText(this.#jump.querySelector('span'), `${count} new`);
  }
}

function divider(key, kind, text) {
  return {
    key,
    isDivider: true,
    make: () => element('li', { className: `divider ${kind}` }, element('span')),
    update: (item) => setText(item.firstChild, text),
  };
}
