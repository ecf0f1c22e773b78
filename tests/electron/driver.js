// Drives a real app from a test: stands in front of its main file, and does as the lines on stdin say.
//
//   <- {"event": "page", "url": ..., "notes": [...]}     each time a page has loaded and shows its notes
//   -> {"do": "add", "text": "..."}                       types a note and sends it
//   -> {"do": "run", "script": "..."}                     runs a script in the page
//   -> {"do": "shot", "file": "..."}                      takes a picture of the window
//   -> {"do": "open", "url": "..."}                       opens another page in the window
//   -> {"do": "click", "x": 1, "y": 2}                    clicks there
//   -> {"do": "backend"}                                  says its url, token and process
//   -> {"do": "close"}, {"do": "quit"}
'use strict';

const { app, BrowserWindow } = require('electron');
const fs = require('fs');
const readline = require('readline');

const say = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);
const contents = () => BrowserWindow.getAllWindows()[0].webContents;
const inPage = (script) => contents().executeJavaScript(script);
const shim = () => require('./start-backend.js').backend;

// The notes as the page shows them, once it has heard from the backend.
const SHOWN = `new Promise((resolve) => {
  const look = () => {
    const headline = document.getElementById('headline');
    if (!headline) return resolve({ title: document.title, text: document.body.innerText });
    const items = Array.from(document.querySelectorAll('#notes span'), (span) => span.textContent);
    const problem = document.getElementById('problem');
    if (headline.textContent.endsWith(': ' + items.length) || !problem.hidden) {
      resolve({ notes: items, headline: headline.textContent, problem: problem.textContent });
    } else setTimeout(look, 20);
  };
  look();
})`;
const ADD = (text) => `new Promise((resolve) => {
  new MutationObserver(resolve).observe(document.getElementById('notes'), { childList: true });
  document.getElementById('text').value = ${JSON.stringify(text)};
  document.querySelector('#new button').click();
}).then(() => ${SHOWN})`;

const DEEDS = {
  add: ({ text }) => inPage(ADD(text)),
  run: ({ script }) => inPage(script),
  shot: async ({ file }) => fs.writeFileSync(file, (await BrowserWindow.getAllWindows()[0].capturePage()).toPNG()),
  open: async ({ url }) => {
    await contents().loadURL(url);
  },
  click: ({ x, y }) => {
    const place = { x, y, button: 'left', clickCount: 1 };
    contents().sendInputEvent(Object.assign({ type: 'mouseDown' }, place));
    contents().sendInputEvent(Object.assign({ type: 'mouseUp' }, place));
  },
  backend: () => ({ url: shim().url, token: shim().token, pid: shim()._child.process.pid }),
  close: () => BrowserWindow.getAllWindows()[0].close(),
  quit: () => app.quit(),
};

app.on('web-contents-created', (event, page) => {
  page.on('page-title-updated', (changed, title) => say({ event: 'title', title }));
  page.on('did-finish-load', async () => {
    const told = await page.executeJavaScript(SHOWN).catch((error) => ({ error: error.message }));
    say({ event: 'page', url: page.getURL(), ...told });
  });
});
app.on('second-instance', () => say({ event: 'second' }));
app.on('quit', () => say({ event: 'quit' }));

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const asked = JSON.parse(line);
  const answer = await Promise.resolve(DEEDS[asked.do](asked)).catch((error) => ({ error: error.message }));
  say({ event: 'done', answer });
});

say({ event: 'started', pid: process.pid, packaged: app.isPackaged, userData: app.getPath('userData') });
require('./main.js');
shim().on('ready', () => say({ event: 'ready' }));
shim().on('exit', (exit) => say({ event: 'exit', ...exit }));
