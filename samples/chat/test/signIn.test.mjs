import assert from 'node:assert/strict';
import { inTime } from '../../../clients/js/test/support/inTime.mjs';
import { scene } from './support/browser.mjs';
import { tapWire } from './support/wire.mjs';

scene('A sign-in that fails says why, and leaves no connection behind', async (people) => {
  const ann = await people.arrive();
  let refuses = true;
  const wire = await tapWire(ann, (text, { reply }) => {
    if (!refuses || !text.includes('UpdateProfile')) {
      return text;
    }
    const { invocationId } = JSON.parse(text.slice(0, -1));
    reply({ type: 3, invocationId, error: 'permission_denied: Not today.' });
  });
  await ann.page.getByLabel('Your name').fill('Ann');
  await ann.page.getByRole('button', { name: 'Enter' }).click();
  await ann.page.getByText('Not today.').waitFor();
  await inTime(wire.closed, 'the page closes its connection');

  refuses = false;
  await ann.signIn('Ann', false);
  ann.findsNoProblem();
});

scene('Whatever somebody calls himself in his profile, his user id is what others read', async (people) => {
  const ann = await people.enter('Ann');
  const mallory = await people.arrive();
  await tapWire(mallory, (text) => text.replace('"name":"Mallory"', '"name":"Ann"'));
  await mallory.signIn('Mallory', false);
  await ann.member('Mallory').waitFor();
  await mallory.say('I am Ann');
  await ann.sees('I am Ann');

  assert.equal(await ann.message('I am Ann').locator('.message-author').textContent(), 'Mallory');
  assert.deepEqual(await ann.names(), ['Ann', 'Mallory']);
});
