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

// What the engine writes without regard to a language: later/locale.js puts it right, where a text
// may mean it, by name or by other ways.
const MAY_USE_LOCALE = /Locale|localeCompare|Intl|Date|eval|\\u/;

function compiled(make, node, problem, text) {
  try {
    if (MAY_USE_LOCALE.test(text)) part("locale");
    return make();
  } catch (error) {
    log("error", `${problem}: ${error.message}`, node);
    return undefined;
  }
}

// Nodes with the same text share its function: each task of a Run Tasks, for one.
const scripts = new Map();

// A name can be meant without being written: by an escape in it, eval or `arguments`.
const MAY_USE_NOODL = /Noodl|eval|arguments|\\u/;

function script(text, number) {
  const make = () =>
    new AsyncFunction("Inputs", "Outputs", "Noodl", "Component", `const Script = undefined;\n${text}`);
  return {
    text,
    script: compiled(make, number, "Error while parsing action script", text),
    usesNoodl: MAY_USE_NOODL.test(text),
  };
}

let project = "{}"; // {"settings": …, "metadata": …}, parsed anew for each look

const operations = {
  noop: () => null,
  build: (value) => enc(dec(value)),
  // Ahead of a run: what does not compile now is compiled, and complained of, when a node needs it.
  prepare(texts, parts) {
    for (const text of texts) {
      const made = script(text);
      if (made.script) scripts.set(text, made);
    }
    for (const name of parts) part(name);
  },
  project(text) {
    project = text;
  },
  // -- Function
  compile(number, text) {
    if (!scripts.has(text)) scripts.set(text, script(text, number));
    Object.assign(nodeOf(number), scripts.get(text));
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
      .call(node.self, node.inputs, node.outputs, node.usesNoodl ? part("noodl")() : undefined, {})
      .then(undefined, (error) => {
        // Where there is no room for even an error, the engine throws null.
        if (error === null && !/\bnull\b/.test(node.text)) effects.push(["exhausted"]);
        log("error", `Error in JS node run code. ${errorText(error)}`, number);
      });
  },
  gone(number) {
    nodeOf(number).deleted = true;
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
  promises: "answer refuse",
  looking: "member items tree text number matches json jsonOf",
  scriptNodes: "scriptCode scriptInput scriptFlush scriptGone",
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
