import { RealtimeClient } from './realtime-gateway.js';
import { profileOf } from './profile.js';

/**
 * Signs in: gets a token and connects with it.
 * @param {string} name the user's name, which is his id here
 * @param {string[]} teams the teams that the token shall name
 * @returns {Promise<RealtimeClient>} connected, with a profile that others see
 * @throws {Error} with a sentence for people
 */
export async function signIn(name, teams) {
  // The first token is asked for here, so that a refusal is told on the form. The client asks for the later ones.
  let first = await tokenOf(name, teams);
  const token = async () => {
    const given = first ?? (await tokenOf(name, teams));
    first = null;
    return given;
  };
  const client = new RealtimeClient(new URL('/realtime', location.href).href, { token });
  try {
    await client.updateProfile(profileOf(name));
  } catch (error) {
    await client.dispose(); // Else it would try on, beside the one of the next attempt.
    throw error;
  }
  return client;
}

// Only a gateway in Development gives tokens away, and only to callers on its machine. Yours come from your own sign-in.
async function tokenOf(userId, teams) {
  const response = await fetch('/dev/token', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ userId, teams }),
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.detail);
  }
  return answer.token;
}
