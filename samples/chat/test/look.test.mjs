import assert from 'node:assert/strict';
import { scene } from './support/browser.mjs';
import { poorContrasts } from './support/contrast.mjs';

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, reducedMotion: 'reduce' };
const desktop = { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' };

for (const colorScheme of ['light', 'dark']) {
  for (const [device, options] of Object.entries({ phone, desktop })) {
    scene(`On a ${device} in ${colorScheme}, everything fits and can be read`, async (people) => {
      const ben = await people.enter('Ben', desktop);
      const ann = await people.arrive({ ...options, colorScheme });
      await looksGood(ann);
      await ann.signIn('Ann', false);
      await ann.say('A word', 'Of unusual length: '.padEnd(300, 'm'));
      await ann.hasSaid('A word');
      await ben.say('Another');
      await ann.sees('Another');
      await ben.composer.pressSequentially('Hm');
      await ann.typing('Ben is typing…').waitFor();
      await looksGood(ann);

      await ann.pullThePlug();
      await ann.say('Waiting');
      await ben.say('Missed');
      await ben.hasSaid('Missed');
      await looksGood(ann);
      await ann.plugBackIn();
      await ann.notice('1 message was recovered').waitFor();
      await looksGood(ann);

      if (device === 'phone') {
        await ann.page.getByRole('button', { name: /here$/ }).click();
        await ann.member('Ben').waitFor();
        await looksGood(ann);
        await ann.page.getByRole('button', { name: 'Close the list' }).click();
      }

      await ann.room('Team Blue').click();
      await ann.page.getByText('permission_denied').waitFor();
      await ben.say('Unread');
      await ann.page.getByRole('button', { name: 'Lobby, 1 unread' }).waitFor();
      await looksGood(ann);
      ann.findsNoProblem();
    });
  }
}

async function looksGood({ page }) {
  const { count, poor } = await page.evaluate(poorContrasts);
  assert.deepEqual(poor, []);
  assert.ok(count > 4, 'there are texts to compare');
  const [width, needed] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
  assert.ok(needed <= width, `It needs ${needed} px and has ${width}.`);
}
