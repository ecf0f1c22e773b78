// Looking at values that live here, and making some of detached data.
(() => ({
  member: (value, key) => enc(dec(value)[key]),
  items: (value) => Array.from(dec(value), enc),
  tree: (value) => part("trees").tree(dec(value)),
  build: (value) => enc(dec(value)),
  text: (value) => String(dec(value)),
  number: (value) => number_(Number(dec(value))),
  matches: (pattern, flags, text) => new RegExp(pattern, flags).test(text),
  json: (entries) =>
    hostFacing.stringify(Object.fromEntries(entries.map(([name, value]) => [name, dec(value)]))),
  jsonOf: (value) => enc(hostFacing.stringify(dec(value))),
}))();
