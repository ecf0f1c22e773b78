// A value and all in it, detached.
(() => {
  function tree(value, path = []) {
    if (value === null || typeof value !== "object") {
      return typeof value === "function" ? ["u"] : enc(value);
    }
    if (path.includes(value)) throw new TypeError("Converting circular structure to JSON");
    if (value instanceof Date) return ["d", enc(value.getTime())];
    if (isCloudFile(value)) return ["f", value.name, value.url];
    const inside = [...path, value];
    const model = modelOf.get(value);
    if (model) return ["o", enc(model.id), enc(model._class), pairs(model.data, inside)];
    if (Array.isArray(value)) {
      const items = Array.from(value, (item) => tree(item, inside));
      return arrayIds.has(value) ? ["c", arrayIds.get(value), items] : ["a", items];
    }
    if (typeof value.toJSON === "function") return tree(value.toJSON(), inside);
    return ["p", pairs(value, inside)];
  }

  function pairs(owner, path) {
    return Object.keys(owner).map((key) => [key, tree(owner[key], path)]);
  }

  return { tree };
})();
