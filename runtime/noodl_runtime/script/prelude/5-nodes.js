// The scripts of nodes: Function, Expression, REST and the filters of query nodes.
const AsyncFunction = (async () => {}).constructor;
const nodes = new Map();

function nodeOf(number) {
  let node = nodes.get(number);
  if (!node) {
    node = { number, inputs: {}, values: {}, signals: new Set(), self: {}, deleted: false };
    node.outputs = new Proxy(node.values, {
      set(values, name, value) {
        if (node.deleted || values[name] === value) return true;
        values[name] = value;
        if (typeof name === "string" && !node.signals.has(name)) {
          effects.push(["output", number, name, enc(value)]);
        }
        return true;
      },
    });
    nodes.set(number, node);
  }
  return node;
}

function sender(node, name) {
  const send = () => {
    if (!node.deleted) effects.push(["signal", node.number, name]);
  };
  send.send = send;
  return send;
}

function compiled(make, node, problem) {
  try {
    return make();
  } catch (error) {
    log("error", `${problem}: ${error.message}`, node);
    return undefined;
  }
}

function result(node, name, compute) {
  try {
    return compute();
  } catch (error) {
    log("error", `${name} ${errorText(error)}`, node);
    return undefined;
  }
}

const operations = {
  noop: () => null,
  project(text) {
    project = text;
  },
  // -- Function
  compile(number, text) {
    const node = nodeOf(number);
    const make = () =>
      new AsyncFunction("Inputs", "Outputs", "Noodl", "Component", `const Script = undefined;\n${text}`);
    node.text = text;
    node.script = compiled(make, number, "Error while parsing action script");
  },
  input(number, name, value) {
    nodeOf(number).inputs[name] = dec(value);
  },
  run(number, signals) {
    const node = nodeOf(number);
    if (!node.script) return;
    for (const name of signals) {
      node.signals.add(name);
      node.values[name] = sender(node, name);
    }
    node.script
      .call(node.self, node.inputs, node.outputs, noodl(), {})
      .then(undefined, (error) => {
        // Where there is no room for even an error, the engine throws null.
        if (error === null && !/\bnull\b/.test(node.text)) effects.push(["exhausted"]);
        log("error", `Error in JS node run code. ${errorText(error)}`, number);
      });
  },
  gone(number) {
    nodeOf(number).deleted = true;
  },
  // -- callbacks
  settle(ticket, fine, value) {
    const settle = waiting.get(ticket);
    waiting.delete(ticket);
    if (settle) result("callback", "Error in a callback:", () => settle(fine, value));
  },
  answer(ticket, value) {
    operations.settle(ticket, true, dec(value));
  },
  refuse(ticket, kind, message) {
    operations.settle(ticket, false, refusals[kind](message));
  },
  // -- Objects
  setAll(id, entries) {
    early.push([id, entries]);
    if (loaded.objects) part("objects").takeEarly();
  },
  forget() {
    early.length = 0;
    if (loaded.objects) part("objects").forget();
  },
  // -- values
  member(value, key) {
    return enc(dec(value)[key]);
  },
  items: (value) => Array.from(dec(value), enc),
  tree: (value) => part("trees").tree(dec(value)),
  build: (value) => enc(dec(value)),
  text: (value) => String(dec(value)),
  number: (value) => number_(Number(dec(value))),
  matches: (pattern, flags, text) => new RegExp(pattern, flags).test(text),
  json: (entries) =>
    hostFacing.stringify(Object.fromEntries(entries.map(([name, value]) => [name, dec(value)]))),
  jsonOf: (value) => enc(hostFacing.stringify(dec(value))),
};

const refusals = {
  error: (message) => new Error(message),
  text: (message) => message,
  object: (message) => ({ error: message }),
};

// Operations that few runs need, by the part they are in.
const elsewhere = {};
for (const [home, names] of Object.entries({
  state:
    "object objectOf knows className classOfId get set keys entries announce listen " +
    "unlisten array arrayById arrayItems arrayId arraySet arrayAdd arrayRemove",
  expressions: "expression",
  rest: "compileRest restRequest restResponse",
  queryFilters: "queryFilter",
  mapping: "mapItems",
})) {
  for (const name of names.split(" ")) elsewhere[name] = home;
}

// The only way in: a list of operations, the last one's value and all effects come back.
function door(text) {
  const answer = {};
  try {
    let value;
    for (const [name, ...args] of hostFacing.parse(text)) {
      value = (operations[name] || part(elsewhere[name])[name])(...args);
    }
    answer.value = value === undefined ? null : value;
  } catch (error) {
    answer.error = errorText(error);
  }
  answer.effects = effects.splice(0);
  return hostFacing.stringify(answer);
}
