// Starts the backend of this app, keeps it running, and stops it with the app.
//
// Put here by `noodl-portable electron`, which also wires it into your main file:
//
//   import './start-backend/with-app.js';
//
// That one line is all there is to do: 'ready' of the app, and app.whenReady(), then wait until the
// backend serves, so your windows open over a backend that is there. Where you want it in hand:
//
//   import { startBackend } from './start-backend.js';
//   const backend = startBackend({ app });
//   backend.ready.then(() => window.loadURL(backend.url));
//
// Your pages reach it at backend.url, and at http://localhost with the port in its config.json. Nobody
// else does: each start makes a token, the requests of your pages bring it (start-backend/pages.js adds
// it), and the backend refuses those without.
//
// Records, files and keys are in the user's folder for this app, never beside the program, and stay
// when the app is updated. If this process dies, in whatever way, the backend ends by itself.
//
// Works with Electron 9 and newer. No dependencies. start-backend.d.ts has the types.

import start from './start-backend/app.js';

export const { startBackend, startWithApp } = start;
export default start;
