// The page of a running backend: what starts by itself, what has run, and firing by hand.
// It uses the same JSON routes as everyone. The master key is kept in a variable and nowhere else.

const REFRESH_MS = 5000;

const find = (selector, within = document) => within.querySelector(selector);
let masterKey = "";

async function ask(method, path, body) {
  const headers = { "X-Parse-Master-Key": masterKey };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(found.error || `${answer.status} ${answer.statusText}`);
  return found;
}

function say(text, bad = false) {
  const said = find("#said");
  said.textContent = text;
  said.classList.toggle("bad", bad);
}

const when = (iso) => (iso ? new Date(iso).toLocaleString() : "");

// -- triggers

const WAITS = {
  schedule: (t) => `${t.meaning || ""} (${t.parameters.cron}, ${t.parameters.timezone || "local time"})`,
  dbChange: (t) => `${t.parameters.events} in ${t.parameters.collection}`,
  webhook: (t) => `${(t.methods || []).join(", ")} ${t.url || ""}`,
};

const last = (trigger) => {
  if (!trigger.last) return when(trigger.lastRun);
  const { startedAt, status, by, error } = trigger.last;
  return [when(startedAt), status, by, error].filter(Boolean).join(" · ");
};

function triggerRow(trigger) {
  const row = find("#trigger-row").content.cloneNode(true);
  const parked = (trigger.parked || []).length;
  find(".component", row).textContent = trigger.component;
  find(".kind", row).textContent = trigger.enabled ? trigger.kind : `${trigger.kind}, does not fire`;
  find(".problem", row).textContent = trigger.problem;
  find(".problem", row).hidden = !trigger.problem;
  find(".waits", row).textContent = WAITS[trigger.kind]?.(trigger) ?? "";
  find(".next", row).textContent = when((trigger.next || [])[0]);
  find(".last", row).textContent = last(trigger);
  find(".parked", row).textContent = parked || "";
  find(".fire", row).onclick = () => fire(trigger);
  for (const name of ["retry", "forget"]) find(`.${name}`, row).hidden = !parked;
  find(".retry", row).onclick = () => act(trigger, "retry", "tried again");
  find(".forget", row).onclick = () => {
    if (confirm(`Forget ${parked} parked changes? They will never be fired.`)) act(trigger, "forget", "forgotten");
  };
  return row;
}

function fire(trigger) {
  if (trigger.kind !== "dbChange") return act(trigger, "fire", "fired", {});
  const objectId = prompt(`Id of the record of ${trigger.parameters.collection} to fire for:`);
  if (objectId) act(trigger, "fire", "fired", { objectId });
}

async function act(trigger, action, done, body) {
  try {
    const answer = await ask("POST", `/_admin/triggers/${trigger.id}/${action}`, body ?? {});
    say(`${trigger.component}: ${done}. ${JSON.stringify(answer)}`);
  } catch (error) {
    say(`${trigger.component}: ${error.message}`, true);
  }
  await show();
}

// -- runs

function runRow(run) {
  const row = find("#run-row").content.cloneNode(true);
  find(".started", row).textContent = when(run.startedAt);
  find(".name", row).textContent = run.name;
  find(".name", row).onclick = () => open(run);
  find(".trigger", row).textContent = run.trigger;
  find(".status", row).textContent = run.status;
  find(".status", row).classList.toggle("bad", run.status >= 400);
  find(".duration", row).textContent = Math.round(run.duration);
  find(".chain", row).textContent = run.chain || "";
  return row;
}

async function open(run) {
  try {
    const dialog = find("#run");
    find("h2", dialog).textContent = run.name;
    find("pre", dialog).textContent = JSON.stringify(await ask("GET", `/_admin/runs/${run.id}`), null, 2);
    dialog.showModal();
  } catch (error) {
    say(error.message, true);
  }
}

// -- all of it

function fill(body, rows) {
  const table = body.closest("table");
  body.replaceChildren(...rows);
  table.hidden = !rows.length;
  find(".empty", table.parentElement).hidden = rows.length > 0;
}

async function show() {
  const failed = find("#failed").checked ? "&failed=1" : "";
  const [health, triggers, runs] = await Promise.all([
    ask("GET", "/health"),
    ask("GET", "/_admin/triggers"),
    ask("GET", `/_admin/runs?limit=50${failed}`),
  ]);
  document.title = find("h1").textContent = health.backend;
  find("#health").textContent = [`version ${health.version}`, ...(health.problems || [])].join(" · ");
  fill(find("#triggers"), triggers.results.map(triggerRow));
  fill(find("#runs"), runs.results.map(runRow));
  find("#key").hidden = true;
  find("main").hidden = false;
}

async function begin(event) {
  event.preventDefault();
  masterKey = new FormData(event.target).get("key");
  event.target.reset();
  try {
    await show();
    say("");
  } catch (error) {
    say(error.message, true);
    return;
  }
  setInterval(() => !document.hidden && show().catch((error) => say(error.message, true)), REFRESH_MS);
}

find("#key").onsubmit = begin;
find("#failed").onchange = () => show().catch((error) => say(error.message, true));
