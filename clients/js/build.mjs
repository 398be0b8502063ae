// Builds `dist` from `src`, unless nothing changed since: ESM and CJS, each with its types, and one file for pages without a bundler.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('.', import.meta.url));
const dist = join(folder, 'dist');
const stamp = join(dist, '.inputs');

const inputs = createHash('sha256');
for (const name of ['build.mjs', 'package.json', 'package-lock.json', 'tsconfig.json', ...sources()]) {
  inputs.update(name).update(readFileSync(join(folder, name)));
}
const hash = inputs.digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
  rmSync(dist, { recursive: true, force: true });
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
  execFileSync(process.execPath, [join(typescript, '../bin/tsc'), '--project', folder], { stdio: 'inherit' });
  cpSync(join(dist, 'esm'), join(dist, 'cjs'), { recursive: true });
  const common = { entryPoints: [join(folder, 'src/index.ts')], bundle: true, target: 'es2022', logLevel: 'warning' };
  await Promise.all([
    build({ ...common, format: 'esm', external: ['@microsoft/signalr'], outfile: join(dist, 'esm/index.js'), sourcemap: true }),
    build({
      ...common,
      format: 'cjs',
      platform: 'node',
      external: ['@microsoft/signalr'],
      outfile: join(dist, 'cjs/index.js'),
      sourcemap: true,
      define: { 'import.meta.url': '__filename' },
    }),
    build({ ...common, format: 'esm', platform: 'browser', minify: true, outfile: join(dist, 'realtime-gateway.browser.js') }),
  ]);
  writeFileSync(join(dist, 'cjs/package.json'), '{ "type": "commonjs" }\n');
  writeFileSync(stamp, hash);
}

function sources() {
  return readdirSync(join(folder, 'src')).sort().map((name) => `src/${name}`);
}
