// The shim over real bundles and real processes. test_shim.py builds the bundles and runs these by
// name; `node --test` alone would not know where they are.
'use strict';

const assert = require('assert');
const { spawn } = require('child_process');
const fs = require('fs');
const net = require('net');
const os = require('os');
const path = require('path');
const { test } = require('node:test');

const { makeElectron } = require('./stub-electron.js');
const shim = '../../dist-templates/electron/';
const { startBackend } = require(`${shim}start-backend.js`);
const { backendFolder } = require(`${shim}start-backend/places.js`);
const { cleanEnvironment } = require(`${shim}start-backend/child.js`);
const { Log } = require(`${shim}start-backend/log.js`);
const { detour, headersFor, originsOf } = require(`${shim}start-backend/pages.js`);
const { candidates, versionsFor } = require(`${shim}start-backend/python.js`);
const { page, trouble } = require(`${shim}start-backend/trouble.js`);

const { BACKEND_1, BACKEND_2, BACKEND_CACHE, BACKEND_PYTHON } = process.env;
const KEPT = { NOODL_CACHE: BACKEND_CACHE }; // unpacked once for all tests

function emptyHome(t, name = 'home') {
  const parent = fs.mkdtempSync(path.join(os.tmpdir(), 'noodl-shim-'));
  t.after(() => fs.rmSync(parent, { recursive: true, force: true }));
  const home = path.join(parent, name);
  fs.mkdirSync(home);
  return home;
}

// An app with a backend that is stopped when the test ends.
function begin(t, { home = emptyHome(t), locked, ...options } = {}) {
  const electron = makeElectron({ home, locked });
  const given = { app: electron.app, electron, folder: BACKEND_1, python: BACKEND_PYTHON, environment: KEPT };
  const backend = startBackend(Object.assign(given, options));
  t.after(() => backend.stop());
  return { backend, electron, app: electron.app, home };
}

const once = (emitter, name) => new Promise((resolve) => emitter.once(name, resolve));

// An app whose user is told of trouble: resolves with it, and the answer can be given.
function beginBadly(t, options) {
  const told = [];
  const failed = new Promise((resolve) => {
    options.onFailure = (failure) => {
      told.push(failure);
      resolve(failure);
      return options.answer ? options.answer(told.length) : undefined;
    };
  });
  return { ...begin(t, options), failed, told };
}

const lives = (pid) => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return false;
  }
  const stat = `/proc/${pid}/stat`; // dead, but not collected by whoever has to
  return !fs.existsSync(stat) || !/\) Z /.test(fs.readFileSync(stat, 'utf8'));
};

test('pages read and write records, and nobody without the token does', async (t) => {
  const { backend, electron } = begin(t);
  await backend.ready;
  const made = await electron.request('POST', `${backend.url}/api/Product`, { price: 7 });
  assert.strictEqual(made.status, 201);
  const list = await electron.request('GET', `${backend.url}/api/Product`);
  assert.deepStrictEqual(list.body.results.map((product) => product.price), [7]);
  const foreign = await electron.request('GET', `${backend.url}/api/Product`, null, 'https://evil.example/');
  assert.strictEqual(foreign.status, 403);
});

test('a quit lets the backend end cleanly and only then the app', async (t) => {
  const { backend, electron, app, home } = begin(t);
  await backend.ready;
  await electron.request('POST', `${backend.url}/api/Product`, { price: 1 });
  const exit = once(backend, 'exit');
  app.quit();
  await app.ended;
  assert.deepStrictEqual(await exit, { code: 0, signal: null, willRestart: false });
  assert.strictEqual(lives(backend._child.process.pid), false);
  const left = fs.readdirSync(path.join(home, 'backend', 'data')).filter((name) => name.startsWith('local.db'));
  assert.deepStrictEqual(left, ['local.db']);
});

test('a quit before it serves ends it as well', async (t) => {
  const { backend, app } = begin(t);
  await app.whenReady();
  app.quit();
  await app.ended;
  await backend.stop();
  assert.ok(!backend._child || !lives(backend._child.process.pid));
});

test('a killed backend comes back at its address with its records', async (t) => {
  const { backend, electron } = begin(t);
  await backend.ready;
  const { url } = backend;
  await electron.request('POST', `${url}/api/Product`, { price: 3 });
  const exit = once(backend, 'exit');
  const again = once(backend, 'ready');
  process.kill(backend._child.process.pid, 'SIGKILL');
  assert.deepStrictEqual(await exit, { code: null, signal: 'SIGKILL', willRestart: true });
  await again;
  assert.strictEqual(backend.url, url);
  const list = await electron.request('GET', `${url}/api/Product`);
  assert.deepStrictEqual(list.body.results.map((product) => product.price), [3]);
});

test('after three restarts within a minute the user is told, with the end of the log', async (t) => {
  const { backend, failed } = beginBadly(t, {});
  backend.on('ready', () => process.kill(backend._child.process.pid, 'SIGKILL'));
  let exits = 0;
  backend.on('exit', () => {
    exits += 1;
  });
  const failure = await failed;
  assert.strictEqual(exits, 4);
  assert.strictEqual(failure.code, 'crashed');
  assert.match(failure.detail, /4 times within a minute \(SIGKILL\)/);
  assert.match(failure.log, /serving on http/);
});

test('the backend of a killed app is gone within three seconds', async (t) => {
  const home = emptyHome(t);
  const options = { folder: BACKEND_1, python: BACKEND_PYTHON, environment: KEPT };
  const parent = spawn(process.execPath, [path.join(__dirname, 'parent.js'), home, JSON.stringify(options)]);
  const { port, pid } = JSON.parse(await once(parent.stdout, 'data'));
  const connection = net.connect(port, '127.0.0.1');
  connection.on('error', () => {});
  await once(connection, 'connect');
  parent.kill('SIGKILL');
  const killed = Date.now();
  await once(connection, 'close');
  while (lives(pid) && Date.now() - killed < 3000) await new Promise((look) => setTimeout(look, 20));
  assert.strictEqual(lives(pid), false);
  // and its data is free for the next start, which does not have to wait
  const { backend } = begin(t, { home });
  await backend.ready;
});

test('a port that was taken meanwhile is left to whoever has it', async (t) => {
  const other = net.createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const home = emptyHome(t);
  const { port } = other.address();
  fs.writeFileSync(path.join(home, 'backend-port'), String(port));
  const { backend } = begin(t, { home });
  await backend.ready;
  assert.notStrictEqual(backend.port, port);
});

test('the address stays the same from one start to the next', async (t) => {
  const first = begin(t);
  await first.backend.ready;
  first.app.quit();
  await first.app.ended;
  const second = begin(t, { home: first.home });
  await second.backend.ready;
  assert.strictEqual(second.backend.port, first.backend.port);
  assert.notStrictEqual(second.backend.token, first.backend.token);
});

test('a fixed port that is taken is named, and tried again when the user asks', async (t) => {
  const other = net.createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address();
  const answer = () => new Promise((resolve) => other.close(() => resolve('retry')));
  const { backend, failed } = beginBadly(t, { port, answer });
  const failure = await failed;
  assert.strictEqual(failure.code, 'port-taken');
  assert.match(failure.detail, new RegExp(`uses port ${port}`));
  await backend.ready;
  assert.strictEqual(backend.port, port);
});

test('without a Python that fits, the text says which one and what to do', async (t) => {
  const { PATH } = process.env;
  const home = emptyHome(t);
  process.env.PATH = home;
  t.after(() => {
    process.env.PATH = PATH;
  });
  const { failed, backend } = beginBadly(t, { home, python: path.join(home, 'nothing here') });
  const failure = await failed;
  assert.strictEqual(failure.code, 'no-python');
  assert.match(failure.message, /^Python 3\.\d+ is needed$/);
  assert.match(failure.detail, /\(64-bit\).*\n\nInstall it .*\n\nThen choose "Try again"/);
  assert.strictEqual(backend._child, undefined);
});

test('a start that takes too long is ended and told of', async (t) => {
  const home = emptyHome(t);
  const slow = path.join(home, 'slow python');
  fs.writeFileSync(slow, `#!/bin/sh\ncase "$*" in *" -c "*|"-I -c"*) exec "${BACKEND_PYTHON}" "$@";; esac\nexec sleep 600\n`);
  fs.chmodSync(slow, 0o755);
  const { failed, backend } = beginBadly(t, { home, python: slow, readyTimeout: 500 });
  const failure = await failed;
  assert.strictEqual(failure.code, 'slow');
  assert.match(failure.detail, /within 0\.5 seconds/);
  assert.strictEqual(lives(backend._child.process.pid), false);
});

test('a damaged bundle is told of and not even started', async (t) => {
  const folder = path.join(emptyHome(t), 'backend');
  fs.mkdirSync(folder);
  const bytes = fs.readFileSync(path.join(BACKEND_1, 'backend.pyz'));
  fs.writeFileSync(path.join(folder, 'backend.pyz'), bytes.subarray(0, bytes.length / 2));
  fs.copyFileSync(path.join(BACKEND_1, 'backend.json'), path.join(folder, 'backend.json'));
  const { failed, backend } = beginBadly(t, { folder });
  const failure = await failed;
  assert.strictEqual(failure.code, 'damaged');
  assert.strictEqual(backend._child, undefined);
});

test('what a restart cannot mend is told of at once, with the reason', async (t) => {
  const newer = begin(t, { folder: BACKEND_2 });
  await newer.backend.ready;
  newer.app.quit();
  await newer.app.ended;
  const { failed, backend } = beginBadly(t, { home: newer.home }); // an older version of the app
  const exits = [];
  backend.on('exit', (exit) => exits.push(exit.code));
  const failure = await failed;
  assert.strictEqual(failure.code, 'wrong-file');
  assert.match(failure.log, /were brought to a newer schema by version 2\.0/);
  assert.deepStrictEqual(exits, [78]);
});

test('a folder without a bundle is told of', async (t) => {
  const { failed } = beginBadly(t, { folder: emptyHome(t) });
  const failure = await failed;
  assert.strictEqual(failure.code, 'no-bundle');
  assert.match(failure.detail, /backend\.json is not there/);
});

test('a folder to unpack into that cannot be written is named', async (t) => {
  const { failed } = beginBadly(t, { environment: { NOODL_CACHE: '/dev/null/cache' } });
  const failure = await failed;
  assert.strictEqual(failure.code, 'no-cache');
  assert.match(failure.detail, /^\/dev\/null\/cache cannot be written/);
});

test('what nobody expected is told of as well', async (t) => {
  const home = path.join(emptyHome(t), 'a file');
  fs.writeFileSync(home, '');
  const failure = await beginBadly(t, { home }).failed;
  assert.strictEqual(failure.code, 'unexpected');
  assert.match(failure.detail, /EEXIST|ENOTDIR/);
  assert.match(failure.log, /start-backend/);
});

test('the backend is looked for in the resources, in the app and beside it', (t) => {
  const root = path.join(emptyHome(t), 'resources', 'app');
  const app = { isPackaged: false, getAppPath: () => root };
  assert.strictEqual(backendFolder(app), path.join(root, 'backend'));
  const own = `${process.platform}-${process.arch}`;
  for (const place of [path.join(root, '..', 'backend'), path.join(root, 'backend'), path.join(root, 'backend', own)]) {
    fs.mkdirSync(place, { recursive: true });
    fs.writeFileSync(path.join(place, 'backend.json'), '{}');
    assert.strictEqual(backendFolder(app), place);
  }
});

test('data that another process uses is told of and left alone', async (t) => {
  const first = begin(t);
  await first.backend.ready;
  const second = beginBadly(t, { data: path.join(first.home, 'backend') });
  const failure = await second.failed;
  assert.strictEqual(failure.code, 'data-in-use');
  const still = await first.electron.request('GET', `${first.backend.url}/health`);
  assert.strictEqual(still.status, 200);
});

test('a second copy of the app quits and starts nothing, and the first comes to the front', async (t) => {
  const first = begin(t);
  await first.backend.ready;
  const window = new first.electron.BrowserWindow();
  const second = begin(t, { home: first.home, locked: true });
  await second.app.ended;
  assert.strictEqual(second.backend._child, undefined);
  first.app.emit('second-instance', {}, [], '');
  assert.strictEqual(window.focused, 1);
});

test('spaces, umlauts and signs in every path do no harm', async (t) => {
  const home = emptyHome(t, 'Ünï Äpp (1) & %20 \u{1f33b}');
  const folder = path.join(home, 'resources', 'bäckend');
  fs.mkdirSync(path.dirname(folder));
  fs.cpSync(BACKEND_1, folder, { recursive: true });
  const { backend, electron } = begin(t, { home, folder });
  await backend.ready;
  const made = await electron.request('POST', `${backend.url}/api/Product`, { price: 2 });
  assert.strictEqual(made.status, 201);
  assert.ok(fs.existsSync(path.join(home, 'backend', 'data', 'local.db')));
});

test('a new version of the app keeps the records and brings the new schema', async (t) => {
  const first = begin(t);
  await first.backend.ready;
  await first.electron.request('POST', `${first.backend.url}/api/Product`, { price: 1 });
  first.app.quit();
  await first.app.ended;
  const { backend, electron } = begin(t, { home: first.home, folder: BACKEND_2 });
  await backend.ready;
  await electron.request('POST', `${backend.url}/api/Product`, { price: 2, name: 'two' });
  const list = await electron.request('GET', `${backend.url}/api/Product?sort=price`);
  const told = list.body.results.map((product) => [product.price, product.name]);
  assert.deepStrictEqual(told, [[1, undefined], [2, 'two']]);
});

test('a backend that does not stop is killed after a while', async (t) => {
  const { backend } = begin(t, { stopTimeout: 200 });
  await backend.ready;
  process.kill(backend._child.process.pid, 'SIGSTOP');
  const { signal } = await backend.stop();
  assert.strictEqual(signal, 'SIGKILL');
});

test('the last window ends the app, but not on macOS, nor where the app decides', async (t) => {
  const { platform } = process;
  t.after(() => Object.defineProperty(process, 'platform', { value: platform }));
  const rows = [
    // platform, listener of the app, quits
    ['linux', false, true],
    ['win32', false, true],
    ['darwin', false, false],
    ['linux', true, false],
  ];
  for (const [name, listens, quits] of rows) {
    const { app, electron } = begin(t, { folder: '/nowhere', onFailure: () => {} });
    let asked = false;
    app.quit = () => {
      asked = true;
    };
    if (listens) app.on('window-all-closed', () => {});
    Object.defineProperty(process, 'platform', { value: name });
    new electron.BrowserWindow().close();
    Object.defineProperty(process, 'platform', { value: platform });
    assert.strictEqual(asked, quits, `${name} ${listens}`);
  }
});

test('a session that ends and a system that shuts down stop it', async (t) => {
  const first = begin(t);
  await first.backend.ready;
  const exit = once(first.backend, 'exit');
  new first.electron.BrowserWindow().emit('session-end');
  assert.strictEqual((await exit).code, 0);
  const second = begin(t);
  await second.backend.ready;
  let waits = false;
  second.electron.powerMonitor.emit('shutdown', {
    preventDefault: () => {
      waits = true;
    },
  });
  await second.app.ended;
  assert.ok(waits);
  assert.strictEqual(lives(second.backend._child.process.pid), false);
});

test('trouble is shown in a window whose buttons try again and quit', async (t) => {
  const { app, electron, backend } = begin(t, { folder: '/nowhere' });
  await once(app, 'browser-window-created').then(() => new Promise(setImmediate));
  const [window] = electron.BrowserWindow.getAllWindows();
  const html = decodeURIComponent(window.url.replace(/^[^,]*,/, ''));
  assert.match(html, /A part of this app is missing/);
  const again = once(app, 'browser-window-created');
  window.webContents.emit('will-navigate', { preventDefault() {} }, 'noodl-action://retry');
  await again;
  electron.BrowserWindow.getAllWindows()[0].close();
  await app.ended;
  assert.strictEqual(backend.url, null);
});

test('what the page of trouble says cannot become markup', () => {
  const log = { tail: () => '<img src=x onerror=alert(1)>', file: '/tmp/"<b>' };
  const html = page(trouble('no-bundle', { file: '<script>' }, log));
  assert.ok(!/<script>|<img|<b>/.test(html));
});

test('the log is cut into files of bounded size and never holds the token', (t) => {
  const home = emptyHome(t);
  const log = new Log(home, 'the-token');
  const line = `${'x'.repeat(999)}\n`.repeat(100);
  for (let number = 0; number < 45; number += 1) log.write(line);
  assert.strictEqual(log.write('said the-token aloud'), 'said *** aloud');
  const sizes = fs.readdirSync(home).map((name) => fs.statSync(path.join(home, name)).size);
  assert.strictEqual(sizes.length, 3);
  assert.ok(Math.max(...sizes) < 1200000);
  assert.ok(!fs.readFileSync(log.file, 'utf8').includes('the-token'));
  assert.ok(log.tail().endsWith('aloud'));
});

test('what could change the backend is taken out of its environment', () => {
  const given = {
    PATH: '/bin', LANG: 'de', PYTHONPATH: '/x', PythonHome: '/x', SHIV_ROOT: '/x', VIRTUAL_ENV: '/x',
    CONDA_PREFIX: '/x', LD_LIBRARY_PATH: '/x', LD_PRELOAD: '/x', DYLD_INSERT_LIBRARIES: '/x',
    ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '-r x', NOODL_HOST: '0.0.0.0',
  };
  assert.deepStrictEqual(cleanEnvironment(given, { NOODL_PORT: '1' }), { PATH: '/bin', LANG: 'de', NOODL_PORT: '1' });
});

test('the Python of the app is tried first, then a chosen one, then those of the machine', () => {
  const about = { python: 'bin/python3', targets: ['linux-x86_64-3.12', 'linux-x86_64-3.13', 'win-amd64-3.13', 'mac-arm64-3.12'] };
  const tried = (platform) => {
    const versions = versionsFor(about.targets, platform);
    return candidates('/app', about, '/chosen', versions, platform).map(({ command, args }) => [command, ...args].join(' '));
  };
  assert.deepStrictEqual(tried('linux'), [
    path.join('/app', 'python', 'bin/python3'), '/chosen', 'python3.13', 'python3.12', 'python3', 'python',
  ]);
  assert.deepStrictEqual(tried('win32').slice(2), ['py -3.13', 'python', 'python3']);
  assert.deepStrictEqual(tried('darwin').slice(2), [
    'python3.12', '/opt/homebrew/bin/python3.12', '/usr/local/bin/python3.12',
    '/Library/Frameworks/Python.framework/Versions/3.12/bin/python3.12',
  ]);
});

test('the token goes with requests of own pages to the backend and with no other', () => {
  const backend = { url: 'http://127.0.0.1:5', port: 5, homePort: 7, token: 'T', ownPages: ['app://notes/', 'https://notes.example'] };
  const contents = { 1: 'https://evil.example/', 2: 'file:///app/index.html' };
  const electron = { webContents: { fromId: (id) => contents[id] && { getURL: () => contents[id] } } };
  const own = 'http://127.0.0.1:5/api/Note';
  const rows = [
    // what is asked for, by whom, gets it
    [{ url: own, frame: { url: 'file:///app/index.html' } }, true],
    [{ url: own, frame: { url: 'http://127.0.0.1:5/' } }, true],
    [{ url: own, frame: { url: 'app://notes/index.html' } }, true],
    [{ url: 'http://localhost:5/api/Note', frame: { url: 'file:///app/index.html' } }, true],
    [{ url: 'http://localhost.evil.example:5/', frame: { url: 'file:///x' } }, false],
    [{ url: 'ws://127.0.0.1:5/realtime', frame: { url: 'http://127.0.0.1:5/' } }, true],
    [{ url: own, resourceType: 'mainFrame', webContentsId: 1 }, true], // the app opens its page
    [{ url: own, webContentsId: 2 }, true], // Electron 9 does not know frames
    [{ url: own, frame: { url: 'https://evil.example/' } }, false],
    [{ url: own, frame: { url: 'http://127.0.0.1:50/' } }, false],
    [{ url: own, frame: { url: 'app://notes.evil/' } }, false],
    [{ url: own, frame: { url: 'https://notes.example/' } }, true],
    [{ url: own, frame: { url: 'https://notes.example?page=1' } }, true],
    [{ url: own, frame: { url: 'https://notes.example.evil.example/' } }, false],
    [{ url: own, frame: { url: 'https://notes.example@evil.example/' } }, false],
    [{ url: own, frame: { url: 'https://notes.example:444/' } }, false],
    [{ url: own, webContentsId: 1 }, false],
    [{ url: 'ws://127.0.0.1:5/realtime', resourceType: 'mainFrame', webContentsId: 1 }, false],
    [{ url: own, resourceType: 'subFrame', frame: { url: '' }, webContentsId: 1 }, false],
    [{ url: own, referrer: 'https://evil.example/' }, false], // a worker has no window
    [{ url: 'http://127.0.0.1:50/api', frame: { url: 'file:///x' } }, false],
    [{ url: 'https://evil.example/http://127.0.0.1:5/', frame: { url: 'file:///x' } }, false],
  ];
  for (const [details, gets] of rows) {
    const headers = headersFor(electron, Object.assign({ requestHeaders: { A: '1' } }, details), backend);
    assert.deepStrictEqual(headers, gets ? { A: '1', 'X-Noodl-Launch-Token': 'T' } : { A: '1' }, JSON.stringify(details));
  }
  const detours = [
    // at the port that is written into the pages, and that somebody else has
    [{ url: 'http://localhost:7/api/Note?limit=1', frame: { url: 'file:///x' } }, { redirectURL: 'http://127.0.0.1:5/api/Note?limit=1' }],
    [{ url: 'ws://localhost:7/realtime', frame: { url: 'file:///x' } }, { cancel: true }],
    [{ url: 'http://localhost:7/', frame: { url: 'https://evil.example/' } }, {}],
  ];
  for (const [details, expected] of detours) {
    assert.deepStrictEqual(detour(electron, details, backend), expected, details.url);
  }
  assert.deepStrictEqual(originsOf(['app://notes/index.html']), ['app://notes']);
});
