// Where everything of the backend is: what came with the app, and what is kept for the user.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

class Places {
  // options: folder, data and environment, as in start-backend.d.ts
  constructor(app, options) {
    this.user = app.getPath('userData');
    this.folder = options.folder || backendFolder(app);
    this.data = options.data || path.join(this.user, 'backend');
    // Where a bundle unpacks its libraries, once.
    this.cache = (options.environment || {}).NOODL_CACHE || path.join(this.user, 'backend-cache');
    this._port = path.join(this.user, 'backend-port');
  }

  // What backend.json says, or null: {"bundle": "backend.pyz", "targets": [...], ...}.
  about() {
    try {
      return JSON.parse(fs.readFileSync(path.join(this.folder, 'backend.json'), 'utf8'));
    } catch (error) {
      return null;
    }
  }

  // Whether a bundle is 'missing', 'damaged' or 'whole'. A download that broke off, or a disk that
  // lost something, is better told than run.
  state(bundle, sha256) {
    if (!fs.existsSync(bundle)) return 'missing';
    if (!sha256) return 'whole'; // an expanded bundle: a folder, signed by the system's means
    const found = crypto.createHash('sha256').update(fs.readFileSync(bundle)).digest('hex');
    return found === sha256 ? 'whole' : 'damaged';
  }

  // The port of last time, or 0. What pages keep in localStorage belongs to an address with its
  // port: a log-in would be lost with each start if the port were another one each time.
  lastPort() {
    try {
      return Number(fs.readFileSync(this._port, 'utf8')) || 0;
    } catch (error) {
      return 0;
    }
  }

  rememberPort(port) {
    try {
      fs.writeFileSync(this._port, String(port));
    } catch (error) {
      // Then it is another one next time.
    }
  }
}

// Where the bundle lies: in a packaged app in its resources, never inside app.asar, which only
// Electron can read; while you develop, in your app's folder; in an app that was unpacked by hand
// (resources/app) beside that. Where systems need different ones, each in a folder of its own,
// backend/darwin-arm64.
function backendFolder(app) {
  const root = app.getAppPath();
  const places = [path.join(root, 'backend'), path.join(root, '..', 'backend')];
  if (app.isPackaged) places.unshift(path.join(process.resourcesPath, 'backend'));
  const own = `${process.platform}-${process.arch}`;
  const both = [].concat(...places.map((place) => [path.join(place, own), place]));
  return both.find((place) => fs.existsSync(path.join(place, 'backend.json'))) || places[0];
}

module.exports = { Places, backendFolder };
