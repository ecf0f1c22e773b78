// Types of editor-ipc.js.

export interface BackendConfig {
  id: string;
  name: string;
  createdAt: string;
  port: number;
  projectIds: string[];
}

export interface Status {
  running: boolean;
  port?: number;
  url?: string;
}

export interface Backends {
  /** Ask as a renderer does: invoke('backend:status', id). */
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
  /** End the launcher and every backend it has started; happens by itself when the app quits. */
  stop(): Promise<unknown>;
}

export function handleBackends(options: {
  ipcMain: object;
  app: object;
  command?: string[];
  environment?: { [name: string]: string | undefined };
}): Backends;

/** The channels that are answered. */
export const CHANNELS: { [channel: string]: (...args: any[]) => unknown[] };
