interface NodeProcess {
  release?: { name?: string };
  getBuiltinModule?(name: 'module'): { createRequire(from: string): ((name: string) => unknown) & { resolve(name: string): string } };
}

const { process } = globalThis as { process?: NodeProcess };

/** Whether headers can be set on a WebSocket; a page cannot. */
export const isNode = process?.release?.name === 'node';

type WebSocketClass = new (...args: any[]) => WebSocket;

/**
 * The class that the SignalR client takes by itself, but each socket is handed out as soon as it is made: the SignalR client cannot
 * give up one that is still being opened. Undefined where the class is not found; then the SignalR client finds it alone.
 */
export function observedWebSocket(made: (socket: WebSocket) => void): typeof WebSocket | undefined {
  const base = isNode ? nodeWebSocket() : (globalThis.WebSocket as WebSocketClass | undefined);
  return base && (class extends base {
    constructor(...args: unknown[]) {
      super(...args);
      made(this);
    }
  } as unknown as typeof WebSocket);
}

// In Node the SignalR client has one of its own, `ws`.
function nodeWebSocket(): WebSocketClass | undefined {
  try {
    const { createRequire } = process!.getBuiltinModule!('module');
    return createRequire(createRequire(import.meta.url).resolve('@microsoft/signalr'))('ws') as WebSocketClass;
  } catch {
    return undefined;
  }
}
