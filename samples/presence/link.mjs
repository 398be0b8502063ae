import { connect, createServer } from 'node:net';
import { once } from 'node:events';

/** A network link to a server on this machine that can be pulled: then nothing passes any more, and neither side is told. */
export async function openLink(url) {
  const { hostname, port } = new URL(url);
  const pairs = [];
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    pairs.push([near, far]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    pull() {
      for (const [near, far] of pairs) {
        near.unpipe(far).pause();
        far.unpipe(near).pause();
      }
    },
    close() {
      server.close();
      pairs.flat().forEach((socket) => socket.destroy());
    },
  };
}
