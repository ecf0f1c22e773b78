// Between the app's pages and the backend. The launch token is added to what the app's own pages ask of
// the backend, and to nothing else: a page of somebody else's in one of the app's windows does not get
// it. And pages find it at the port their app was exported with, even if it had to take another one.
'use strict';

const { TOKEN_HEADER } = require('./child.js');

// Lets the pages of a session talk to the backend. A session has room for one listener of a kind;
// an app that has its own onBeforeSendHeaders calls `backend.headersFor(details)` in it instead.
//   backend: has url, port, token, ownPages, and homePort, the one it would like to have
function attachTo(electron, session, backend) {
  const { webRequest } = session;
  webRequest.onBeforeSendHeaders(filterFor(backend.port), (details, callback) => {
    callback({ requestHeaders: headersFor(electron, details, backend) });
  });
  if (!backend.homePort || backend.homePort === backend.port) return;
  // Somebody else has the port that is written into the pages, and must not get what they send.
  webRequest.onBeforeRequest(filterFor(backend.homePort), (details, callback) => {
    callback(detour(electron, details, backend));
  });
}

// Returns the headers of a request, with the token if it goes from an own page to the backend.
function headersFor(electron, details, backend) {
  const there = placeBelow(details.url, backend.port) !== null;
  if (!there || !isOwn(pageBehind(electron, details), backend)) return details.requestHeaders;
  return Object.assign({}, details.requestHeaders, { [TOKEN_HEADER]: backend.token });
}

// Returns what happens to a request for the port that somebody else has.
function detour(electron, details, backend) {
  if (!isOwn(pageBehind(electron, details), backend)) return {};
  if (details.url.startsWith('ws')) return { cancel: true }; // these cannot be sent elsewhere
  return { redirectURL: `${backend.url}/${placeBelow(details.url, backend.homePort)}` };
}

function addressesOf(port) {
  return ['127.0.0.1', 'localhost'].map((host) => `http://${host}:${port}/`);
}

function filterFor(port) {
  const http = addressesOf(port).map((address) => `${address}*`);
  return { urls: http.concat(http.map((url) => url.replace('http', 'ws'))) };
}

// "http://localhost:5/api/Note?limit=1", 5 -> "api/Note?limit=1"; null for what is somewhere else
function placeBelow(url, port) {
  const address = addressesOf(port).find((start) => url.replace(/^ws/, 'http').startsWith(start));
  return address ? url.replace(/^ws/, 'http').slice(address.length) : null;
}

// The address of the page that asks; '' where it is the app itself that opens one.
function pageBehind(electron, details) {
  if (details.resourceType === 'mainFrame' && details.url.startsWith('http')) return '';
  try {
    // Newer versions know the frame; a frame that is being opened has no page of its own yet.
    if (details.frame && details.resourceType !== 'subFrame') return details.frame.url;
  } catch (error) {
    return 'about:gone';
  }
  const contents = details.webContentsId && electron.webContents.fromId(details.webContentsId);
  return contents ? contents.getURL() : details.referrer || '';
}

function isOwn(page, backend) {
  const own = ['file:'].concat(addressesOf(backend.port), backend.ownPages);
  return !page || own.some((place) => isBelow(page, place));
}

// Whether an address is a place or goes on below it: 'https://notes.example' has a page
// 'https://notes.example/a', and not 'https://notes.example.evil.example/'.
function isBelow(page, place) {
  return page.startsWith(place) && (/[/:]$/.test(place) || /^([/?#]|$)/.test(page.slice(place.length)));
}

// What the backend is told to let in: "app://notes/index.html" -> "app://notes"
function originsOf(pages) {
  return pages.map((page) => page.split('/').slice(0, 3).join('/'));
}

module.exports = { attachTo, detour, headersFor, originsOf };
