import { Chat } from './chat.js';
import { signIn } from './session.js';
import { byId } from './views/dom.js';
import { SignInForm } from './views/sign-in.js';

const form = new SignInForm(async (name, teams) => {
  const client = await signIn(name, teams);
  form.hide();
  const chat = new Chat(client, name);
  chat.start();

  // A page that is loaded anew has forgotten everything, as whoever comes next expects.
  byId('leave').addEventListener('click', async () => {
    if (client.state === 'connected') {
      await chat.end();
    }
    await client.dispose();
    location.reload();
  });
});
form.show();
