import assert from 'node:assert/strict';
import { scene } from './support/browser.mjs';
import { key, operator } from './support/operator.mjs';
import { tapWire } from './support/wire.mjs';

scene('Who pulls the plug and puts it back in has all that was said meanwhile, in order, once and marked', async (people) => {
  const ann = await people.enter('Ann');
  const ben = await people.enter('Ben');
  await ann.member('Ben').waitFor();
  await ann.say('Before');
  await ben.sees('Before');

  await ben.pullThePlug();
  await ben.notice('The plug is pulled').waitFor();
  const missed = ['Missed one', 'Missed two', 'Missed three'];
  await ann.say(...missed);
  await ann.hasSaid(missed[2]);
  await ben.say('Written in the dark');
  await ben.message('Written in the dark').getByText('Sending…').waitFor();
  assert.equal(await ben.message(missed[0]).count(), 0);
  assert.equal(await ann.message('Written in the dark').count(), 0);

  await ben.plugBackIn();
  await ben.notice('3 messages were recovered in Lobby').waitFor();
  await ben.hasSaid('Written in the dark');
  await ann.sees('Written in the dark');
  assert.deepEqual(await ben.messages(), ['Before', ...missed, 'Written in the dark']);
  assert.deepEqual(await ben.messages(), await ann.messages());
  assert.deepEqual(await ben.page.locator('.message.recovered .message-text').allTextContents(), missed);
  assert.deepEqual(await ben.dividers(), ['Today', 'Recovered 3 messages']);
  assert.deepEqual(await ann.names(), ['Ann', 'Ben'], 'he was expected back, and is');

  await ann.say('After');
  await ben.sees('After');
  assert.equal(await ben.message('After').getByText('recovered').count(), 0);
  ann.findsNoProblem();
  ben.findsNoProblem();
});

scene('A link that is lost comes back by itself, with what was said meanwhile', async (people, gateway, proxy) => {
  const ann = await people.enter('Ann');
  const ben = await people.enter('Ben', { isFar: true });
  await ann.member('Ben').waitFor();
  proxy.refuse();
  await ben.page.locator('#link-state').getByText('Reconnecting…').waitFor();
  await ben.notice('The connection is lost.').waitFor();
  await ann.say('Missed');
  await ann.hasSaid('Missed');
  await ben.say('Waiting');
  await ben.message('Waiting').getByText('Sending…').waitFor();

  proxy.pass();
  await ben.notice('1 message was recovered in Lobby').waitFor();
  await ben.page.locator('#link-state').getByText('Connected').waitFor();
  await ben.hasSaid('Waiting');
  assert.deepEqual(await ben.messages(), ['Missed', 'Waiting']);
});

scene('Who loses the link while he enters a room is inside as soon as it is back', async (people) => {
  const ann = await people.enter('Ann');
  await ann.enterRoom('Random');
  await ann.say('Before');
  await ann.hasSaid('Before');
  const ben = await people.arrive();
  let held;
  await tapWire(ben, (text) => (held && text.includes('GetHistory') ? void held() : text));
  await ben.signIn('Ben', false);

  const isAsking = new Promise((resolve) => (held = resolve));
  await ben.room('Random').click();
  await isAsking;
  held = undefined;
  await ben.pullThePlug();
  await ben.plugBackIn();

  await ben.isInside();
  await ben.sees('Before');
  await ann.member('Ben').waitFor();
  assert.equal(await ben.page.getByRole('alert').filter({ hasText: 'closed to you' }).count(), 0);
});

scene('What is gone for good is told; what is kept is shown', async (people, gateway) => {
  const ann = await people.enter('Ann');
  const ben = await people.enter('Ben');
  await ann.say('Before');
  await ben.sees('Before');
  await ben.pullThePlug();
  await ann.say('Deleted');
  await ann.hasSaid('Deleted');
  const deleted = await gateway.fetch('/api/channels/chat:lobby/history', { method: 'DELETE', headers: { 'X-Api-Key': key } });
  assert.equal(deleted.ok, true);
  await ann.say('Kept');
  await ann.hasSaid('Kept');

  await ben.plugBackIn();
  await ben.sees('Kept');
  const [, told] = await ben.dividers();
  assert.match(told, /^Messages may be missing here \(\w+\)\.$/);
  assert.deepEqual(await ben.messages(), ['Before', 'Kept']);
  ben.findsNoProblem();
}, operator);

scene('More than can wait is refused at once, and can be tried again', async (people) => {
  const ann = await people.enter('Ann');
  await ann.pullThePlug();
  const texts = Array.from({ length: 101 }, (_, index) => `Number ${index + 1}`);
  await ann.say(...texts);
  await ann.message('Number 101').getByText('Not sent.').waitFor();
  assert.equal(await ann.page.locator('.message[data-state=pending]').count(), 100);

  await ann.plugBackIn();
  await ann.hasSaid('Number 100');
  await ann.message('Number 101').getByRole('button', { name: 'Try again' }).click();
  await ann.hasSaid('Number 101');
  assert.deepEqual(await ann.messages(), texts);
  ann.findsNoProblem();
});
