// Coded values that few runs get from outside.
(() => {
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

  return {
    CloudFile,
    n: (text) => Number(text),
    d: (ms) => new Date(dec(ms)),
    f: (name, url) => new CloudFile(name, url),
    c: (id, items) => part("objects").arrays.make(items.map(dec), id || undefined),
    o: (id, className, entries) => {
      const object = part("objects").objects.get(dec(id));
      const model = modelOf.get(object);
      model._class = dec(className);
      for (const [key, value] of entries) model.set(key, dec(value));
      return object;
    },
  };
})();
