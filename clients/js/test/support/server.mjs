import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

const key = 'the-key-of-the-tests';

/** Settings with which `asServer` may do everything. */
export const serverKey = {
  Gateway__Auth__ApiKeys__0__Name: 'tests',
  Gateway__Auth__ApiKeys__0__Sha256: createHash('sha256').update(key).digest('hex'),
  Gateway__Auth__ApiKeys__0__Scopes__0: 'broadcast',
  Gateway__Auth__ApiKeys__0__Scopes__1: 'users',
  Gateway__Auth__ApiKeys__0__Scopes__2: 'connect',
};

/** The API key of `serverKey`. */
export const apiKey = key;

/** Posts what a trusted server would, and returns the answer; anything but a success fails. */
export async function asServer(gateway, path, body = {}) {
  const headers = { 'Content-Type': 'application/json', 'X-Api-Key': key };
  const response = await gateway.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  assert.ok(response.ok, `${path} was answered ${response.status}: ${await response.clone().text()}`);
  return response.json();
}
