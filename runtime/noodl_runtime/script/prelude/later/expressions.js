// Expressions that the small evaluator of the interpreter does not know.
(() => {
  const MATHS =
    "var min=Math.min,max=Math.max,cos=Math.cos,sin=Math.sin,tan=Math.tan,sqrt=Math.sqrt,pi=Math.PI," +
    "round=Math.round,floor=Math.floor,ceil=Math.ceil,abs=Math.abs,random=Math.random;";

  return {
    expression(number, text, names, values) {
      const node = nodeOf(number);
      const key = `${text}\n${names}`;
      if (node.key !== key) {
        node.key = key;
        node.script = compiled(
          () => new Function(...names, `${MATHS} return (${text});`),
          number,
          "Failed to compile JS function",
          text,
        );
      }
      if (!node.script) {
        log("error", "Error in expression: it does not compile", number);
        return 0;
      }
      try {
        return enc(node.script(...values.map(dec)));
      } catch (error) {
        log("error", `Error in expression: ${error && error.message}`, number);
        return 0;
      }
    },
  };
})();
