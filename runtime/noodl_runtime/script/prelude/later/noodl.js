// The argument `Noodl` of Function scripts.
(() => {
  return function noodl() {
    const api = {
      getProjectSettings: () => hostFacing.parse(project).settings,
      getMetaData: (key) => (key === undefined ? undefined : hostFacing.parse(project).metadata[key]),
      get Object() {
        return part("objects").objectApi;
      },
      get Variables() {
        return part("objects").objects.get("--ndl--global-variables");
      },
      get Records() {
        return part("services").records;
      },
      get Users() {
        return part("services").users;
      },
      get Files() {
        return part("services").files;
      },
      get Objects() {
        return part("objects").byName;
      },
    };
    // Not listed: scripts list the members, and the original has no such one.
    return Object.defineProperty(api, "Secrets", { get: () => part("services").secrets });
  };
})();
