import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { behaviours } from './support/behaviour.mjs';

test('Every behaviour that the clients share has one test here, and no test is of another', () => {
  const folder = new URL('.', import.meta.url);
  const tested = readdirSync(folder)
    .filter((file) => file.endsWith('.test.mjs'))
    .flatMap((file) => [...readFileSync(new URL(file, folder), 'utf8').matchAll(/^behaviour\('([^']+)'/gm)])
    .map(([, id]) => id);

  assert.deepEqual(tested.sort(), [...behaviours.keys()].sort());
});
