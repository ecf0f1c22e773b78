// The globals that scripts may use; what is not named here or by the language stays absent.
function shown(value) {
  if (typeof value === "string") return value;
  if (value instanceof Error) return errorText(value);
  try {
    const text = typeof value === "object" ? JSON.stringify(value) : undefined;
    return text === undefined ? String(value) : text;
  } catch {
    return Object.prototype.toString.call(value);
  }
}

const globals = {
  console: Object.fromEntries(
    ["log", "info", "warn", "error", "debug"].map((name) => {
      const level = { log: "info", warn: "warning" }[name] || name;
      return [name, (...args) => log(level, args.map(shown).join(" "), "console")];
    }),
  ),
  setTimeout(call, ms) {
    const ticket = ticketFor((fine, error) => (fine ? call() : log("error", errorText(error))));
    effects.push(["ask", ticket, "wait", [Number(ms) || 0]]);
  },
  setImmediate(call) {
    effects.push(["immediate", ticketFor(() => call())]);
  },
  require(name) {
    log("error", `require(${JSON.stringify(name)}): there are no modules in cloud scripts`);
  },
  fetch(url, options = {}) {
    const { method, headers, body } = options || {};
    const sent = { method: method || "GET", headers: {}, body: body === undefined ? null : body };
    for (const key of Object.keys(headers || {})) sent.headers[key] = String(headers[key]);
    if (sent.body !== null) sent.body = String(sent.body);
    return ask("fetch", [String(url), sent.method, sent.headers, sent.body], response);
  },
  Intl: {
    DateTimeFormat: class DateTimeFormat {
      format(date = new Date()) {
        return new Date(date).toLocaleDateString();
      }
      resolvedOptions() {
        return { locale: "en-US", calendar: "gregory", numberingSystem: "latn" };
      }
    },
  },
  WebAssembly: {},
  global: globalThis,
};

function response(answer) {
  const names = Object.keys(answer.headers);
  const value = (name) => answer.headers[String(name).toLowerCase()];
  return {
    ok: answer.status >= 200 && answer.status < 300,
    status: answer.status,
    statusText: answer.reason,
    redirected: answer.redirected,
    headers: {
      get: (name) => (value(name) === undefined ? null : value(name)),
      has: (name) => value(name) !== undefined,
      keys: () => names[Symbol.iterator](),
      values: () => names.map(value)[Symbol.iterator](),
      entries: () => names.map((name) => [name, value(name)])[Symbol.iterator](),
      forEach: (call) => names.forEach((name) => call(value(name), name)),
    },
    body: answer.body,
    text: () => Promise.resolve(answer.body),
    json() {
      try {
        return Promise.resolve(JSON.parse(answer.body));
      } catch {
        return Promise.reject("Failed to parse JSON response");
      }
    },
  };
}

for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
for (const name of ["queueMicrotask", "performance", "btoa", "atob", "DOMException"]) {
  delete globalThis[name];
}
