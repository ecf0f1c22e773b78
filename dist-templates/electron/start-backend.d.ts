// Types of start-backend.js.

import { EventEmitter } from 'events';

export interface Options {
  /** `app` of Electron. */
  app: object;
  /** Folder with backend.json and the bundle. Default: `backend` in the app's resources. */
  folder?: string;
  /** Folder for records, files and keys. Default: `backend` in app.getPath('userData'). */
  data?: string;
  /** A port that must be this one. Default: the one of last time, or any that is free. */
  port?: number;
  /** A Python to try after the one that travels with the app; also NOODL_PYTHON. */
  python?: string;
  /** Where pages of yours come from besides files and the backend: ['app://notes/']. */
  pages?: string[];
  /** More variables for the backend: { NOODL_SECRET_STRIPE_KEY: '...' }. */
  environment?: { [name: string]: string };
  /** Milliseconds until it must serve. Default 30000. */
  readyTimeout?: number;
  /** Milliseconds it gets to stop before it is killed. Default 10000. */
  stopTimeout?: number;
  /** false: the app sees to it itself that it runs only once. */
  singleInstance?: boolean;
  /**
   * Tell the user yourself what is wrong. 'retry' tries again, 'quit' ends the app, anything else
   * does neither. Default: a window with reason, log and both buttons.
   */
  onFailure?: (failure: Failure) => Answer | Promise<Answer>;
  /** The module `electron`, where it has to be handed in. */
  electron?: object;
}

export type Answer = 'retry' | 'quit' | void;

/** message is a headline, detail says what to do. */
export interface Failure extends Error {
  code:
    | 'no-python'
    | 'no-bundle'
    | 'damaged'
    | 'wrong-file'
    | 'no-cache'
    | 'port-taken'
    | 'data-in-use'
    | 'slow'
    | 'foreign'
    | 'crashed'
    | 'unexpected';
  detail: string;
  /** The last lines of the log, and the file they are in. */
  log: string;
  logFile: string;
}

export interface Exit {
  code: number | null;
  signal: string | null;
  willRestart: boolean;
}

export interface Backend extends EventEmitter {
  /** "http://127.0.0.1:40123", null until it serves. */
  readonly url: string | null;
  readonly port: number | null;
  /** What each request has to bring as X-Noodl-Launch-Token; your pages' requests do so by themselves. */
  readonly token: string;
  /** Resolves when it serves for the first time. Stays open in a second copy of the app, which quits. */
  readonly ready: Promise<Backend>;
  /** Stops it; resolves when it is gone. Happens by itself when the app quits. */
  stop(): Promise<unknown>;
  /** Show the log in the file manager of the user. */
  showLog(): void;
  /** The headers of a request with the token, for a webRequest.onBeforeSendHeaders of your own. */
  headersFor(details: object): { [name: string]: string };
  on(event: 'ready', listener: (backend: Backend) => void): this;
  on(event: 'exit', listener: (exit: Exit) => void): this;
  on(event: 'log', listener: (line: string) => void): this;
}

/** Starts the backend with the app and stops it with the app. */
export function startBackend(options: Options): Backend;

/** The same, and 'ready' of the app waits until the backend serves. */
export function startWithApp(options?: Partial<Options>): Backend;

/** The one that was started last. */
export const backend: Backend | null;
