// What the globals of scripts do; `3-globals.js` names them.
(() => {
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

  return {
    console: Object.fromEntries(
      ["log", "info", "warn", "error", "debug"].map((name) => {
        const level = { log: "info", warn: "warning" }[name] || name;
        return [name, (...args) => log(level, args.map(shown).join(" "), "console")];
      }),
    ),
    setTimeout(call, ms) {
      const due = (fine, error) => (fine ? call() : log("error", errorText(error)));
      const ticket = part("promises").ticketFor(due);
      effects.push(["ask", ticket, "wait", [Number(ms) || 0]]);
    },
    setImmediate(call) {
      effects.push(["immediate", part("promises").ticketFor(() => call())]);
    },
    require(name) {
      log("error", `require(${JSON.stringify(name)}): there are no modules in cloud scripts`);
    },
    fetch(url, options) {
      return part("network").fetch(url, options);
    },
  };
})();
