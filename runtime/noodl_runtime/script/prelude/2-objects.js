// What Objects and Arrays need from the start; the rest is in later/objects.js.
const modelOf = new WeakMap(); // what scripts hold -> the model behind it
const arrayIds = new WeakMap();
const arrayListeners = new WeakMap();
const early = []; // properties of Objects that were set before anyone looked at one

// The members that arrays have in graphs; what they do is read when the first one is used.
const ARRAY_MEMBERS =
  "each size get getId contains add addAtIndex remove removeAtIndex set on off notify".split(" ");

for (const name of ARRAY_MEMBERS) {
  Object.defineProperty(Array.prototype, name, {
    value(...args) {
      return part("arrays")[name].apply(this, args);
    },
    writable: true,
    configurable: true,
  });
}
Object.defineProperty(Array.prototype, "items", {
  get() {
    return this;
  },
  set(source) {
    part("arrays").set.call(this, source);
  },
  configurable: true,
});
Object.defineProperty(Array.prototype, "id", {
  get() {
    return arrayIds.get(this);
  },
  set(value) {
    Object.defineProperty(this, "id", { value, writable: true, configurable: true });
  },
  configurable: true,
});
