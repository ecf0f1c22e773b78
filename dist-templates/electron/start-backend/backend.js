// The backend of one app: started, watched, started again after a crash, stopped. It follows the
// states new -> starting -> running, back to starting after a crash, to failed while the user reads
// what is wrong, and to stopped for good.
'use strict';

const crypto = require('crypto');
const { EventEmitter } = require('events');
const fs = require('fs');
const path = require('path');

const { Child, cleanEnvironment } = require('./child.js');
const { Log } = require('./log.js');
const { attachTo, headersFor, originsOf } = require('./pages.js');
const { Places } = require('./places.js');
const { findPython, versionsFor } = require('./python.js');
const { showTrouble, trouble } = require('./trouble.js');

const READY_TIMEOUT = 30000; // milliseconds until it must serve; a first start unpacks its libraries
const STOP_TIMEOUT = 10000; // until it is killed; it gives running requests four seconds itself
const MOST_RESTARTS = 3; // within RESTART_WINDOW; after that the user is told
const RESTART_WINDOW = 60000;
const PAUSES = [250, 1000, 4000]; // before the first, second and third restart

// Exit codes of the backend -> the trouble to tell of. A restart mends none of them but one: a
// backend whose app was killed a moment ago may still be letting go of the data.
const TROUBLES = {
  2: 'wrong-file',
  69: 'port-taken',
  73: 'no-cache',
  75: 'data-in-use',
  78: 'wrong-file',
};
const PORT_TAKEN = 69;
const DATA_IN_USE = 75;

class Backend extends EventEmitter {
  constructor(options) {
    super();
    this._electron = options.electron || require('electron');
    this._app = options.app || this._electron.app;
    this._options = options;
    this._places = new Places(this._app, options);
    this._state = 'new';
    this._crashes = [];
    this.token = crypto.randomBytes(32).toString('hex');
    this.log = new Log(this._app.getPath('logs'), this.token);
    this.ownPages = options.pages || [];
    this.url = null;
    this.port = null;
    this.homePort = null; // the one that is written into the pages of an exported app
    this.ready = new Promise((resolve) => this.once('ready', () => resolve(this)));
  }

  // Starts it and resolves when it serves, or when the user has given up.
  async start() {
    if (this._state === 'stopped') return;
    this._state = 'starting';
    try {
      await this._startOnce(this._options.port);
    } catch (error) {
      await this._tell(error);
    }
  }

  // Stops it: running requests are answered, the database is one clean file. Resolves when it is gone.
  stop() {
    this._state = 'stopped';
    clearTimeout(this._restart);
    return this._child ? this._child.stop(this._options.stopTimeout || STOP_TIMEOUT) : Promise.resolve();
  }

  // Opens the log for the user, from a menu "Help" for instance.
  showLog() {
    this._electron.shell.showItemInFolder(this.log.file);
  }

  // The headers of a request, for apps that have a webRequest.onBeforeSendHeaders of their own.
  headersFor(details) {
    return headersFor(this._electron, details, this);
  }

  async _startOnce(port) {
    const about = this._places.about();
    if (!about) throw this._trouble('no-bundle', { file: path.join(this._places.folder, 'backend.json') });
    const bundle = path.join(this._places.folder, about.bundle);
    const state = this._places.state(bundle, about.sha256);
    if (state !== 'whole') throw this._trouble(state === 'missing' ? 'no-bundle' : state, { file: bundle });
    this.homePort = about.port;
    const wanted = port === undefined ? this._places.lastPort() || about.port || 0 : port;
    this._environment = this._environment || cleanEnvironment(process.env, {});
    const python = await this._python(about);
    if (this._state !== 'starting') return;
    fs.mkdirSync(this._places.user, { recursive: true });
    const child = new Child(python, this._childOptions(bundle, wanted), (line) => this._logged(line));
    this._child = child;
    const outcome = await child.whenReady(this._options.readyTimeout || READY_TIMEOUT);
    if (this._state !== 'starting') return;
    if (outcome.ready) this._serves(child, outcome.ready);
    else if (outcome.ended) await this._ended(outcome.ended, wanted);
    else await this._abandon(child, outcome);
  }

  _childOptions(bundle, port) {
    const own = {
      NOODL_LAUNCH_TOKEN: this.token,
      NOODL_STOP_WITH_STDIN: 'yes',
      NOODL_PARENT_PID: String(process.pid),
      NOODL_ALLOWED_ORIGINS: originsOf(this.ownPages).join(','),
      NOODL_CACHE: this._places.cache,
    };
    const environment = Object.assign({}, this._environment, this._options.environment, own);
    return { bundle, port, data: this._places.data, cwd: this._places.user, environment, token: this.token };
  }

  _serves(child, ready) {
    this._state = 'running';
    this.url = ready.url;
    this.port = ready.port;
    this._places.rememberPort(ready.port);
    const { session } = this._electron;
    if (session && session.defaultSession) attachTo(this._electron, session.defaultSession, this);
    (this._sessions || []).forEach((other) => attachTo(this._electron, other, this));
    child.ended.then((ended) => this._ended(ended, ready.port));
    this.emit('ready', this);
  }

  // Called with each session of the app, also those made later, for instance by `partition`.
  _meets(session) {
    this._sessions = (this._sessions || []).concat(session);
    if (this.url) attachTo(this._electron, session, this);
  }

  async _ended({ code, signal, error }, port) {
    const how = error ? error.message : signal || `code ${code}`;
    const wanted = this._state === 'stopped';
    const retry = !wanted && code === PORT_TAKEN && !this._options.port && port !== 0;
    const mends = !(code in TROUBLES) || code === DATA_IN_USE;
    const again = retry || (!wanted && mends && this._mayRestart());
    this._logged(`[start-backend] the backend has ended: ${how}`);
    this.emit('exit', { code, signal, willRestart: again });
    if (wanted) return;
    if (!again) {
      const kind = TROUBLES[code] || 'crashed';
      await this._tell(this._trouble(kind, { port, how, times: this._crashes.length }));
      return;
    }
    this._state = 'starting';
    // The port it had, so that the address of open pages stays right; any, if that is taken.
    const next = () => this._startOnce(retry ? 0 : port).catch((failed) => this._tell(failed));
    this._restart = setTimeout(next, retry ? 0 : PAUSES[this._crashes.length - 1]);
  }

  _mayRestart() {
    const now = Date.now();
    this._crashes = this._crashes.filter((time) => now - time < RESTART_WINDOW).concat(now);
    return this._crashes.length <= MOST_RESTARTS;
  }

  async _abandon(child, outcome) {
    child.kill();
    await child.ended;
    if (outcome.late) throw this._trouble('slow', { seconds: (this._options.readyTimeout || READY_TIMEOUT) / 1000 });
    if ('foreign' in outcome) throw this._trouble('foreign', { protocol: outcome.foreign });
    this._logged(`[start-backend] /health answered ${outcome.unwell}`);
    throw this._trouble('crashed', { how: `health check: ${outcome.unwell}`, times: 1 });
  }

  // Tells the user, or the app if it wants to do that itself; then tries again or quits.
  async _tell(failed) {
    if (this._state === 'stopped') return;
    const error = failed.logFile ? failed : this._unexpected(failed);
    this._state = 'failed';
    const tell = this._options.onFailure || ((told) => showTrouble(this._electron, told));
    this._telling = true; // the app must not quit because our window was the last one
    const answer = await tell(error);
    this._telling = false;
    if (answer === 'quit') this._app.quit();
    if (answer !== 'retry') return;
    this._crashes = [];
    await this.start();
  }

  async _python(about) {
    const chosen = this._options.python || process.env.NOODL_PYTHON;
    const { platform } = process;
    const python = await findPython(this._places.folder, about, chosen, this._environment, platform);
    if (python) return python;
    const versions = versionsFor(about.targets, platform);
    throw this._trouble('no-python', { versions: versions.join(' or '), version: versions[0] });
  }

  // Whatever it was: nobody should look at an app that does not come.
  _unexpected(error) {
    this._logged(`[start-backend] ${error.stack}`);
    return this._trouble('unexpected', { reason: error.message });
  }

  _trouble(code, facts) {
    return trouble(code, Object.assign({ data: this._places.data, cache: this._places.cache }, facts), this.log);
  }

  _logged(line) {
    this.emit('log', this.log.write(line));
  }
}

module.exports = { Backend };
