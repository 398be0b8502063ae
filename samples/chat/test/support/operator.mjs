import { createHash } from 'node:crypto';

/** The API key of whoever runs the gateway, for what only a server may. */
export const key = 'the-key-of-the-operator';

/** The settings of a gateway that knows this key. */
export const operator = {
  Gateway__Auth__ApiKeys__0__Name: 'operator',
  Gateway__Auth__ApiKeys__0__Sha256: createHash('sha256').update(key).digest('hex'),
  Gateway__Auth__ApiKeys__0__Scopes__0: 'admin',
  Gateway__Auth__ApiKeys__0__Scopes__1: 'users',
  Gateway__Auth__ApiKeys__0__Scopes__2: 'history',
};
