import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { useGateway } from './support/gateway.mjs';
import { inTime } from './support/inTime.mjs';

const gateway = useGateway();

test("The README's client runs as it is pasted, and two of them hear each other", async () => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, code] = /```js\n(.*?)```/s.exec(readme);
  const greeting = "chat:lobby message { text: 'hello from JS' }";
  const clients = [];
  try {
    clients.push(run(code));
    assert.equal(await inTime(clients[0].heard(), 'the first hears itself'), greeting);
    clients.push(run(code));
    assert.equal(await inTime(clients[1].heard(), 'the second hears itself'), greeting);
    assert.equal(await inTime(clients[0].heard(), 'the first hears the second'), greeting);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
});

/** Runs code as a module of this package, against this gateway; `heard` gives the next event that it prints. */
function run(code) {
  const node = spawn('node', ['--input-type=module', '--eval', code.replace('http://localhost:5080', gateway.url)], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: node.stdout })[Symbol.asyncIterator]();
  return {
    async heard() {
      for (;;) {
        const { value, done } = await lines.next();
        if (done || value.startsWith('chat:')) {
          return value;
        }
      }
    },
    async end() {
      node.kill();
      await once(node, 'exit');
    },
  };
}
