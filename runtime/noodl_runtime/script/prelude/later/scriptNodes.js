// Script nodes: the text runs once and says what the node does, in one of three forms:
//   Script.Signals.Go = () => { Script.Outputs.Sum = Script.Inputs.A + 1; Script.Outputs.Done() }
//   define({ outputs: { Done: "signal" }, change(inputs, outputs) {…}, Go(inputs, outputs) {…} })
//   script({ outputs: {…}, signals: { Go() {…} }, changed: { A(value) {…} }, methods: {…} })
(() => {
  const scripts = new Map(); // number -> its node, what its text has said, and what waits for it

  function scriptOf(number) {
    let script = scripts.get(number);
    if (!script) {
      script = { node: nodeOf(number), edges: new Set(), changed: new Set(), pulses: [] };
      scripts.set(number, script);
    }
    return script;
  }

  // Outputs that are signals are functions from the start; other types mean nothing at run time.
  function declare(node, types) {
    for (const [name, type] of Object.entries(types || {})) {
      if ((type && type.type ? type.type : type) !== "signal") continue;
      node.signals.add(name);
      node.values[name] = sender(node, name);
    }
  }

  function facade(node) {
    return {
      Signals: {},
      Setters: {},
      setOutputs: (values) => void Object.assign(node.outputs, values),
      get Inputs() {
        return node.inputs;
      },
      set Inputs(types) {}, // names the inputs for the editor
      get Outputs() {
        return node.outputs;
      },
      set Outputs(types) {
        declare(node, types);
      },
    };
  }

  const own = (owner, name) => {
    const found = owner && Object.hasOwn(owner, name) ? owner[name] : undefined;
    return typeof found === "function" ? found : undefined;
  };

  // What each form has for an event; undefined: nothing.
  function assigned(Script) {
    return {
      init: Script.OnInit,
      changed: Script.OnInputsChanged,
      destroy: Script.OnDestroy,
      setter: (name) => own(Script.Setters, name),
      signal: (name) => own(Script.Signals, name),
      call: (handler, ...args) => handler.apply(Script, args),
    };
  }

  function defined(Script, definition) {
    const reserved = new Set(["setup", "change", "run", "destroy", "inputs", "outputs"]);
    return {
      init: own(definition, "setup"),
      changed: own(definition, "change") || own(definition, "run"),
      destroy: own(definition, "destroy"),
      setter: () => undefined,
      signal: (name) => (reserved.has(name) ? undefined : own(definition, name)),
      call: (handler) => handler.call(Script, Script.Inputs, Script.Outputs),
    };
  }

  function described(Script, description) {
    const { setOutputs } = Script;
    const self = { ...description.methods, inputs: Script.Inputs, outputs: Script.Outputs, setOutputs };
    return {
      init: own(description, "setup"),
      destroy: own(description, "destroy"),
      setter: (name) => own(description.changed, name),
      signal: (name) => own(description.signals, name),
      call: (handler, ...args) => handler.apply(self, args),
    };
  }

  function perform(script, handler, ...args) {
    if (typeof handler !== "function") return;
    const failed = (error) =>
      log("error", `Error in JS node run code. ${errorText(error)}`, script.node.number);
    try {
      const outcome = script.says.call(handler, ...args);
      if (outcome instanceof Promise) outcome.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }

  return {
    scriptCode(number, text, signals) {
      const script = scriptOf(number);
      const { node } = script;
      declare(node, Object.fromEntries(signals.map((name) => [name, "signal"])));
      const names = ["define", "script", "Node", "Component", "Noodl"];
      const make = () => new Function(...names, `const Script = Node;\n${text}`);
      const run = compiled(make, number, "Error while parsing script", text);
      if (!run) return;
      const Script = facade(node);
      let says;
      const take = (form) => (given) => {
        declare(node, given.outputs);
        says = form(Script, given);
      };
      script.says = { call: (handler, ...args) => handler.apply(Script, args) };
      perform(script, run, take(defined), take(described), Script, {}, part("noodl")());
      script.says = says || assigned(Script);
      perform(script, script.says.init);
    },
    scriptInput(number, name, value) {
      const script = scriptOf(number);
      const given = dec(value);
      if (!given) script.edges.delete(name);
      else if (!script.edges.has(name)) {
        script.edges.add(name);
        script.pulses.push(name);
      }
      if (script.node.inputs[name] === given) return;
      script.node.inputs[name] = given;
      script.changed.add(name);
    },
    scriptFlush(number) {
      const script = scriptOf(number);
      const { says } = script;
      const pulses = script.pulses.splice(0);
      const changed = [...script.changed];
      script.changed.clear();
      if (!says) return;
      const values = changed.filter((name) => !says.signal(name));
      for (const name of values) perform(script, says.setter(name), script.node.inputs[name]);
      if (values.length) perform(script, says.changed);
      for (const name of pulses) perform(script, says.signal(name));
    },
    scriptGone(number) {
      const script = scriptOf(number);
      if (script.says) perform(script, script.says.destroy);
      script.node.deleted = true;
    },
  };
})();
