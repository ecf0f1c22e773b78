// Objects and Arrays of the run: one Object per id, with change events.
(() => {
  function guid() {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let id = "";
    for (let i = 0; i < 10; i++) id += letters[Math.floor(Math.random() * letters.length)];
    return id;
  }

  function tell(listeners, event, args) {
    for (const listener of [...(listeners || [])]) {
      if (listener.event !== event) continue;
      if (listener.host !== undefined) {
        const name = args && args.name !== undefined ? String(args.name) : "";
        effects.push(["heard", listener.host, name, enc(args && args.value)]);
      } else {
        listener.call(args);
      }
    }
  }

  function without(listeners, event, call) {
    return listeners.filter((one) => !(one.event === event && one.call === call));
  }

  class Model {
    constructor(id) {
      this.id = id;
      this.data = {};
      this.listeners = [];
      this._class = undefined;
    }
    on(event, call) {
      this.listeners.push({ event, call });
    }
    off(event, call) {
      this.listeners = without(this.listeners, event, call);
    }
    notify(event, args) {
      tell(this.listeners, event, args);
    }
    set(name, value, options = {}) {
      let owner = this;
      let key = name;
      if (options && options.resolve && String(name).includes(".")) {
        const path = String(name).split(".");
        key = path.pop();
        for (const step of path) {
          if (!(owner instanceof Model)) return;
          const next = owner.data[step];
          if (next === undefined || next === null) {
            throw new TypeError(`Cannot set ${name}: ${step} is ${next}`);
          }
          owner = modelOf.get(next);
        }
        if (!(owner instanceof Model)) return;
      }
      const old = owner.data[key];
      owner.data[key] = value;
      const silent = options && options.silent;
      if (!silent && (old !== value || (options && options.forceChange))) {
        owner.notify("change", { name: key, value, old });
      }
    }
    get(name, options = {}) {
      if (!(options && options.resolve) || !String(name).includes(".")) return this.data[name];
      const path = String(name).split(".");
      const last = path.pop();
      let owner = this;
      for (const step of path) {
        const next = owner.data[step];
        owner = next !== null && typeof next === "object" ? modelOf.get(next) : undefined;
        if (!owner) return undefined;
      }
      return owner.data[last];
    }
    setAll(source) {
      for (const key of Object.keys(source || {})) if (key !== "id") this.set(key, source[key]);
    }
    fill(value = null) {
      for (const key of Object.keys(this.data)) this.set(key, value);
    }
    getId() {
      return this.id;
    }
    toJSON() {
      return Object.assign({}, this.data, { id: this.id });
    }
  }

  // Reading sees methods and fields of the model before its data; listing sees the data only.
  const modelHandler = {
    get(model, name) {
      if (name in model) {
        const member = model[name];
        return typeof member === "function" ? member.bind(model) : member;
      }
      return model.data[name];
    },
    set(model, name, value) {
      if (name === "id") log("warning", "You cannot set the id of an Object");
      else if (name === "_class") model._class = value;
      else model.set(name, value);
      return true;
    },
    ownKeys: (model) => Reflect.ownKeys(model.data),
    getOwnPropertyDescriptor(model, name) {
      return Object.getOwnPropertyDescriptor(model.data, name);
    },
  };

  const objects = {
    byId: new Map(),
    get(id) {
      if (id === undefined) id = guid();
      const key = String(id);
      let object = objects.byId.get(key);
      if (!object) {
        const model = new Model(id);
        object = new Proxy(model, modelHandler);
        modelOf.set(object, model);
        objects.byId.set(key, object);
      }
      return object;
    },
    create(data) {
      const object = objects.get(data === null || data === undefined ? undefined : data.id);
      if (data !== null && data !== undefined) modelOf.get(object).setAll(data);
      return object;
    },
    exists: (id) => objects.byId.has(String(id)),
  };

  const arrays = {
    byId: new Map(),
    make(items, id = guid()) {
      arrayIds.set(items, id);
      arrays.byId.set(id, items);
      return items;
    },
    get: (id) => arrays.byId.get(id) || arrays.make([], id),
  };

  function asObject(item) {
    const plain = item !== null && typeof item === "object" && !Array.isArray(item);
    return plain && !modelOf.has(item) ? objects.create(item) : item;
  }

  function takeEarly() {
    for (const [id, entries] of early.splice(0)) {
      const model = modelOf.get(objects.get(id));
      for (const [name, value] of entries) model.set(name, dec(value));
    }
  }

  function forget() {
    objects.byId.clear();
    arrays.byId.clear();
  }

  takeEarly();

  function idOf(target) {
    if (target === null || target === undefined) return target;
    return modelOf.has(target) ? modelOf.get(target).id : target;
  }

  function classOfId(id) {
    const object = objects.byId.get(String(id));
    return object && modelOf.get(object)._class;
  }

  const byName = new Proxy(
    {},
    {
      get: (_, id) => (typeof id === "string" ? objects.get(id) : undefined),
      set(_, id, value) {
        modelOf.get(objects.get(id)).setAll(value);
        return true;
      },
    },
  );

  const objectApi = {
    get: objects.get,
    create: objects.create,
    exists: objects.exists,
    instanceOf: (value) => value !== null && typeof value === "object" && modelOf.has(value),
    guid,
    reset: () => objects.byId.clear(),
  };

  return { objects, arrays, guid, tell, without, asObject, idOf, classOfId, byName, objectApi, takeEarly, forget };
})();
