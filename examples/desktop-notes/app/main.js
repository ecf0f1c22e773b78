'use strict';

const { app, BrowserWindow } = require('electron');

// Put here by `npm run backend`. From here on, 'ready' means that the backend serves.
const { startWithApp } = require('./start-backend.js');

const backend = startWithApp();

function openWindow() {
  const window = new BrowserWindow({ width: 720, height: 560, autoHideMenuBar: true });
  window.loadURL(backend.url);
}

app.whenReady().then(openWindow);
app.on('activate', () => {
  if (BrowserWindow.getAllWindows().length === 0) openWindow();
});
