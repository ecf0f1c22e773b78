// Finds the Python that the backend runs with: the one that travels with the app, else one of the
// machine. A name on the path proves nothing (Windows has a stub that only opens a shop), so each
// candidate is started once and has to say which version it is.
'use strict';

const { execFile } = require('child_process');
const fs = require('fs');
const path = require('path');

// Prints "3.12 1": its version, and whether it is a 64-bit one. "3.13t" and "pypy3.11" fit no bundle.
const PROBE = [
  'import sys',
  'name = sys.implementation.name.replace("cpython", "")',
  'flags = getattr(sys, "abiflags", "")',
  'print("%s%d.%d%s %d" % (name, sys.version_info[0], sys.version_info[1], flags, sys.maxsize > 2**32))',
].join('\n');
const PROBE_TIMEOUT = 10000; // milliseconds; a virus scanner may look at it first
const SYSTEMS = { linux: ['linux', 'musl'], darwin: ['mac'], win32: ['win'] };

// Resolves with {command, args} to start Python with, or null when none fits.
//
//   folder:   where the backend lies; in it, maybe, python/
//   about:    what backend.json says: {"python": "bin/python3" or null, "targets": [...]}
//   chosen:   a Python that the app or the user names
async function findPython(folder, about, chosen, environment, platform) {
  const versions = versionsFor(about.targets, platform);
  for (const candidate of candidates(folder, about, chosen, versions, platform)) {
    if (await fits(candidate, versions, environment)) return candidate;
  }
  return null;
}

// ["linux-x86_64-3.12", "mac-arm64-3.13"] on Linux -> ["3.12"]
function versionsFor(targets, platform) {
  const systems = SYSTEMS[platform] || ['linux'];
  const fitting = targets.filter((target) => systems.indexOf(target.split('-')[0]) >= 0);
  return Array.from(new Set(fitting.map((target) => target.split('-').pop()))).sort().reverse();
}

// The order in which Pythons are tried.
function candidates(folder, about, chosen, versions, platform) {
  const found = [];
  const add = (command, ...args) => found.push({ command, args });
  if (about.python) add(path.join(folder, 'python', about.python));
  if (chosen) add(chosen);
  if (platform === 'win32') {
    versions.forEach((version) => add('py', `-${version}`));
    ['python', 'python3'].forEach((name) => add(name));
    return found;
  }
  versions.forEach((version) => {
    add(`python${version}`);
    placesOf(version, platform).forEach((place) => add(place));
  });
  // Apple's own python3 is a stub that asks to install gigabytes, unless its tools are there.
  const stub = platform === 'darwin' && !fs.existsSync('/Library/Developer/CommandLineTools');
  if (!stub) ['python3', 'python'].forEach((name) => add(name));
  return found;
}

// An app that was started by a click has a short PATH on macOS.
function placesOf(version, platform) {
  if (platform !== 'darwin') return [];
  return [
    `/opt/homebrew/bin/python${version}`,
    `/usr/local/bin/python${version}`,
    `/Library/Frameworks/Python.framework/Versions/${version}/bin/python${version}`,
  ];
}

function fits(candidate, versions, environment) {
  const args = candidate.args.concat('-I', '-c', PROBE);
  const options = { env: environment, timeout: PROBE_TIMEOUT, windowsHide: true };
  return new Promise((resolve) => {
    execFile(candidate.command, args, options, (error, said) => {
      const [version, bits] = String(said || '').trim().split(' ');
      resolve(!error && bits === '1' && versions.indexOf(version) >= 0);
    });
  });
}

module.exports = { findPython, versionsFor, candidates };
