import assert from 'node:assert/strict';
import { inTime } from '../../../clients/js/test/support/inTime.mjs';
import { scene } from './support/browser.mjs';

scene('Everything can be done by the keyboard alone', async (people) => {
  const ben = await people.enter('Ben');
  const ann = await people.arrive();
  const { keyboard } = ann.page;
  const focused = () => ann.page.evaluate(textOfFocus);
  const follow = async (text) => {
    while ((await focused()) !== text) {
      await ann.page.evaluate(() => new Promise(requestAnimationFrame));
    }
  };
  const focusIsIn = (text) => inTime(follow(text), `the focus comes to '${text}'`);

  await keyboard.type('Ann');
  await keyboard.press('Tab');
  await keyboard.press('Space');
  await keyboard.press('Enter');
  await focusIsIn('Message to Lobby');
  await keyboard.type('First line');
  await keyboard.press('Shift+Enter');
  await keyboard.type('second line');
  await keyboard.press('Enter');
  await ben.sees('First line\nsecond line');

  await keyboard.press('Escape');
  await focusIsIn('Lobby');
  await keyboard.press('ArrowUp');
  assert.equal(await focused(), 'Team Blue');
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowDown');
  assert.equal(await focused(), 'Random');
  await keyboard.press('Enter');
  await focusIsIn('Message to Random');
  await keyboard.type('By hand');
  await keyboard.press('Enter');
  await ann.hasSaid('By hand');

  await keyboard.press('Escape');
  await keyboard.press('Tab');
  await keyboard.press('Tab');
  assert.equal(await focused(), 'Pull the plug');
  await keyboard.press('Enter');
  await focusIsIn('Plug back in');
  await keyboard.press('Enter');
  await focusIsIn('Pull the plug');
  ann.findsNoProblem();
});

scene('The list of people, where it lies over the room, is closed by Escape', async (people) => {
  const ann = await people.enter('Ann', { viewport: { width: 390, height: 844 } });
  const toggle = ann.page.getByRole('button', { name: /here$/ });
  await toggle.focus();
  await ann.page.keyboard.press('Enter');
  await ann.member('Ann').waitFor();
  assert.equal(await toggle.getAttribute('aria-expanded'), 'true');
  await ann.page.keyboard.press('Escape');
  await ann.member('Ann').waitFor({ state: 'hidden' });
  assert.equal(await toggle.evaluate((button) => button === document.activeElement), true);
});

function textOfFocus() {
  const { textContent, placeholder } = document.activeElement;
  return textContent.trim() || placeholder;
}
