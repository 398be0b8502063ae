const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

export function clockOf(time) {
  return clock.format(time);
}

/** A word for the day of a message: today, yesterday, or its date. */
export function dayOf(time, now = new Date()) {
  const days = Math.round((startOf(time) - startOf(now)) / 86_400_000);
  return days === 0 || days === -1 ? capitalized(relative.format(days, 'day')) : day.format(time);
}

export function isSameDay(one, other) {
  return startOf(one) === startOf(other);
}

function startOf(time) {
  return new Date(time).setHours(0, 0, 0, 0);
}

function capitalized(text) {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
