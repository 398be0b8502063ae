/** What a user shows of himself instead of a picture. Both follow from the name, so that it looks the same everywhere. */

/** The profile of a name, as it is given to `updateProfile`: `{ name, initials, hue }`, with a hue from 0 to 359. */
export function profileOf(name) {
  return { name, initials: initialsOf(name), hue: hueOf(name) };
}

/**
 * The profile that others told, as far as it can be one: it is whatever they like to say. So the name that is shown is not theirs to
 * choose: it is the user's id, which their token vouches for.
 */
export function readProfile(userId, told) {
  const own = profileOf(userId);
  return {
    name: own.name,
    initials: isText(told?.initials) ? lettersOf(told.initials).slice(0, 2).join('') : own.initials,
    hue: Number.isInteger(told?.hue) ? told.hue % 360 : own.hue,
  };
}

function initialsOf(name) {
  const words = name.split(/[\s._-]+/u).filter(Boolean);
  const letters = words.length > 1 ? [lettersOf(words[0])[0], lettersOf(words.at(-1))[0]] : lettersOf(name).slice(0, 2);
  return letters.join('').toLocaleUpperCase();
}

// From green over blue to red, without the muddy yellows; far apart also for names that are nearly the same (FNV-1a).
function hueOf(name) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return (150 + (hash % 240)) % 360;
}

function lettersOf(text) {
  return [...text.trim()];
}

function isText(value) {
  return typeof value === 'string' && value.trim() !== '';
}
