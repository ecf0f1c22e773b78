// The launch token on its way: added to what the app's own pages ask of the backend, and to nothing
// else. A page of somebody else's in one of the app's windows does not get it.
'use strict';

const { TOKEN_HEADER } = require('./child.js');

// Lets the pages of a session talk to the backend. A session has room for one listener of this
// kind; an app that has its own calls `backend.headersFor(details)` in it instead.
//   backend: has url, token and ownPages
function attachToken(electron, session, backend) {
  session.webRequest.onBeforeSendHeaders(filterFor(backend.url), (details, callback) => {
    callback({ requestHeaders: headersFor(electron, details, backend) });
  });
}

function filterFor(url) {
  return { urls: [`${url}/*`, `${url.replace(/^http/, 'ws')}/*`] };
}

// Returns the headers of a request, with the token if it goes from an own page to the backend.
function headersFor(electron, details, backend) {
  const there = details.url.replace(/^ws/, 'http').indexOf(`${backend.url}/`) === 0;
  if (!there || !isOwn(pageBehind(electron, details), backend)) return details.requestHeaders;
  return Object.assign({}, details.requestHeaders, { [TOKEN_HEADER]: backend.token });
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
  return ['file:', `${backend.url}/`].concat(backend.ownPages).some((start) => page.startsWith(start)) || !page;
}

// What the backend is told to let in: "app://notes/index.html" -> "app://notes"
function originsOf(pages) {
  return pages.map((page) => page.split('/').slice(0, 3).join('/'));
}

module.exports = { attachToken, headersFor, originsOf };
