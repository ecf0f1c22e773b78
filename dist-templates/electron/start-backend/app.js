// How the backend and the app go together: one copy of the app, windows after it serves, a clean end.
'use strict';

const { Backend } = require('./backend.js');

let current = null;

// Starts the backend with the app and stops it with the app. See start-backend.d.ts for the options.
function startBackend(options) {
  const { app } = options;
  const backend = new Backend(options);
  current = backend;
  // First of all: a second copy must not start a second backend on the same data.
  if (options.singleInstance !== false && !app.requestSingleInstanceLock()) {
    app.quit();
    return backend;
  }
  followApp(backend, app);
  app.whenReady().then(() => backend.start());
  return backend;
}

function followApp(backend, app) {
  const { BrowserWindow, powerMonitor } = backend._electron;
  app.on('session-created', (session) => backend._meets(session));
  app.on('second-instance', () => {
    if (app.listenerCount('second-instance') > 1) return; // the app has its own way
    const [window] = BrowserWindow.getAllWindows();
    if (!window) return;
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  // Electron quits when the last window closes unless someone listens besides itself. Someone does
  // now, so the usual rule is kept here: not on macOS. An app that listens, too, decides itself.
  app.on('window-all-closed', () => {
    const electronAndWe = 2;
    if (backend._telling || app.listenerCount('window-all-closed') > electronAndWe) return;
    if (process.platform !== 'darwin') app.quit();
  });
  // In will-quit the windows are gone, and with them their last requests. In before-quit they are
  // not, and one that asks "save changes?" may still call the whole thing off.
  let gone = false;
  app.on('will-quit', (event) => {
    if (gone) return;
    event.preventDefault();
    backend.stop().then(() => {
      gone = true;
      app.quit();
    });
  });
  // The system shuts down: there may be no time for more than to begin.
  app.on('browser-window-created', (event, window) => window.on('session-end', () => backend.stop()));
  app.whenReady().then(() => {
    powerMonitor.on('shutdown', (event) => {
      if (event && event.preventDefault) event.preventDefault();
      app.quit();
    });
  });
}

// Starts the backend, and holds back 'ready' of the app until it serves: no window opens before.
function startWithApp(options) {
  const electron = require('electron');
  const backend = startBackend(Object.assign({ app: electron.app }, options));
  holdWindows(electron.app, backend.ready);
  return backend;
}

function holdWindows(app, ready) {
  const emit = app.emit;
  const held = ['ready', 'activate'];
  let open = false;
  app.emit = function emitLater(name, ...rest) {
    if (open || held.indexOf(name) < 0) return emit.call(app, name, ...rest);
    if (name === 'ready') ready.then(() => emit.call(app, name, ...rest));
    return true;
  };
  ready.then(() => {
    open = true;
  });
  app.whenReady = () => ready.then(() => undefined);
}

module.exports = {
  startBackend,
  startWithApp,
  // The one that was started last: require('./start-backend.js').backend.url
  get backend() {
    return current;
  },
};
