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
  fetch(url, options) {
    return part("network").fetch(url, options);
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

for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
for (const name of ["queueMicrotask", "performance", "btoa", "atob", "DOMException"]) {
  delete globalThis[name];
}
