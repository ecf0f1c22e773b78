// fetch, as far as cloud scripts have it.
(() => {
  function fetch(url, options = {}) {
    const { method, headers, body } = options || {};
    const sent = { method: method || "GET", headers: {}, body: body === undefined ? null : body };
    for (const key of Object.keys(headers || {})) sent.headers[key] = String(headers[key]);
    if (sent.body !== null) sent.body = String(sent.body);
    return ask("fetch", [String(url), sent.method, sent.headers, sent.body], response);
  }

  function response(answer) {
    const names = Object.keys(answer.headers);
    const value = (name) => {
      const key = String(name).toLowerCase();
      return Object.hasOwn(answer.headers, key) ? answer.headers[key] : undefined;
    };
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

  return { fetch };
})();
