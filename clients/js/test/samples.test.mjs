import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { useGateway } from './support/gateway.mjs';

const gateway = useGateway();

test('The presence sample prints who comes and goes, as each of its clients hears it', async () => {
  const heard = await runSample('presence', 'presence.mjs');
  const of = (name) => heard.filter(({ who }) => who === name).map(({ what }) => what);

  const cara = ['join cara', 'update cara {"mood":"curious"}'];
  assert.deepEqual(of('Olga'), ['join ben', ...cara, 'leave cara {"mood":"curious"}', 'leave ben'], 'the hidden one sees all');
  assert.deepEqual(of('Ben 1'), cara, 'a tab without echo hears the others until it is closed');
  assert.deepEqual(of('Ben 2'), [...cara, 'leave cara {"mood":"curious"}'], 'two tabs are one member');
  assert.deepEqual(of('Cara'), cara, 'who was pulled off the net hears no more');
  assert.deepEqual(of('members'), ['ben (2), cara (1)', 'ben (1)', 'ben (0)', 'none'], 'nobody sees who is hidden');

  const missed = heard.find(({ what }) => what.startsWith('leave cara')).at;
  assert.ok(missed > 30 && missed < 55, `half-open for 30 s, then expected for 10 s; told after ${missed} s`);
});

// Where this package's own client library is found, and git does not look.
async function runSample(name, script) {
  const folder = fileURLToPath(new URL(`../node_modules/.samples/${name}/`, import.meta.url));
  await cp(fileURLToPath(new URL(`../../../samples/${name}/`, import.meta.url)), folder, {
    recursive: true,
    filter: (path) => !path.includes(`${name}/node_modules`),
  });
  const { stdout } = await promisify(execFile)('node', [script, gateway.url], { cwd: folder, timeout: 100_000 });
  return stdout
    .split('\n')
    .map((line) => /^ *([\d.]+) s {2}(\S+(?: \d)?)(?: hears)?: (.*)$/.exec(line))
    .filter(Boolean)
    .map(([, at, who, what]) => ({ at: Number(at), who, what }));
}
