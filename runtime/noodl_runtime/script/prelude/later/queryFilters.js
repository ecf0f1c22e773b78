// The JavaScript filter of query nodes: answers {where, sort}.
(() => {
  return {
    queryFilter(number, text, sorts, values, inputs) {
      const node = nodeOf(number);
      if (!node.filter) {
        const plain = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
        node.variables = (plain.match(/\$[A-Za-z0-9]+/g) || []).map((name) => name.slice(1));
        const names = sorts ? ["filter", "where", "sort", "Inputs"] : ["where", "Inputs"];
        const unique = node.variables.map((name) => `$${name}`);
        node.filter = compiled(
          () => new Function(...names, ...unique, plain),
          number,
          "Error while parsing filter script",
          plain,
        );
      }
      if (!node.filter) throw new Error("the filter script does not compile");
      const found = { where: {}, sort: [] };
      const where = (filter) => {
        const warn = (problem) => log("warning", problem, number);
        found.where = part("filters").whereOf(filter, warn, () => undefined);
      };
      const sort = (list) => {
        found.sort = list;
      };
      const given = Object.fromEntries(inputs.map(([name, value]) => [name, dec(value)]));
      const fixed = sorts ? [where, where, sort, given] : [where, given];
      try {
        node.filter(...fixed, ...node.variables.map((name) => given[name]));
      } catch (error) {
        log("error", `Error while running filter script: ${errorText(error)}`, number);
      }
      return { where: part("filters").sentWhere(found.where), sort: sorts ? found.sort.map(String) : null };
    },
  };
})();
