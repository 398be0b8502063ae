import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { useGateway } from './support/gateway.mjs';
import { inTime } from './support/inTime.mjs';

const repository = new URL('../../../', import.meta.url);
const folder = new URL('../', import.meta.url);
const readme = await readFile(new URL('README.md', repository), 'utf8');

// As the README starts it, by its launch profile; only the port is a free one, and the build is not done again.
const gateway = useGateway({ ASPNETCORE_ENVIRONMENT: undefined }, ['run', '--project', 'Gateway', '--no-build', '--']);
const pasted = [];

afterEach(async () => {
  await Promise.all(pasted.splice(0).map((client) => client.end()));
  await gateway.endClients();
});

test("The README's clients run as they are pasted: the package, the .NET client, and a SignalR client, and those that are there hear each other", async () => {
  const ann = pasteJs();
  assert.match(await said(ann), /hello from JS/, 'the first hears itself');
  const bob = await pasteCSharp();
  assert.match(await said(ann), /hello from C#/, 'who is there hears the second');
  assert.match(await said(bob), /hello from C#/);
  const carl = pasteJs('SignalR');
  for (const client of [ann, bob, carl]) {
    assert.match(await said(client), /hello from SignalR/, 'all hear the third');
  }

  const watcher = await gateway.connect();
  const overHttp = await (await gateway.fetch('/api/channels/chat:lobby/members')).json();
  assert.equal(overHttp.count, 3);
  assert.deepEqual(overHttp.members, (await watcher.invoke('GetMembers', 'chat:lobby')).members);
});

test('A guest is refused the room of a team; a member, by the token of the README, is let in', async () => {
  const [, body] = /\/dev\/token --json '(.*?)'/.exec(readme);
  const { userId, ...claims } = JSON.parse(body);
  const [guest, member] = [await gateway.connect(), await gateway.connect(undefined, await gateway.devToken(userId, claims))];

  assert.equal(await guest.refusalOf('Subscribe', 'team:blue:room'), "permission_denied: You may not read 'team:blue:room'.");
  assert.equal((await member.invoke('Subscribe', 'team:blue:room')).channels[0].channel, 'team:blue:room');
});

function said(client) {
  return inTime(client.heard(), 'a pasted client hears something');
}

function pasteJs(who = 'JS') {
  const code = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, block]) => block).find((block) => block.includes(`hello from ${who}"`));
  return run('node', ['--input-type=module', '--eval', here(code)]);
}

// Below the repository, as a newcomer's file is, but where git does not look.
async function pasteCSharp() {
  const [, code] = /```csharp\n(.*?)```/s.exec(readme);
  const file = new URL('node_modules/.readme/chat.cs', folder);
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, here(code).replace('Gateway.Client\n', `${fileURLToPath(repository)}Gateway.Client\n`));
  await built(fileURLToPath(file));
  return run('dotnet', ['run', fileURLToPath(file)]);
}

// How long a compiler takes says nothing of what it compiles.
async function built(file) {
  const compiler = spawn('dotnet', ['build', file, '-v', 'q'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  compiler.stdout.on('data', (chunk) => output.push(chunk));
  compiler.stderr.on('data', (chunk) => output.push(chunk));
  const [code] = await once(compiler, 'close');
  assert.equal(code, 0, Buffer.concat(output).toString());
}

function here(code) {
  return code.replace('http://localhost:5080', gateway.url);
}

/** Runs a client in this package's folder; `heard` gives the next message that it prints, and passes over who comes and goes. */
function run(command, args) {
  // A group of its own: `dotnet run` starts the client as a process of its own, which is to end with it.
  const client = spawn(command, args, { cwd: fileURLToPath(folder), stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
  const running = {
    async heard() {
      for (;;) {
        const { value, done } = await lines.next();
        assert.ok(!done, `${command} ended`);
        if (value.startsWith('chat:lobby message')) {
          return value;
        }
      }
    },
    async end() {
      const ended = once(client, 'exit');
      process.kill(-client.pid, 'SIGKILL');
      await inTime(ended, `${command} ends`);
    },
  };
  pasted.push(running);
  return running;
}
