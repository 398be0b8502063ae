import { fileURLToPath } from 'node:url';
import { scene } from './support/browser.mjs';

const picture = fileURLToPath(new URL('../../../docs/images/chat.png', import.meta.url));
const desktop = { viewport: { width: 1200, height: 790 }, deviceScaleFactor: 1.5 };

// The picture of the README, made anew by `npm run screenshot`. What it shows has just happened; only the clock is made up.
scene('Ben comes out of the tunnel', async (people) => {
  const ann = await people.enter('Ann Lee', { isBlue: true });
  const ben = await people.enter('Ben Okafor', desktop);
  const mia = await people.enter('Mia');
  await ben.enterRoom('Random');
  await mia.enterRoom('Random');
  await ben.enterRoom('Lobby');
  const said = async (person, text) => {
    await person.say(text);
    await person.hasSaid(text);
  };
  await said(ann, 'Morning! Is the demo still at ten?');
  await said(ben, 'Yes. I am on the train, so I may lose the net.');
  await ben.sees('Morning! Is the demo still at ten?');

  await ben.pullThePlug();
  await said(ann, 'No hurry, we begin with the slides.');
  await said(ann, 'Room 4, by the way.');
  await mia.enterRoom('Lobby');
  await said(mia, 'I keep you a seat.');
  await ben.say('Out of the tunnel. Did I miss anything?');

  await ben.plugBackIn();
  await ben.notice('3 messages were recovered').waitFor();
  await ben.hasSaid('Out of the tunnel. Did I miss anything?');
  await mia.enterRoom('Random');
  await said(mia, 'Coffee, anyone?');
  await ben.page.getByRole('button', { name: 'Random, 1 unread' }).waitFor();
  await ann.composer.pressSequentially('Nothing');
  await ben.typing('Ann Lee is typing…').waitFor();

  await ben.page.evaluate(() => document.querySelectorAll('time').forEach((time, index) => {
    time.textContent = `09:${String(41 + index).padStart(2, '0')}`;
  }));
  await ben.page.screenshot({ path: picture, animations: 'disabled' });
});
