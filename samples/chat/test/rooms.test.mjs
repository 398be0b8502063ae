import assert from 'node:assert/strict';
import { scene } from './support/browser.mjs';
import { key, operator } from './support/operator.mjs';

scene('Each room has its own messages and people, and says how many of them are unread', async (people) => {
  const ann = await people.enter('Ann');
  const ben = await people.enter('Ben');
  await ann.enterRoom('Random');
  await ben.enterRoom('Random');
  await ann.member('Ben').waitFor();
  await ann.say('Only at random');
  await ben.sees('Only at random');

  await ben.enterRoom('Lobby');
  assert.equal(await ben.message('Only at random').count(), 0);
  await ann.say('One more', 'And another');
  await ben.page.getByRole('button', { name: 'Random, 2 unread' }).waitFor();
  assert.match(await ben.page.title(), /^\(2\) Lobby/);

  await ben.enterRoom('Random');
  assert.deepEqual(await ben.messages(), ['Only at random', 'One more', 'And another']);
  assert.deepEqual(await ben.dividers(), ['Today', 'New']);
  await ben.page.getByRole('button', { name: 'Random', exact: true }).waitFor();
});

scene("A stranger is refused at the team's room, with the reason; a member is let in", async (people) => {
  const ann = await people.enter('Ann', { isBlue: true });
  const ben = await people.enter('Ben');
  await ann.enterRoom('Team Blue');
  await ann.say('Among ourselves');
  await ann.hasSaid('Among ourselves');

  await ben.room('Team Blue').click();
  const refusal = ben.page.getByRole('alert').filter({ hasText: 'Team Blue is closed to you' });
  await refusal.waitFor();
  assert.match(await refusal.textContent(), /You may not read 'team:blue:room'\./);
  assert.match(await refusal.textContent(), /permission_denied/);
  assert.equal(await ben.composer.isVisible(), false);
  assert.deepEqual(await ben.messages(), []);
  assert.deepEqual(await ann.names(), ['Ann']);

  await ben.enterRoom('Lobby');
  await ben.say('At least here');
  await ben.hasSaid('At least here');

  const cara = await people.enter('Cara', { isBlue: true });
  await cara.enterRoom('Team Blue');
  await cara.sees('Among ourselves');
  ben.findsNoProblem();
});

scene('Guests are told apart, by what they say and in the list of who is here', async (people) => {
  const ann = await people.enter('Ann');
  const [one, other] = [await people.guest(), await people.guest()];
  await ann.member('Guest').nth(1).waitFor();
  assert.deepEqual(await ann.names(), ['Ann', 'Guest', 'Guest']);

  for (const [guest, text] of [[one, 'I am one'], [one, 'Still me'], [other, 'I am another']]) {
    await guest.send('chat:lobby', 'message', { text });
    await ann.sees(text);
  }
  assert.equal(await ann.page.locator('.message.first .message-author').filter({ hasText: 'Guest' }).count(), 2);
});

scene('Who comes late reads what was said before, in order', async (people) => {
  const ann = await people.enter('Ann');
  const ben = await people.enter('Ben');
  const said = ['The first', 'The second', 'The third'];
  await ann.say(said[0]);
  await ben.sees(said[0]);
  await ben.say(said[1]);
  await ann.sees(said[1]);
  await ann.say(said[2]);
  await ann.hasSaid(said[2]);

  const cara = await people.enter('Cara');
  assert.deepEqual(await cara.messages(), said);
  assert.deepEqual(await cara.dividers(), ['Today']);
});

scene('Who is put out of a room is told so, and the others go on', async (people, gateway) => {
  const ann = await people.enter('Ann');
  const ben = await people.enter('Ben');
  const put = await gateway.fetch('/api/users/Ben/unsubscribe', {
    method: 'POST',
    headers: { 'X-Api-Key': key, 'Content-Type': 'application/json' },
    body: JSON.stringify({ channels: ['chat:lobby'] }),
  });
  assert.equal(put.ok, true);
  await ben.page.getByRole('alert').filter({ hasText: 'Lobby is closed to you' }).waitFor();
  await ann.member('Ben').waitFor({ state: 'detached' });
  await ben.enterRoom('Random');
  await ben.say('Here then');
  await ben.hasSaid('Here then');
}, operator);
