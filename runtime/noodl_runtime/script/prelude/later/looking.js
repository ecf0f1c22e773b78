// Looking at values that live here, and making some of detached data.
(() => ({
  member: (value, key) => enc(dec(value)[key]),
  items: (value) => Array.from(dec(value), enc),
  tree: (value) => part("trees").tree(dec(value)),
  text(value) {
    const thing = dec(value);
    if (thing instanceof Date) part("locale"); // its text names the zone
    return String(thing);
  },
  number: (value) => number_(Number(dec(value))),
  matches: (pattern, flags, text) => new RegExp(pattern, flags).test(text),
  json: (entries) =>
    hostFacing.stringify(Object.fromEntries(entries.map(([name, value]) => [name, dec(value)]))),
  jsonOf: (value) => enc(hostFacing.stringify(dec(value))),
}))();
