// Objects and Arrays of the run: one Object per id, with change events.
const modelOf = new WeakMap(); // what scripts hold -> the model behind it
const arrayIds = new WeakMap();
const arrayListeners = new WeakMap();

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
