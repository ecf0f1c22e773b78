// Values across the border: what has no JSON of its own travels as a list with a tag in front.
//   ["u"] undefined   ["n", "NaN"] odd numbers   ["r", n, kind, …] a thing that lives here
//   ["p", pairs] object   ["a", items] array   ["c", id, items] Array with an id
//   ["d", ms] date   ["f", name, url] cloud file   ["o", id, class, pairs] an Object
//
// What a fresh context spends its time on is reading these files. So they hold what every run needs;
// the rest are parts that are evaluated here when first used: they see all names of this file and
// its neighbours, and give what others need of them.
const loaded = {};

function part(name) {
  if (!loaded[name]) {
    loaded[name] = eval(hostFacing.slice(partTexts, places[name][0], places[name][1]));
    effects.push(["part", name]);
  }
  return loaded[name];
}

const effects = []; // what the interpreter must hear of, in the order in which scripts did it
const things = [];
const numbers = new Map();
// As they are before a script can bend them.
const hostFacing = {
  parse: JSON.parse,
  stringify: JSON.stringify,
  slice: Function.prototype.call.bind(String.prototype.slice),
};
const places = hostFacing.parse(partPlaces); // name of a part -> where it stands in partTexts

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

function isCloudFile(value) {
  return loaded.decoding !== undefined && value instanceof loaded.decoding.CloudFile;
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
  if (isCloudFile(value)) return ["r", keep(value), "file"];
  return ["r", keep(value), "plain"];
}

function dec(coded) {
  if (!Array.isArray(coded)) return coded;
  const [tag, ...rest] = coded;
  switch (tag) {
    case "r":
      return things[rest[0]];
    case "u":
      return undefined;
    case "a":
      return rest[0].map(dec);
    case "p":
      return Object.fromEntries(rest[0].map(([key, value]) => [key, dec(value)]));
  }
  return part("decoding")[tag](...rest);
}

function log(level, text, node) {
  effects.push(["log", level, text, node]);
}

// Running out of memory is a limit of the run, not an error that its graph can go on from.
const Internal = globalThis.InternalError;

// A stack without the frames of this prelude, which are at its end.
function ownStack(error) {
  const lines = String(error.stack || "").trimEnd().split("\n");
  while (lines.length && /^ +at (\w+ \(native\)|(door|run|settle|answer|refuse|due|error) \()/.test(lines.at(-1))) lines.pop();
  return lines.join("\n");
}

function errorText(error) {
  try {
    if (error instanceof Internal && error.message === "out of memory") effects.push(["exhausted"]);
    if (error instanceof Error) return `${error.name}: ${error.message}\n${ownStack(error)}`.trim();
    return String(error);
  } catch {
    return "an error that cannot be shown";
  }
}

// A question to the host; settled by it later.
function ask(...question) {
  return part("promises").ask(...question);
}

// A property that is made when first looked at.
function lazily(target, name, make) {
  const define = (value) => {
    Object.defineProperty(target, name, { value, writable: true, configurable: true });
    return value;
  };
  Object.defineProperty(target, name, { get: () => define(make()), set: define, configurable: true });
}
