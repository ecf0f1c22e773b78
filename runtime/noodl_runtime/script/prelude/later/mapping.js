// The script of Array Map nodes: a new Object for each item.
(() => {
  const { objects, arrays } = part("objects");

  return {
    mapItems(number, text, items) {
      const node = nodeOf(number);
      if (node.mapText !== text) {
        node.mapText = text;
        node.map = compiled(() => new Function("map", "object", text), number, "Error while parsing the map script", text);
      }
      if (!node.map) return enc(arrays.make([]));
      const mapped = Array.from(dec(items), (item) => {
        const made = objects.get();
        const map = (keys) => {
          for (const key of Object.keys(keys)) {
            const source = keys[key];
            made.set(key, typeof source === "function" ? source(item) : modelOf.get(item).get(source));
          }
        };
        node.map(map, item);
        return made;
      });
      return enc(arrays.make(mapped));
    },
  };
})();
