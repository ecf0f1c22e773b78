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
      .then(undefined, (error) =>
        log("error", `Error in JS node run code. ${errorText(error)}`, number),
      );
  },
  gone(number) {
    nodeOf(number).deleted = true;
  },
  // -- Expression, REST, the filters of query nodes
  expression(...args) {
    return part("expressions").expression(...args);
  },
  compileRest(...args) {
    return part("rest").compileRest(...args);
  },
  restRequest(...args) {
    return part("rest").restRequest(...args);
  },
  restResponse(...args) {
    return part("rest").restResponse(...args);
  },
  queryFilter(...args) {
    return part("queryFilters").queryFilter(...args);
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
  // -- the state of the run, for the interpreter
  object: (id) => enc(objects.get(dec(id))),
  objectOf(value) {
    const given = dec(value);
    if (given !== null && typeof given === "object" && modelOf.has(given)) return enc(given);
    return enc(objects.create(typeof given === "string" ? { ...given } : given));
  },
  knows: (id) => objects.exists(id),
  className: (object) => enc(modelOf.get(dec(object))._class),
  classOfId: (id) => enc(classOfId(dec(id))),
  get: (object, name) => enc(modelOf.get(dec(object)).get(name, { resolve: true })),
  set: (object, name, value, resolve) =>
    modelOf.get(dec(object)).set(name, dec(value), { resolve }),
  setAll(id, entries) {
    const model = modelOf.get(objects.get(id));
    for (const [name, value] of entries) model.set(name, dec(value));
  },
  keys: (object) => Object.keys(modelOf.get(dec(object)).data),
  entries(object) {
    const data = modelOf.get(dec(object)).data;
    return Object.keys(data).map((name) => [name, enc(data[name])]);
  },
  announce: (object, event) => modelOf.get(dec(object)).notify(event, {}),
  listen(target, host) {
    const thing = dec(target);
    const model = modelOf.get(thing);
    const listener = { event: "change", host };
    if (model) model.listeners.push(listener);
    else arrayListeners.set(thing, [...(arrayListeners.get(thing) || []), listener]);
  },
  unlisten(target, host) {
    const thing = dec(target);
    const model = modelOf.get(thing);
    const others = (list) => list.filter((one) => one.host !== host);
    if (model) model.listeners = others(model.listeners);
    else arrayListeners.set(thing, others(arrayListeners.get(thing) || []));
  },
  array: (items) => enc(arrays.make(items.map((item) => asObject(dec(item))))),
  arrayById: (id) => enc(arrays.get(id)),
  arrayItems: (id) => (arrays.byId.has(id) ? tree([...arrays.byId.get(id)]) : null),
  forget() {
    objects.byId.clear();
    arrays.byId.clear();
  },
  member(value, key) {
    return enc(dec(value)[key]);
  },
  items: (value) => Array.from(dec(value), enc),
  tree: (value) => tree(dec(value)),
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

// The only way in: a list of operations, the last one's value and all effects come back.
function door(text) {
  const answer = {};
  try {
    let value;
    for (const [name, ...args] of hostFacing.parse(text)) value = operations[name](...args);
    answer.value = value === undefined ? null : value;
  } catch (error) {
    answer.error = errorText(error);
  }
  answer.effects = effects.splice(0);
  return hostFacing.stringify(answer);
}
