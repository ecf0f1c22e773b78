// Script filters, {Name: {equalTo: "x"}}, to where documents, {"Name": {"$eq": "x"}}.
// Pointers need the schema, which is not here: {"$pointsTo": id} is completed by the host.
(() => {
  function dateOr(value) {
    return value instanceof Date ? { __type: "Date", iso: value.toISOString() } : value;
  }

  function geoPoint(at) {
    return { __type: "GeoPoint", latitude: at.latitude, longitude: at.longitude };
  }

  function textSearch(operand) {
    const search = operand.search;
    if (typeof search === "string") {
      return { $text: { $search: { $term: search, $caseSensitive: false } } };
    }
    return {
      $text: {
        $search: {
          $term: search.term,
          $language: search.language,
          $caseSensitive: search.caseSensitive,
          $diacriticSensitive: search.diacriticSensitive,
        },
      },
    };
  }

  function nearSphere(operand) {
    return {
      $nearSphere: geoPoint(operand),
      $maxDistanceInMiles: operand.$maxDistanceInMiles ?? operand.maxDistanceInMiles,
      $maxDistanceInKilometers: operand.maxDistanceInKilometers,
      $maxDistanceInRadians: operand.maxDistanceInRadians,
    };
  }

  const compare = (operator) => (operand) => ({ [operator]: dateOr(operand) });
  const raw = (operator) => (operand) => ({ [operator]: operand });
  const conditions = Object.entries({
    equalTo: compare("$eq"),
    notEqualTo: compare("$ne"),
    lessThan: compare("$lt"),
    greaterThan: compare("$gt"),
    lessThanOrEqualTo: compare("$lte"),
    greaterThanOrEqualTo: compare("$gte"),
    exists: raw("$exists"),
    containedIn: raw("$in"),
    notContainedIn: raw("$nin"),
    pointsTo: raw("$pointsTo"),
    matchesRegex: (operand, all) => ({ $regex: operand, $options: all.options }),
    text: textSearch,
    nearSphere,
    withinBox: (corners) => ({ $within: { $box: corners.map(geoPoint) } }),
    withinPolygon: (corners) => ({ $geoWithin: { $polygon: corners.map(geoPoint) } }),
  });

  // Scripts show these texts, so they are those of the original's engine.
  function refuseNull(value, name) {
    if (value === null) throw new TypeError(`Cannot read properties of null (reading '${name}')`);
  }

  // report(text) hears of a filter that cannot be right; what is returned is sent all the same.
  function whereOf(filter, report, classOf) {
    if (filter === null || filter === undefined) {
      throw new TypeError("Cannot convert undefined or null to object");
    }
    const keys = Object.keys(filter);
    if (keys.length === 0) return {};
    if (keys.length !== 1) {
      report(`Filter must only have one key found ${keys.join(",")}`);
      return undefined;
    }
    const [key] = keys;
    const operand = filter[key];
    if (Array.isArray(operand) && (key === "and" || key === "or")) {
      return { [`$${key}`]: operand.map((part) => whereOf(part, report, classOf)) };
    }
    if (key === "idEqualTo") return { objectId: { $eq: operand } };
    if (key === "idContainedIn") return { objectId: { $in: operand } };
    if (key === "relatedTo") return relatedTo(operand, report, classOf);
    refuseNull(operand, "equalTo");
    if (typeof operand !== "object") {
      report(`Unrecognized filter keys ${key}`);
      return {};
    }
    for (const [name, convert] of conditions) {
      if (operand[name] !== undefined) return { [key]: convert(operand[name], operand) };
    }
    return {};
  }

  function relatedTo(operand, report, classOf) {
    refuseNull(operand, "id");
    for (const needed of ["id", "key"]) {
      if (operand[needed] === undefined) {
        report(`Must provide ${needed} in relatedTo filter`);
        return undefined;
      }
    }
    const className = operand.className ?? classOf(operand.id);
    const object = { __type: "Pointer", objectId: operand.id, className };
    return { $relatedTo: { object, key: operand.key } };
  }

  // As JSON carries it: dates in lists become texts, undefined members vanish.
  function sentWhere(where) {
    return where === undefined ? null : hostFacing.stringify(where);
  }

  return { whereOf, sentWhere };
})();
