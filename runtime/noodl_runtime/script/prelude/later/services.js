// Noodl.Records, Noodl.Users, Noodl.Files and Noodl.Secrets: questions to the host, as promises.
(() => {
  const { objects, idOf, classOfId } = part("objects");
  const { tree } = part("trees");

  function listText(list) {
    return list === undefined || list === null ? null : Array.isArray(list) ? list.join(",") : list;
  }

  const nothing = () => undefined;

  // Ask about records with a filter: a bad filter rejects with a text, and is sent all the same.
  function filtered(operation, className, filter, args, convert) {
    return new Promise((resolve, reject) => {
      const where = part("filters").whereOf(filter === undefined ? {} : filter, reject, classOfId);
      ask(operation, [className, part("filters").sentWhere(where), ...args], convert).then(resolve, reject);
    });
  }

  // Ask about one record; its class is given or known from when it was read.
  function aboutOne(operation, target, options, args, convert) {
    const id = idOf(target);
    const className = (options && options.className) || classOfId(id);
    if (className === undefined) return Promise.reject("No class name specified");
    return ask(operation, [className, id, ...args], convert);
  }

  function related(operation, options) {
    const id = options.recordId ?? idOf(options.record);
    const target = options.targetRecordId ?? idOf(options.targetRecord);
    const className = options.className ?? classOfId(id);
    if (className === undefined) return Promise.reject("No class name specified");
    const targetClass = options.targetClassName ?? classOfId(target);
    if (targetClass === undefined) return Promise.reject("No target class name specified");
    return ask(operation, [className, id, options.key, target, targetClass], nothing);
  }

  const records = {
    query(className, filter, options = {}) {
      const o = options || {};
      const args = [enc(o.limit), enc(o.skip), listText(o.sort), listText(o.include)];
      args.push(listText(o.select), o.count === undefined ? null : Boolean(o.count));
      return filtered("query", className, filter, args);
    },
    count: (className, filter) => filtered("count", className, filter, []),
    distinct: (className, property, filter) => filtered("distinct", className, filter, [property]),
    aggregate(className, group, filter) {
      if (!group) return Promise.reject(new Error("You need to provide group option."));
      return filtered("aggregate", className, filter, [group]);
    },
    fetch: (target, options) =>
      aboutOne("fetchRecord", target, options, [listText(options && options.include)]),
    create(className, properties, options = {}) {
      const acl = options && options.acl ? options.acl : null;
      return ask("create", [className, tree(properties), acl], ([encoded, object]) => {
        // The original converts in place; scripts see it once the promise is settled.
        if (properties && !modelOf.has(properties)) Object.assign(properties, encoded);
        return object;
      });
    },
    save(target, properties, options = {}) {
      const object = objects.get(idOf(target));
      if (properties) modelOf.get(object).setAll(properties);
      const acl = options && options.acl ? options.acl : null;
      const sent = tree(properties || modelOf.get(object).data);
      return aboutOne("save", object, options, [sent, acl], nothing);
    },
    increment: (target, amounts, options) =>
      aboutOne("increment", target, options, [amounts], nothing),
    delete: (target, options) => aboutOne("delete", target, options, [], nothing),
    addRelation: (options) => related("addRelation", options),
    removeRelation: (options) => related("removeRelation", options),
  };

  const users = {
    logIn(options, password) {
      const { username, password: secret } =
        typeof options === "object" ? options : { username: options, password };
      return ask("logIn", [username, secret]);
    },
    impersonate: (username, options = {}) =>
      ask("impersonate", [username, options.installationId ?? null, options.duration ?? null]),
    get Current() {
      const request = objects.byId.get("Request");
      const id = request && modelOf.get(request).data.UserId;
      if (id === undefined) return undefined;
      const user = objects.get(id);
      return {
        UserId: id,
        Properties: user,
        save: (options = {}) =>
          ask("saveCurrent", [id, tree(modelOf.get(user).data), (options && options.acl) || null], nothing),
        fetch: () => ask("fetchCurrent", [id]),
      };
    },
  };

  const files = {
    delete: (name) => ask("deleteFile", [name], nothing),
  };

  const secrets = {
    get: (name) => ask("readSecret", [enc(name)]),
  };

  return { records, users, files, secrets };
})();
