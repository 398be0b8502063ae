/**
 * Stands between a page, before it signs in, and the gateway.
 * @param onSent is given each message that the page sends, and gives what goes on in its place: a text, or nothing
 * @returns what can be done on its last connection: `reply` sends the page something, and `closed` is done when the page closes it
 */
export async function tapWire(person, onSent) {
  const wire = {};
  await person.page.routeWebSocket(/\/realtime/, (socket) => {
    const server = socket.connectToServer();
    wire.reply = (message) => socket.send(`${JSON.stringify(message)}\u001e`);
    socket.onMessage((text) => {
      const passed = onSent(text, wire);
      if (passed) {
        server.send(passed);
      }
    });
    wire.closed = new Promise((resolve) => {
      socket.onClose((code) => {
        resolve();
        void server.close({ code });
      });
    });
  });
  return wire;
}
