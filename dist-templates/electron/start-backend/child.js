// One backend process: start it, wait until it serves, stop it. Nothing here knows Electron.
'use strict';

const { spawn } = require('child_process');
const fs = require('fs');
const http = require('http');

const { readLines } = require('./log.js');

const READY = 'NOODL_READY ';
const PROTOCOL = 1; // what the ready line and the environment mean; a backend says its own
const TOKEN_HEADER = 'X-Noodl-Launch-Token';

// Variables that would change what is run, or that a packaged app sets for its own libraries.
const SCRUBBED = /^(PYTHON|SHIV_|VIRTUAL_ENV|CONDA_|LD_LIBRARY_PATH|LD_PRELOAD|DYLD_|NODE_OPTIONS|ELECTRON_|NOODL_)/i;

// Returns the environment of the backend: the app's, without what could get in the way.
function cleanEnvironment(environment, more) {
  const clean = {};
  Object.keys(environment)
    .filter((name) => !SCRUBBED.test(name))
    .forEach((name) => {
      clean[name] = environment[name];
    });
  return Object.assign(clean, more);
}

class Child {
  // python:  {command, args}
  // options: {bundle, port, data, cwd, environment, token}
  // onLog:   called with each line it prints
  constructor(python, options, onLog) {
    this._token = options.token;
    this._ready = null;
    const args = python.args.concat(
      // -I: other Python software of this computer stays out. -B: nothing is written into a folder of
      // the app, which may be signed; it is compiled already.
      fs.statSync(options.bundle).isDirectory() ? ['-I', '-B'] : ['-I'],
      ['-X', 'utf8', options.bundle, '--port', String(options.port), '--data', options.data]
    );
    // A list and no shell: spaces and other letters in paths need no care. Three pipes: stdin is how
    // it is asked to stop, and how it notices that this app is gone. No window of its own on Windows.
    this.process = spawn(python.command, args, {
      cwd: options.cwd,
      env: options.environment,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    this.ended = new Promise((resolve) => {
      this.process.on('error', (error) => resolve({ code: null, signal: null, error }));
      this.process.on('close', (code, signal) => resolve({ code, signal, error: null }));
    });
    this.process.stdin.on('error', () => {}); // it is gone; `ended` says so
    readLines(this.process.stderr, onLog);
    this._line = new Promise((resolve) => {
      readLines(this.process.stdout, (line) => {
        if (line.startsWith(READY)) resolve(line);
        else onLog(line);
      });
    });
  }

  // Resolves with {ready}, what its ready line says, {ended} when it ends first, or {late: true}.
  async whenReady(timeout) {
    const timer = deadline(timeout);
    const outcome = await Promise.race([
      this._line.then((line) => this._checked(line)),
      this.ended.then((ended) => ({ ended })),
      timer.passed.then(() => ({ late: true })),
    ]);
    timer.clear();
    return outcome;
  }

  // Asks it to stop by ending its stdin, and kills it and all it started when that takes too long.
  async stop(timeout) {
    this.process.stdin.end();
    const timer = deadline(timeout);
    const late = await Promise.race([this.ended.then(() => false), timer.passed.then(() => true)]);
    timer.clear();
    if (late) this.kill();
    return this.ended;
  }

  kill() {
    if (process.platform === 'win32' && this.process.pid) {
      const tree = ['/pid', String(this.process.pid), '/T', '/F'];
      spawn('taskkill', tree, { windowsHide: true, stdio: 'ignore' }).on('error', () => {});
    } else {
      this.process.kill('SIGKILL');
    }
  }

  async _checked(line) {
    const ready = JSON.parse(line.slice(READY.length));
    if (ready.protocol !== PROTOCOL) return { foreign: ready.protocol };
    const status = await health(ready.port, this._token);
    return status === 200 ? { ready } : { unwell: status };
  }
}

function health(port, token) {
  const options = { host: '127.0.0.1', port, path: '/health', headers: { [TOKEN_HEADER]: token } };
  return new Promise((resolve) => {
    http
      .get(options, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
      .on('error', (error) => resolve(error.code));
  });
}

function deadline(milliseconds) {
  let timer;
  const passed = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  return { passed, clear: () => clearTimeout(timer) };
}

module.exports = { Child, TOKEN_HEADER, cleanEnvironment };
