// The argument `Noodl` of Function scripts.
let project = "{}"; // {"settings": …, "metadata": …}, parsed anew for each look

function noodl() {
  return {
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
}
