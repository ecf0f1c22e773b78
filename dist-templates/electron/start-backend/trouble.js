// What the user reads when the backend cannot run: a headline, what to do, the end of the log.
'use strict';

const RETRY = 'noodl-action://retry';
const QUIT = 'noodl-action://quit';

// code -> what is said about it. {words} are filled in from the facts at hand.
const TEXTS = {
  'no-python': [
    'Python {versions} is needed',
    'This app needs Python {versions} (64-bit), and none was found on this computer.\n\n{install}\n\nThen choose "Try again".',
  ],
  'no-bundle': [
    'A part of this app is missing',
    '{file} is not there. Install the app again.',
  ],
  damaged: ['A part of this app is damaged', '{file} is not what it was. Install the app again.'],
  'wrong-file': [
    'This app does not fit this computer',
    'Its backend cannot run here, and starting it again will not help; the last line below says why.',
  ],
  'no-cache': [
    'This app cannot unpack its backend',
    '{cache} cannot be written, or programs may not be run from there. Make room or allow it, then choose "Try again".',
  ],
  unexpected: ['This app could not start', '{reason}'],
  'port-taken': [
    'Port {port} is in use',
    'Another program uses port {port}, which this app needs. Close that program, then choose "Try again".',
  ],
  'data-in-use': [
    'The data of this app is in use',
    'Another copy of this app, or a tool, is using {data}. Close it, then choose "Try again".',
  ],
  slow: [
    'The app did not get ready in time',
    'Its backend did not answer within {seconds} seconds. Choose "Try again"; a first start can be slow.',
  ],
  foreign: [
    'Two parts of this app do not fit together',
    'The backend speaks version {protocol} of the protocol. Install the app again, or build it again with one version of noodl-portable.',
  ],
  crashed: [
    'A part of this app keeps stopping',
    'Its backend ended {times} times within a minute ({how}). Your data is kept in {data}.',
  ],
};

const INSTALL = {
  win32: 'Install it from python.org, with the boxes as they are, for all users or for you.',
  darwin: 'Install it from python.org.',
  linux: 'Install it with the software manager of your system; the package is often called python{version}.',
};

// Returns an Error whose message is a headline and whose detail says what to do.
//   code: a key of TEXTS;  facts: {versions: '3.12', data: '/home/...', ...};  log: a Log
function trouble(code, facts, log) {
  const install = INSTALL[process.platform] || INSTALL.linux;
  const known = Object.assign({ install: fill(install, facts) }, facts);
  const [headline, detail] = TEXTS[code].map((text) => fill(text, known));
  const error = new Error(headline);
  return Object.assign(error, { code, detail, log: log.tail(), logFile: log.file });
}

function fill(text, facts) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? String(facts[name]) : whole));
}

// Shows the trouble in a window of its own and resolves with 'retry' or 'quit'.
//
// The page is one text without scripts, and everything in it that comes from elsewhere is escaped;
// its two buttons are links that lead nowhere, which is what we listen for.
function showTrouble(electron, error) {
  const window = new electron.BrowserWindow({
    width: 640,
    height: 480,
    title: error.message,
    autoHideMenuBar: true,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, javascript: false },
  });
  window.loadURL(`data:text/html;charset=utf-8,${encodeURIComponent(page(error))}`);
  return new Promise((resolve) => {
    let answer = 'quit'; // also when the window is closed
    window.webContents.on('will-navigate', (event, url) => {
      event.preventDefault();
      if (url.indexOf(RETRY) === 0) answer = 'retry';
      window.close();
    });
    // Later, so that the news that this was the last window has come and gone.
    window.on('closed', () => setImmediate(() => resolve(answer)));
  });
}

function page(error) {
  const log = error.log ? `<h2>Last lines of the log</h2><pre>${escaped(error.log)}</pre>` : '';
  return `<!doctype html><meta charset="utf-8"><title>${escaped(error.message)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 0; color: #1c1c1e; background: #fafafa;
         display: flex; flex-direction: column; height: 100vh; }
  main { padding: 24px 32px 0; overflow: auto; flex: 1; }
  h1 { font-size: 21px; margin: 0 0 8px; } h2 { font-size: 13px; margin: 20px 0 4px; color: #666; }
  p { white-space: pre-wrap; margin: 0; overflow-wrap: anywhere; }
  pre { font-size: 12px; background: #eee; padding: 10px; overflow: auto; margin: 0; }
  .file { margin: 16px 0; } small { color: #666; overflow-wrap: anywhere; }
  nav { padding: 16px 32px; display: flex; gap: 8px; justify-content: flex-end; border-top: 1px solid #ddd; }
  nav a { padding: 6px 16px; border-radius: 6px; text-decoration: none; border: 1px solid #bbb; color: inherit; }
  nav a.first { background: #0a60c2; border-color: #0a60c2; color: #fff; }
</style>
<main><h1>${escaped(error.message)}</h1><p>${escaped(error.detail)}</p>${log}
<p class="file"><small>Log file: ${escaped(error.logFile)}</small></p></main>
<nav><a href="${QUIT}">Quit</a><a class="first" href="${RETRY}">Try again</a></nav>`;
}

function escaped(text) {
  const signs = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return String(text).replace(/[&<>"]/g, (sign) => signs[sign]);
}

module.exports = { trouble, showTrouble, page };
