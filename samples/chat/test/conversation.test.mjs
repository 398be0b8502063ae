import assert from 'node:assert/strict';
import { scene } from './support/browser.mjs';

scene('Two people see each other come and go, and hear each other', async (people) => {
  const ann = await people.enter('Ann Lee');
  const ben = await people.enter('Ben');
  await ann.member('Ben').waitFor();
  assert.deepEqual(await ben.names(), ['Ann Lee', 'Ben']);
  assert.equal(await ann.member('Ann Lee').getByText('you').count(), 1);

  await ann.say('Hello');
  await ben.sees('Hello');
  await ben.say('Hi');
  await ann.sees('Hi');
  await Promise.all([ann.hasSaid('Hello'), ben.hasSaid('Hi')]);
  assert.deepEqual(await ann.messages(), ['Hello', 'Hi']);
  assert.deepEqual(await ben.messages(), ['Hello', 'Hi']);

  await ben.page.getByRole('button', { name: 'Leave the chat' }).click();
  await ben.page.getByLabel('Your name').waitFor();
  await ann.member('Ben').waitFor({ state: 'detached' });
  ann.findsNoProblem();
  ben.findsNoProblem();
});

scene('A picture is made of the name: initials, and a colour that is the same for everybody', async (people) => {
  const ann = await people.enter('Ann Lee');
  const ben = await people.enter('Ben');
  const colour = (person, name) => person.member(name).locator('.avatar').evaluate((picture) => getComputedStyle(picture).backgroundColor);
  await ann.member('Ben').waitFor();
  assert.equal(await ben.member('Ann Lee').locator('.avatar').textContent(), 'AL');
  assert.equal(await ann.member('Ben').locator('.avatar').textContent(), 'BE');
  assert.equal(await ann.member('Ben').locator('.avatar').textContent(), await ben.member('Ben').locator('.avatar').textContent());
  assert.equal(await colour(ann, 'Ben'), await colour(ben, 'Ben'));
  assert.notEqual(await colour(ann, 'Ben'), await colour(ann, 'Ann Lee'));
});

scene('Who types is shown, until he has sent it or stops; nothing of it stays', async (people) => {
  const ann = await people.enter('Ann');
  const ben = await people.enter('Ben');
  await ben.member('Ann').waitFor();
  await ann.composer.pressSequentially('He');
  await ben.typing('Ann is typing…').waitFor();
  assert.equal(await ann.typing('Ann is typing…').count(), 0, 'not oneself');

  await ann.say('Here it is');
  await ben.sees('Here it is');
  await ben.typing('Ann is typing…').waitFor({ state: 'detached' });

  await ann.composer.pressSequentially('Hm');
  await ben.typing('Ann is typing…').waitFor();
  await ben.typing('Ann is typing…').waitFor({ state: 'detached' }); // She says no more: it fades by itself.

  const cara = await people.enter('Cara');
  assert.equal(await cara.typing(/typing/).count(), 0);
  cara.findsNoProblem();
});

scene('What others write is text, whatever it looks like', async (people) => {
  const ann = await people.enter('<b>Ann</b>'.replaceAll('/', ''));
  const ben = await people.enter('Ben');
  const text = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  await ann.say(text);
  await ben.sees(text);
  assert.equal(await ben.page.locator('.scroller :is(img, script)').count(), 0);
  ben.findsNoProblem();
});
