// The editor's side: `window.electronAPI.invoke('backend:…')` in the renderer, answered by the launcher
// of noodl-portable, which runs beside the editor and ends with it. In the editor's main process:
//
//   const { handleBackends } = require('./editor-ipc.js');
//   const backends = handleBackends({ ipcMain, app });
//
// and in a preload script, for the channels of CHANNELS alone:
//
//   contextBridge.exposeInMainWorld('electronAPI', { invoke: (...args) => ipcRenderer.invoke(...args) });
//
// The launcher starts when it is first asked for something. Only this process knows its token. No
// dependencies; works with Electron 9 and newer.
'use strict';

const { spawn } = require('child_process');
const crypto = require('crypto');
const http = require('http');
const readline = require('readline');

const READY = 'NOODL_READY ';
const START_TIMEOUT = 30000; // milliseconds until the launcher must serve

const at = (id, rest = '') => `/backends/${encodeURIComponent(id)}${rest}`;

// channel -> what it is in the launcher's routes: method, path, body
const CHANNELS = {
  'backend:list': () => ['GET', '/backends'],
  'backend:create': (name) => ['POST', '/backends', { name }],
  'backend:delete': (id) => ['DELETE', at(id)],
  'backend:start': (id) => ['POST', at(id, '/start')],
  'backend:stop': (id) => ['POST', at(id, '/stop')],
  'backend:status': (id) => ['GET', at(id)],
  'backend:export-schema': (id, format) => ['GET', at(id, `/schema?format=${encodeURIComponent(format)}`)],
  'backend:export-data': (id, format) => ['GET', at(id, `/data?format=${encodeURIComponent(format)}`)],
  'backend:update-workflow': ({ backendId, name, workflow }) => ['PUT', at(backendId, '/workflow'), { name, workflow }],
  'backend:reload-workflows': (id) => ['POST', at(id, '/reload')],
  'backend:import-parse-schema': ({ backendId, schema }) => ['POST', at(backendId, '/parse-schema'), { schema }],
  'backend:import-records': ({ backendId, collection, records }) => ['POST', at(backendId, '/records'), { collection, records }],
};

// Answers the channels. options:
//   ipcMain, app:  of Electron
//   command:       how the launcher is started; default: ['noodl-portable', 'launcher']
//   environment:   of the launcher; NOODL_HOME in it is where the backends are
// Returns {invoke(channel, ...args), stop()}; stop also happens when the app quits.
function handleBackends({ ipcMain, app, command, environment }) {
  const launcher = new Launcher(command || ['noodl-portable', 'launcher'], environment || process.env);
  const invoke = async (channel, ...args) => launcher.ask(...CHANNELS[channel](...args));
  Object.keys(CHANNELS).forEach((channel) => {
    ipcMain.handle(channel, (event, ...args) => invoke(channel, ...args));
  });
  let gone = false;
  app.on('will-quit', (event) => {
    if (gone) return;
    event.preventDefault();
    launcher.stop().then(() => {
      gone = true;
      app.quit();
    });
  });
  return { invoke, stop: () => launcher.stop() };
}

class Launcher {
  constructor(command, environment) {
    this._command = command;
    this._environment = environment;
    this._started = null;
    this._process = null;
    this._token = crypto.randomBytes(32).toString('hex');
  }

  // Sends a request and resolves with the answer; an Error has the launcher's own words.
  async ask(method, path, body) {
    if (!this._started) this._started = this._start();
    const { port } = await this._started;
    const headers = { 'X-Noodl-Launch-Token': this._token, 'Content-Type': 'application/json' };
    const { status, answer } = await request({ host: '127.0.0.1', port, method, path, headers }, body);
    if (status !== 200) throw new Error(answer.error);
    return answer;
  }

  // Ends it, and with it every backend that it has started.
  stop() {
    if (!this._process) return Promise.resolve();
    this._process.stdin.end();
    return this._ended;
  }

  _start() {
    const [program, ...args] = this._command;
    const own = {
      NOODL_LAUNCH_TOKEN: this._token,
      NOODL_STOP_WITH_STDIN: 'yes',
      NOODL_PARENT_PID: String(process.pid),
    };
    const started = spawn(program, args, {
      env: Object.assign({}, this._environment, own),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    this._process = started;
    let said = '';
    started.stderr.setEncoding('utf8').on('data', (chunk) => {
      said = (said + chunk).slice(-2000);
    });
    started.stdin.on('error', () => {});
    this._ended = new Promise((resolve) => {
      started.on('close', resolve);
      started.on('error', resolve);
    });
    this._ended.then(() => {
      this._started = this._process = null; // the next question starts it again
    });
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => started.kill(), START_TIMEOUT);
      readline.createInterface({ input: started.stdout }).on('line', (line) => {
        clearTimeout(late);
        if (line.startsWith(READY)) resolve(JSON.parse(line.slice(READY.length)));
      });
      this._ended.then((reason) => {
        clearTimeout(late);
        const why = reason instanceof Error ? reason.message : said.trim().split('\n').pop();
        reject(new Error(`the launcher of noodl-portable did not start: ${why}`));
      });
    });
  }
}

function request(options, body) {
  return new Promise((resolve, reject) => {
    const sent = http.request(options, (got) => {
      let text = '';
      got.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      got.on('end', () => {
        try {
          resolve({ status: got.statusCode, answer: JSON.parse(text) });
        } catch (error) {
          reject(error);
        }
      });
      got.on('close', () => reject(new Error('the launcher of noodl-portable has ended'))); // before the end
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

module.exports = { handleBackends, CHANNELS };
