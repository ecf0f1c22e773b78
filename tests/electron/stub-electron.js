// What the main process of Electron offers, as far as the shim uses it, for Node alone: the same events
// in the same order, and a request goes through the session's hook to a real server. The real Electron
// is in test_real_electron.py.
'use strict';

const { EventEmitter } = require('events');
const http = require('http');
const path = require('path');

// One simulated app.
//   home:   folder for userData and logs;  root: the app's folder
//   locked: another copy of the app runs already
function makeElectron({ home, root = home, packaged = false, locked = false }) {
  const app = new EventEmitter();
  const windows = [];
  let readyNow;
  let quitting = false;
  const whenReady = new Promise((resolve) => {
    readyNow = resolve;
  });

  Object.assign(app, {
    isPackaged: packaged,
    getPath: (name) => ({ userData: home, logs: path.join(home, 'logs') })[name],
    getAppPath: () => root,
    requestSingleInstanceLock: () => !locked,
    whenReady: () => whenReady,
    ended: new Promise((resolve) => app.once('quit', resolve)),
    // before-quit, windows close, will-quit, quit: each of them may be called off.
    quit() {
      const event = preventable();
      app.emit('before-quit', event);
      if (event.prevented) return;
      quitting = true;
      windows.slice().forEach((window) => window.close());
      leave();
    },
  });

  // Electron's own way: the last window ends the app unless somebody else listens as well.
  app.on('window-all-closed', () => {
    if (app.listenerCount('window-all-closed') === 1) app.quit();
  });

  function leave() {
    if (windows.length) return;
    const event = preventable();
    app.emit('will-quit', event);
    quitting = false;
    if (!event.prevented) app.emit('quit');
  }

  class BrowserWindow extends EventEmitter {
    constructor(options) {
      super();
      this.options = options;
      this.focused = 0;
      this.webContents = new EventEmitter();
      this.webContents.getURL = () => this.url || '';
      windows.push(this);
      this.webContents.id = BrowserWindow.made.push(this);
      app.emit('browser-window-created', {}, this);
    }

    loadURL(url) {
      this.url = url;
      return Promise.resolve();
    }

    close() {
      windows.splice(windows.indexOf(this), 1);
      this.emit('closed');
      if (windows.length || quitting) return;
      app.emit('window-all-closed');
    }

    isMinimized() {
      return false;
    }

    focus() {
      this.focused += 1;
    }

    static getAllWindows() {
      return windows;
    }
  }
  BrowserWindow.made = [];

  function makeSession() {
    const session = { hook: null };
    session.webRequest = {
      onBeforeSendHeaders: (filter, hook) => {
        session.hook = { filter, hook };
      },
    };
    return session;
  }

  const session = { defaultSession: makeSession() };
  const webContents = {
    fromId: (id) => (BrowserWindow.made[id - 1] || { webContents: undefined }).webContents,
  };
  const electron = { app, BrowserWindow, session, webContents, powerMonitor: new EventEmitter() };

  // Electron becomes ready a moment after the main file has run.
  setImmediate(() => {
    if (quitting) return;
    app.emit('session-created', session.defaultSession);
    readyNow();
    app.emit('ready');
  });

  // A page's request, as the session's hook lets it out. Resolves with {status, body}.
  electron.request = (method, url, body, page = 'file:///index.html') =>
    new Promise((resolve, reject) => {
      const { hook } = session.defaultSession.hook;
      const details = { url, method, resourceType: 'xhr', frame: { url: page }, requestHeaders: {} };
      hook(details, ({ requestHeaders }) => {
        const headers = Object.assign({ 'Content-Type': 'application/json' }, requestHeaders);
        const request = http.request(url, { method, headers }, (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (chunk) => {
            text += chunk;
          });
          answer.on('end', () => resolve({ status: answer.statusCode, body: JSON.parse(text) }));
        });
        request.on('error', reject);
        request.end(body && JSON.stringify(body));
      });
    });
  return electron;
}

function preventable() {
  const event = { prevented: false };
  event.preventDefault = () => {
    event.prevented = true;
  };
  return event;
}

module.exports = { makeElectron };
