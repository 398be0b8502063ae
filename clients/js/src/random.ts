/** A random word of 2 * `bytes` hexadecimal digits. */
export function randomWord(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
