// The page and the backend have one address, so the routes are named without it.
'use strict';

const element = (id) => document.getElementById(id);

async function call(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error);
  return told;
}

async function show() {
  const { results } = await call('GET', '/api/Note?sort=-createdAt&limit=100');
  element('notes').textContent = '';
  element('notes').append(...results.map(row));
  const { result } = await call('POST', '/functions/headline', { count: results.length });
  element('headline').textContent = result.message;
}

function row(note) {
  const made = element('note').content.cloneNode(true);
  made.querySelector('span').textContent = note.text;
  made.querySelector('button').onclick = () => tried(() => call('DELETE', `/api/Note/${note.objectId}`));
  return made;
}

async function tried(change) {
  element('problem').hidden = true;
  try {
    await change();
    await show();
  } catch (error) {
    element('problem').textContent = error.message;
    element('problem').hidden = false;
  }
}

element('new').onsubmit = (event) => {
  event.preventDefault();
  const text = element('text').value.trim();
  element('new').reset();
  tried(() => call('POST', '/api/Note', { text }));
};

tried(show);
