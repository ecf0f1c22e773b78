// The log of the backend: one file that never grows large, and its last lines at hand.
'use strict';

const fs = require('fs');
const path = require('path');

const MAX_SIZE = 1000000; // bytes of one file
const KEPT = 3; // files: backend.log, backend.1.log, backend.2.log
const TAIL = 40; // lines kept in memory for messages to the user

class Log {
  // hidden: a text that must not be written anywhere, the launch token
  constructor(folder, hidden) {
    this.file = path.join(folder, 'backend.log');
    this.lines = [];
    this._hidden = hidden;
  }

  // Writes one line and returns it as it was written.
  write(line) {
    const text = line.split(this._hidden).join('***');
    this.lines = this.lines.concat(text).slice(-TAIL);
    try {
      fs.mkdirSync(path.dirname(this.file), { recursive: true });
      this._rotate();
      fs.appendFileSync(this.file, text + '\n', { mode: 0o600 });
    } catch (error) {
      // A full disk must not take the app down; the last lines are in memory all the same.
    }
    return text;
  }

  // The last lines, for a message to the user.
  tail() {
    return this.lines.join('\n');
  }

  _rotate() {
    if (!fs.existsSync(this.file) || fs.statSync(this.file).size < MAX_SIZE) return;
    for (let number = KEPT - 1; number > 0; number -= 1) {
      const from = number === 1 ? this.file : this._numbered(number - 1);
      if (fs.existsSync(from)) fs.renameSync(from, this._numbered(number));
    }
  }

  _numbered(number) {
    return this.file.replace(/\.log$/, `.${number}.log`);
  }
}

// Calls back with each full line that arrives on a stream; the rest at its end.
function readLines(stream, onLine) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk) => {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = lines.pop();
    lines.forEach(onLine);
  });
  stream.on('end', () => {
    if (rest) onLine(rest);
    rest = '';
  });
  stream.on('error', () => {}); // the process is gone; its exit says so
}

module.exports = { Log, readLines };
