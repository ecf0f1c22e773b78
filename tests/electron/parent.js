// An app in a process of its own, to be killed: starts the backend and says where it is.
'use strict';

const { makeElectron } = require('./stub-electron.js');
const { startBackend } = require('../../dist-templates/electron/start-backend.js');

const electron = makeElectron({ home: process.argv[2] });
const options = JSON.parse(process.argv[3]);
const backend = startBackend(Object.assign({ app: electron.app, electron }, options));
backend.on('exit', (exit) => console.error(JSON.stringify(exit)));
backend.ready.then(() => {
  console.log(JSON.stringify({ port: backend.port, token: backend.token, pid: backend._child.process.pid }));
});
