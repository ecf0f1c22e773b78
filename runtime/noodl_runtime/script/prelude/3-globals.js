// The globals that scripts may use; what is not named here or by the language stays absent.
for (const name of ["console", "setTimeout", "setImmediate", "require", "fetch"]) {
  lazily(globalThis, name, () => part("globals")[name]);
}
lazily(globalThis, "Intl", () => part("locale").Intl);
lazily(globalThis, "WebAssembly", () => ({}));
lazily(globalThis, "global", () => globalThis);
for (const name of ["queueMicrotask", "performance", "btoa", "atob", "DOMException"]) {
  delete globalThis[name];
}
// Frames of a stack would hand out the functions of this prelude.
Object.defineProperty(Error, "prepareStackTrace", { value: undefined });
// What the engine writes without regard to a language, later/locale.js writes in American English.
const { toString } = Date.prototype;
for (const [owner, names] of [
  [Date, "toLocaleDateString toLocaleTimeString toLocaleString toString"],
  [Number, "toLocaleString"],
  [String, "localeCompare"],
]) {
  for (const name of names.split(" ")) {
    lazily(owner.prototype, name, () => part("locale")[owner.name][name]);
  }
}
