import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const file = new URL('../../../../testdata/clients/behaviours.json', import.meta.url);

/** What both clients do, by id. */
export const behaviours = new Map(JSON.parse(readFileSync(file, 'utf8')).map(({ id, says }) => [id, says]));

/** Defines the test of a behaviour that both clients share; its title is the behaviour's sentence. */
export function behaviour(id, define) {
  test(behaviours.get(id) ?? assert.fail(`No behaviour is called '${id}'.`), define);
}
