// The editor's renderer code, as the design writes it, over a real launcher and real backends.
'use strict';

const assert = require('assert');
const { EventEmitter } = require('events');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { test } = require('node:test');

const { CHANNELS, handleBackends } = require('../../dist-templates/electron/editor-ipc.js');

const PYTHON = process.env.BACKEND_PYTHON;

// Electron's ipc between a renderer and the main process: arguments and answers are copied, and of an
// error only its message arrives, behind words of Electron's.
function makeEditor(t) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'noodl-editor-'));
  const handlers = {};
  const ipcMain = { handle: (channel, handler) => { handlers[channel] = handler; } };
  const app = new EventEmitter();
  app.quit = () => {
    const event = { prevented: false, preventDefault() { this.prevented = true; } };
    app.emit('will-quit', event);
    if (!event.prevented) app.emit('quit');
  };
  const command = [PYTHON, '-m', 'noodl_portable', 'launcher'];
  const environment = Object.assign({}, process.env, { NOODL_HOME: home });
  const backends = handleBackends({ ipcMain, app, command, environment });
  t.after(async () => {
    await backends.stop();
    fs.rmSync(home, { recursive: true, force: true });
  });
  const invoke = async (channel, ...args) => {
    try {
      return structuredClone(await handlers[channel]({}, ...structuredClone(args)));
    } catch (error) {
      throw new Error(`Error invoking remote method '${channel}': ${error}`);
    }
  };
  return { app, home, window: { electronAPI: { invoke } } };
}

const refuses = (promise, words) => assert.rejects(promise, (error) => {
  assert.match(error.message, words);
  return true;
});

test('the list of backends makes, starts, stops and deletes', async (t) => {
  const { window, home } = makeEditor(t);
  const load = async () => {
    const list = await window.electronAPI.invoke('backend:list');
    return Promise.all(list.map(async (b) => {
      const status = await window.electronAPI.invoke('backend:status', b.id);
      return { ...b, status: status.running ? 'running' : 'stopped', port: status.port, projectCount: b.projectIds?.length || 0 };
    }));
  };
  assert.deepStrictEqual(await load(), []);
  const shop = await window.electronAPI.invoke('backend:create', 'My Shöp');
  const other = await window.electronAPI.invoke('backend:create', 'Another');
  assert.notStrictEqual(shop.port, other.port);
  assert.match(shop.id, /^backend-[a-z0-9]+$/);
  await window.electronAPI.invoke('backend:start', shop.id);
  await window.electronAPI.invoke('backend:start', shop.id); // already running
  const list = await load();
  assert.deepStrictEqual(list.map((b) => [b.name, b.status, b.projectCount]), [['Another', 'stopped', 0], ['My Shöp', 'running', 0]]);
  const health = await fetch(`http://localhost:${list[1].port}/health`).then((answer) => answer.json());
  assert.strictEqual(health.backend, 'My Shöp');
  await window.electronAPI.invoke('backend:stop', shop.id);
  await window.electronAPI.invoke('backend:stop', shop.id);
  assert.deepStrictEqual(await window.electronAPI.invoke('backend:status', shop.id), { running: false });
  const { keptIn } = await window.electronAPI.invoke('backend:delete', shop.id);
  assert.ok(fs.existsSync(path.join(keptIn, 'config.json')) && keptIn.startsWith(home));
  assert.deepStrictEqual((await load()).map((b) => b.id), [other.id]);
});

test('a project loads its backend, and one that is not there is stopped', async (t) => {
  const { window } = makeEditor(t);
  const { id } = await window.electronAPI.invoke('backend:create', 'Mine');
  await window.electronAPI.invoke('backend:start', id); // settings.autoStart
  const status = await window.electronAPI.invoke('backend:status', id);
  assert.strictEqual(status.running, true);
  assert.strictEqual((await fetch(`http://localhost:${status.port}/health`)).status, 200);
  assert.deepStrictEqual(await window.electronAPI.invoke('backend:status', 'gone'), { running: false });
  await refuses(window.electronAPI.invoke('backend:start', '../..'), /there is no backend '\.\.\/\.\.'/);
});

test('workflows are written, and served when reload has answered', async (t) => {
  const { window } = makeEditor(t);
  const backend = await window.electronAPI.invoke('backend:create', 'Flows');
  const workflow = JSON.parse(fs.readFileSync(path.join(__dirname, '../../examples/todo/workflows/hello.workflow.json'), 'utf8'));
  const send = (changed) => window.electronAPI.invoke('backend:update-workflow', { backendId: backend.id, name: 'hello', workflow: changed });
  await send(workflow);
  assert.deepStrictEqual(await window.electronAPI.invoke('backend:reload-workflows', backend.id), {
    served: false,
    problems: (await window.electronAPI.invoke('backend:reload-workflows', backend.id)).problems,
  });
  const { port } = await window.electronAPI.invoke('backend:start', backend.id);
  const call = () => fetch(`http://localhost:${port}/functions/hello`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"name":"Ada"}',
  }).then((answer) => answer.json());
  assert.deepStrictEqual(await call(), { result: { message: 'Hello, Ada!' } });
  workflow.components[0].nodes[1].parameters.format = 'Bye, {name}!';
  await send(workflow);
  const told = await window.electronAPI.invoke('backend:reload-workflows', backend.id);
  assert.strictEqual(told.served, true);
  assert.deepStrictEqual(await call(), { result: { message: 'Bye, Ada!' } });
  await refuses(send({ components: 'none' }), /components/);
  assert.deepStrictEqual(await call(), { result: { message: 'Bye, Ada!' } });
});

test('a Parse app comes over with its classes, ids and times, and goes out as text', async (t) => {
  const { window } = makeEditor(t);
  const backend = await window.electronAPI.invoke('backend:create', 'Migrated from old');
  await window.electronAPI.invoke('backend:start', backend.id);
  const system = { objectId: { type: 'String' }, createdAt: { type: 'Date' }, updatedAt: { type: 'Date' }, ACL: { type: 'ACL' } };
  const schema = [
    { className: 'Todo', fields: { ...system, title: { type: 'String' }, list: { type: 'Pointer', targetClass: 'List' }, tags: { type: 'Relation', targetClass: 'Tag' } }, classLevelPermissions: { find: { '*': true }, get: { '*': true } } },
    { className: 'List', fields: { ...system, name: { type: 'String' } } },
    { className: 'Tag', fields: system },
    { className: '_User', fields: { ...system, username: { type: 'String' }, password: { type: 'String' }, email: { type: 'String' }, nick: { type: 'String' } } },
    { className: '_Session', fields: { ...system, sessionToken: { type: 'String' } } },
  ];
  const told = await window.electronAPI.invoke('backend:import-parse-schema', { backendId: backend.id, schema });
  assert.deepStrictEqual(told, { classes: ['Todo', 'List', 'Tag', '_User'], skipped: ['_Session'] });
  await window.electronAPI.invoke('backend:import-parse-schema', { backendId: backend.id, schema }); // once more
  const then = '2020-01-02T03:04:05.678Z';
  const todos = Array.from({ length: 250 }, (_, number) => ({
    objectId: `todo${number}`, createdAt: then, updatedAt: then, title: `Todo ${number}`,
    list: { __type: 'Pointer', className: 'List', objectId: 'list1' }, tags: { __type: 'Relation', className: 'Tag' },
  }));
  const into = (collection, records) => window.electronAPI.invoke('backend:import-records', { backendId: backend.id, collection, records });
  assert.deepStrictEqual(await into('Todo', todos), { imported: 250 });
  await into('_User', [{ objectId: 'user1', username: 'ada', nick: 'A', createdAt: then, updatedAt: then }]);
  await refuses(into('Todo', [{ title: 5 }, { title: 'fine' }]), /1 of 2 records of Todo were refused, the others are in/);

  const data = JSON.parse(await window.electronAPI.invoke('backend:export-data', backend.id, 'json'));
  const last = data.Todo.find((record) => record.objectId === 'todo249');
  assert.deepStrictEqual([last.title, last.createdAt, last.list.objectId], ['Todo 249', then, 'list1']);
  assert.strictEqual(data.Todo.length, 251);
  assert.strictEqual(data._User[0].nick, 'A');
  const json = JSON.parse(await window.electronAPI.invoke('backend:export-schema', backend.id, 'json'));
  assert.ok(json.tables.some((table) => table.name === 'Todo'));
  assert.match(await window.electronAPI.invoke('backend:export-schema', backend.id, 'sql'), /CREATE TABLE/);
  await refuses(window.electronAPI.invoke('backend:export-schema', backend.id, 'pocketbase'), /no format 'pocketbase' for the schema; there are json, sql/);
  await refuses(window.electronAPI.invoke('backend:export-data', backend.id, 'sql'), /no format 'sql' for the records; there are json/);
  await window.electronAPI.invoke('backend:stop', backend.id);
  await refuses(window.electronAPI.invoke('backend:export-data', backend.id, 'json'), /does not run; start it first/);
});

test('the launcher and its backends are gone when the editor has quit', async (t) => {
  const { window, app } = makeEditor(t);
  const { id } = await window.electronAPI.invoke('backend:create', 'Mine');
  const { port } = await window.electronAPI.invoke('backend:start', id);
  const gone = new Promise((resolve) => app.once('quit', resolve));
  app.quit();
  await gone;
  await assert.rejects(fetch(`http://localhost:${port}/health`));
});

test('a launcher that cannot start says why', async () => {
  const ipcMain = { handle: () => {} };
  const { invoke } = handleBackends({ ipcMain, app: new EventEmitter(), command: ['no such program'] });
  await refuses(invoke('backend:list'), /did not start: .*no such program/);
});

// No real launcher can be had to die in the middle of an answer at will, or to answer what is no JSON.
const odd = (answer) => `
  const http = require('http');
  const server = http.createServer((request, response) => { ${answer} });
  server.listen(0, '127.0.0.1', () => console.log('NOODL_READY ' + JSON.stringify({ port: server.address().port })));
  process.stdin.resume().on('end', () => process.exit(0));`;

test('an answer that breaks off is an error and not a wait without end', async (t) => {
  const answers = [
    ["response.write('[{'); setImmediate(() => process.exit(1));", /the launcher of noodl-portable has ended/],
    ["response.end('<html>');", /JSON/],
  ];
  for (const [answer, words] of answers) {
    const command = [process.execPath, '-e', odd(answer)];
    const backends = handleBackends({ ipcMain: { handle: () => {} }, app: new EventEmitter(), command });
    t.after(() => backends.stop());
    await refuses(backends.invoke('backend:list'), words);
  }
});

test('every channel of the design is answered', () => {
  const design = ['list', 'create', 'delete', 'start', 'stop', 'status', 'export-schema', 'export-data',
    'update-workflow', 'reload-workflows', 'import-parse-schema', 'import-records'];
  assert.deepStrictEqual(Object.keys(CHANNELS), design.map((name) => `backend:${name}`));
});
