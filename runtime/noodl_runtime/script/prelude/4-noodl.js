// The argument `Noodl` of Function scripts.
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

let project = "{}"; // {"settings": …, "metadata": …}, parsed anew for each look

function noodl() {
  return {
    getProjectSettings: () => hostFacing.parse(project).settings,
    getMetaData: (key) => (key === undefined ? undefined : hostFacing.parse(project).metadata[key]),
    Object: objectApi,
    Variables: objects.get("--ndl--global-variables"),
    get Records() {
      return part("services").records;
    },
    get Users() {
      return part("services").users;
    },
    get Files() {
      return part("services").files;
    },
    Objects: byName,
  };
}
