// The state of the run, for the interpreter.
(() => {
  const { objects, arrays, asObject, classOfId } = part("objects");

  return {
    object: (id) => enc(objects.get(dec(id))),
    objectOf(value) {
      const given = dec(value);
      if (given !== null && typeof given === "object" && modelOf.has(given)) return enc(given);
      return enc(objects.create(typeof given === "string" ? Object.assign({}, given) : given));
    },
    knows: (id) => objects.exists(id),
    className: (object) => enc(modelOf.get(dec(object))._class),
    classOfId: (id) => enc(classOfId(dec(id))),
    get: (object, name, resolve) => enc(modelOf.get(dec(object)).get(name, { resolve })),
    set: (object, name, value, resolve, forceChange) =>
      modelOf.get(dec(object)).set(name, dec(value), { resolve, forceChange }),
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
    arrayId: (array) => enc(arrayIds.get(dec(array))),
    arraySet: (array, source) => part("arrays").set.call(dec(array), dec(source)),
    arrayAdd: (array, item) => part("arrays").add.call(dec(array), dec(item)),
    arrayRemove: (array, item) => part("arrays").remove.call(dec(array), dec(item)),
    arrayItems: (id) => (arrays.byId.has(id) ? part("trees").tree([...arrays.byId.get(id)]) : null),
  };
})();
