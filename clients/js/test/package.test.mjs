import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { useGateway } from './support/gateway.mjs';
import { Inbox } from './support/inbox.mjs';

const gateway = useGateway();
const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);
let folder;
let packed;

// What somebody has who has installed the package, and nothing of this repository.
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'realtime-gateway-'));
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
  [packed] = JSON.parse(stdout);
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, packed.filename)], { cwd: folder });
});

after(() => rm(folder, { recursive: true, force: true }));

test('The package has what its users need, and one dependency', async () => {
  const files = packed.files.map(({ path }) => path);
  const built = ['esm/index.js', 'esm/index.d.ts', 'cjs/index.js', 'cjs/index.d.ts', 'cjs/package.json', 'realtime-gateway.browser.js'];
  for (const file of ['README.md', 'package.json', ...built.map((name) => `dist/${name}`)]) {
    assert.ok(files.includes(file), `${file} is in the package`);
  }
  assert.deepEqual(files.filter((file) => !/^(dist\/|README\.md$|package\.json$)/.test(file)), []);
  const manifest = await readFile(join(folder, 'node_modules/realtime-gateway/package.json'), 'utf8');
  const { dependencies, private: isPrivate } = JSON.parse(manifest);
  assert.deepEqual([dependencies, isPrivate], [{ '@microsoft/signalr': '10.0.11' }, undefined]);
});

for (const [way, flags, code] of [
  ['import', ['--input-type=module'], 'import { RealtimeClient, RealtimeError } from "realtime-gateway";'],
  ['require()', ['--input-type=commonjs'], 'const { RealtimeClient, RealtimeError } = require("realtime-gateway");'],
]) {
  test(`The installed package works by ${way}`, async () => {
    const script = `${code}
      const rt = new RealtimeClient("http://127.0.0.1:1/realtime", { retryAttempts: 0 });
      rt.connect().catch((error) => console.log(error instanceof RealtimeError, error.code, rt.state));`;

    const { stdout } = await run(process.execPath, [...flags, '--eval', script], { cwd: folder });

    assert.equal(stdout, 'true unavailable error\n');
  });
}

test('The types of the installed package say what is right and what is wrong, for ESM and for CJS', async () => {
  await copyFile(join(root, 'test/types/consumer.mts'), join(folder, 'esm.mts'));
  const source = await readFile(join(root, 'test/types/consumer.mts'), 'utf8');
  // CJS has no await outside of functions.
  const [imports, body] = [source.match(/^import .*$/m)[0], source.replace(/^import .*$/m, '').replace('export const', 'const')];
  await writeFile(join(folder, 'cjs.cts'), `${imports}\nexport async function main(): Promise<unknown> {\n${body}\nreturn used;\n}\n`);
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: { strict: true, noEmit: true, module: 'NodeNext', target: 'ES2022', lib: ['ES2022', 'DOM'], types: [] },
    files: ['esm.mts', 'cjs.cts'],
  }));

  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [compiler, '--project', folder]).catch((error) => error);

  assert.equal(stdout, '');
});

test('The first lines of its README run as they are pasted', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, code] = /```js\n(.*?)```/s.exec(readme);
  const program = spawn(process.execPath, ['--input-type=module', '--eval', code.replace('http://localhost:5080', gateway.url)], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = new Inbox('a line');
  createInterface({ input: program.stdout }).on('line', lines.add);

  assert.deepEqual(await lines.nextOf(6), ['connecting', 'subscribing', 'connected', 'subscribed', '1 here', 'guest hello']);
  program.kill();
});

test('Its README names every option', async () => {
  const [readme, options] = await Promise.all(['README.md', 'src/options.ts'].map((file) => readFile(join(root, file), 'utf8')));
  const [, declared] = /interface RealtimeOptions \{(.*?)^\}/ms.exec(options);
  const [, table] = /## Options(.*?)## /s.exec(readme);
  const namesOf = (text, pattern) => [...text.matchAll(pattern)].map(([, name]) => name);

  assert.deepEqual(namesOf(table, /^\| `(\w+)` \|/gm), namesOf(declared, /^  (\w+)\?:/gm));
});

test('It is smaller than 8 kB, minified and compressed, without the SignalR client', async () => {
  const { outputFiles: [bundle] } = await build({
    entryPoints: [join(root, 'dist/esm/index.js')],
    bundle: true,
    external: ['@microsoft/signalr'],
    format: 'esm',
    minify: true,
    write: false,
  });

  const size = gzipSync(bundle.contents).length;
  assert.ok(size < 8 * 1024, `${size} bytes`);
});

test('The file for pages needs no other', async () => {
  const entryPoints = [join(root, 'dist/realtime-gateway.browser.js')];
  const { metafile } = await build({ entryPoints, bundle: true, write: false, metafile: true, platform: 'browser', format: 'esm' });

  const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  assert.deepEqual(imported.filter((path) => path !== '<runtime>'), []);
  const [{ exports }] = Object.values(metafile.outputs);
  assert.ok(exports.includes('RealtimeClient') && exports.includes('RealtimeError'));
});
