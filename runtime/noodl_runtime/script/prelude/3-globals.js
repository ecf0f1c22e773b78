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
// With it, frames of a stack would hand out the functions of this prelude.
delete Error.prepareStackTrace;
