// Values across the border: what has no JSON of its own travels as a list with a tag in front.
//   ["u"] undefined   ["n", "NaN"] odd numbers   ["r", n, kind, …] a thing that lives here
//   ["p", pairs] object   ["a", items] array   ["c", id, items] Array with an id
//   ["d", ms] date   ["f", name, url] cloud file   ["o", id, class, pairs] an Object
//
// Parts that few runs need are evaluated here when first used; they see all names of this file and
// its neighbours, and give what others need of them.
const loaded = {};

function part(name) {
  if (!loaded[name]) loaded[name] = eval(hostFacing.parse(partTexts)[name]);
  return loaded[name];
}

const effects = []; // what the interpreter must hear of, in the order in which scripts did it
const things = [];
const numbers = new Map();
const hostFacing = { parse: JSON.parse, stringify: JSON.stringify };

function keep(thing) {
  let number = numbers.get(thing);
  if (number === undefined) {
    number = things.length;
    things.push(thing);
    numbers.set(thing, number);
  }
  return number;
}

function number_(value) {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return ["n", Object.is(value, -0) ? "-0" : String(value)];
}

class CloudFile {
  constructor(name, url) {
    this.name = name;
    this.url = url;
  }
  getName() {
    return this.name;
  }
  getUrl() {
    return this.url;
  }
  toString() {
    return this.url;
  }
}

function enc(value) {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return number_(value);
    case "bigint":
      return value.toString();
    case "undefined":
    case "symbol":
      return ["u"];
    case "function":
      return ["r", keep(value), "function"];
  }
  if (value === null) return null;
  const model = modelOf.get(value);
  if (model) return ["r", keep(value), "object", enc(model.id)];
  if (Array.isArray(value)) return ["r", keep(value), "array"];
  if (value instanceof Date) return ["r", keep(value), "date", enc(value.getTime())];
  if (value instanceof CloudFile) return ["r", keep(value), "file"];
  return ["r", keep(value), "plain"];
}

const decoders = {
  u: () => undefined,
  n: (text) => Number(text),
  r: (number) => things[number],
  d: (ms) => new Date(dec(ms)),
  f: (name, url) => new CloudFile(name, url),
  a: (items) => items.map(dec),
  p: (entries) => Object.fromEntries(entries.map(([key, value]) => [key, dec(value)])),
  c: (id, items) => part("objects").arrays.make(items.map(dec), id || undefined),
  o: (id, className, entries) => {
    const object = part("objects").objects.get(dec(id));
    const model = modelOf.get(object);
    model._class = dec(className);
    for (const [key, value] of entries) model.set(key, dec(value));
    return object;
  },
};

function dec(coded) {
  return Array.isArray(coded) ? decoders[coded[0]](...coded.slice(1)) : coded;
}

function log(level, text, node) {
  effects.push(["log", level, text, node]);
}

// Running out of memory is a limit of the run, not an error that its graph can go on from.
const Internal = globalThis.InternalError;

function errorText(error) {
  try {
    if (error instanceof Internal && error.message === "out of memory") effects.push(["exhausted"]);
    if (error instanceof Error) return `${error.name}: ${error.message}\n${error.stack || ""}`.trim();
    return String(error);
  } catch {
    return "an error that cannot be shown";
  }
}

// Promises that the host settles, and callbacks that it calls.
const waiting = new Map();
let tickets = 0;

function ticketFor(settle) {
  tickets += 1;
  waiting.set(tickets, settle);
  return tickets;
}

function ask(operation, args, convert) {
  return new Promise((resolve, reject) => {
    const ticket = ticketFor((fine, value) => {
      if (!fine) return reject(value);
      return resolve(convert ? convert(value) : value);
    });
    effects.push(["ask", ticket, operation, args]);
  });
}
