// Queries: every constraint of the SDK against one small shop.
"use strict";

const { before, test } = require("node:test");
const { Parse, MASTER, assert, again, freshClass, refused } = require("./sdk.js");

const Item = freshClass("Item");
const Maker = freshClass("Maker");
const ITEMS = [
  // name     price  tags                  place        made          maker
  ["apple",   1,     ["red", "fruit"],     [48.2, 16.4], "2024-01-01", "ann"],
  ["bread",   2,     ["brown"],            [48.3, 16.3], "2024-02-01", "bob"],
  ["candle",  5,     ["red", "wax"],       [40.7, -74],  "2024-03-01", "ann"],
  ["Drum",    9,     [],                   [-33.9, 151], "2024-04-01", null],
  ["egg%_*",  null,  ["fresh", "freight"], null,         "2024-05-01", "bob"],
]; // prettier-ignore
const makers = {};
const items = {};

before(async () => {
  for (const [name, city] of [["ann", "Wien"], ["bob", "Graz"]]) {
    makers[name] = await new Maker({ name, city }).save();
  }
  for (const [name, price, tags, place, day, maker] of ITEMS) {
    const values = { name, tags, made: new Date(day), size: { height: name.length } };
    if (price !== null) values.price = price;
    if (place) values.place = new Parse.GeoPoint(...place);
    if (maker) values.maker = makers[maker];
    items[name] = await new Item(values).save();
  }
});

const query = () => new Parse.Query(Item.className);
const makerQuery = () => new Parse.Query(Maker.className);

/** Says which items a query finds, by first letters: "abc". */
async function letters(found) {
  const names = (await found.find()).map((item) => item.get("name")[0]);
  return names.sort((a, b) => a.localeCompare(b)).join("");
}

const near = new Parse.GeoPoint(48.2, 16.4);
const square = [[47, 15], [47, 17], [49, 17], [49, 15]];

const FINDS = [
  ["equalTo a text", (q) => q.equalTo("name", "apple"), "a"],
  ["equalTo an entry of a list", (q) => q.equalTo("tags", "red"), "ac"],
  ["equalTo a pointer", (q) => q.equalTo("maker", makers.ann), "ac"],
  ["equalTo undefined, which means not there", (q) => q.equalTo("price", undefined), "e"],
  ["equalTo a date", (q) => q.equalTo("made", new Date("2024-03-01")), "c"],
  ["equalTo a value inside an object", (q) => q.equalTo("size.height", 5), "ab"],
  ["equalTo several fields given as an object", (q) => q.equalTo({ name: "apple", price: 1 }), "a"],
  ["notEqualTo", (q) => q.notEqualTo("name", "apple"), "bcDe"],
  ["notEqualTo, which finds what has no value", (q) => q.notEqualTo("price", 1), "bcDe"],
  ["lessThan", (q) => q.lessThan("price", 2), "a"],
  ["lessThanOrEqualTo", (q) => q.lessThanOrEqualTo("price", 2), "ab"],
  ["greaterThan", (q) => q.greaterThan("price", 2), "cD"],
  ["greaterThanOrEqualTo", (q) => q.greaterThanOrEqualTo("made", new Date("2024-04-01")), "De"],
  ["two bounds of one field", (q) => q.greaterThan("price", 1).lessThan("price", 9), "bc"],
  ["containedIn", (q) => q.containedIn("name", ["apple", "Drum", "none"]), "aD"],
  ["containedIn pointers", (q) => q.containedIn("maker", [makers.bob]), "be"],
  ["containedIn nothing", (q) => q.containedIn("name", []), ""],
  ["notContainedIn", (q) => q.notContainedIn("name", ["apple", "bread"]), "cDe"],
  ["containedBy", (q) => q.containedBy("tags", ["red", "fruit", "brown"]), "abD"],
  ["containsAll", (q) => q.containsAll("tags", ["red", "wax"]), "c"],
  ["containsAllStartingWith", (q) => q.containsAllStartingWith("tags", ["fre"]), "e"],
  ["exists", (q) => q.exists("price"), "abcD"],
  ["doesNotExist", (q) => q.doesNotExist("maker"), "D"],
  ["matches an expression", (q) => q.matches("name", /^.r/), "bD"],
  ["matches whatever the case", (q) => q.matches("name", /^[a-d]/i), "abcD"],
  ["matches with modifiers", (q) => q.matches("name", "^DRUM$", "i"), "D"],
  ["contains", (q) => q.contains("name", "an"), "c"],
  ["contains characters that mean something elsewhere", (q) => q.contains("name", "%_*"), "e"],
  ["startsWith", (q) => q.startsWith("name", "b"), "b"],
  ["endsWith", (q) => q.endsWith("name", "e"), "ac"],
  ["matchesQuery", (q) => q.matchesQuery("maker", makerQuery().equalTo("city", "Graz")), "be"],
  ["doesNotMatchQuery", (q) => q.doesNotMatchQuery("maker", makerQuery().equalTo("city", "Graz")), "acD"],
  ["matchesKeyInQuery", (q) => q.matchesKeyInQuery("size.height", "height", heights()), "ce"],
  ["doesNotMatchKeyInQuery", (q) => q.doesNotMatchKeyInQuery("name", "name", query().lessThan("price", 9)), "De"],
  ["or", () => Parse.Query.or(query().equalTo("price", 1), query().equalTo("price", 9)), "aD"],
  ["and", () => Parse.Query.and(query().greaterThan("price", 1), query().lessThan("price", 9)), "bc"],
  ["nor", () => Parse.Query.nor(query().equalTo("price", 1), query().equalTo("tags", "wax")), "bDe"],
  ["or with a further constraint", () => Parse.Query.or(query().equalTo("price", 1), query().equalTo("price", 9)).startsWith("name", "D"), "D"],
  ["near", (q) => q.near("place", near), "abcD"],
  ["withinKilometers", (q) => q.withinKilometers("place", near, 50), "ab"],
  ["withinMiles", (q) => q.withinMiles("place", near, 5000), "abc"],
  ["withinRadians", (q) => q.withinRadians("place", near, 0.01), "ab"],
  ["withinKilometers, unsorted", (q) => q.withinKilometers("place", near, 1, false), "a"],
  ["withinGeoBox", (q) => q.withinGeoBox("place", new Parse.GeoPoint(48, 16), new Parse.GeoPoint(49, 17)), "ab"],
  ["withinPolygon", (q) => q.withinPolygon("place", square.map((point) => new Parse.GeoPoint(...point))), "ab"],
  ["fullText", (q) => q.fullText("name", "candle"), "c"],
  ["fromJSON", () => Parse.Query.fromJSON(Item.className, { where: { price: { $gt: 4 } } }), "cD"],
]; // prettier-ignore

let heightClass;

function heights() {
  return new Parse.Query(heightClass.className);
}

before(async () => {
  heightClass = freshClass("Height");
  await new heightClass({ height: 6 }).save();
});

for (const [name, make, found] of FINDS) {
  test(`finds by ${name}`, async () => {
    assert.equal(await letters(make(query()) ?? query()), found);
  });
}

test("finds by polygonContains", async () => {
  const Area = freshClass("Area");
  const area = await new Area({ area: new Parse.Polygon(square) }).save();
  const found = (point) => new Parse.Query(Area.className).polygonContains("area", point).find();
  assert.deepEqual((await found(near)).map(({ id }) => id), [area.id]);
  assert.deepEqual(await found(new Parse.GeoPoint(0, 0)), []);
});

test("near sorts by distance", async () => {
  const found = await query().near("place", new Parse.GeoPoint(41, -73)).find();
  assert.equal(found.map((item) => item.get("name")[0]).join(""), "cbaD");
});

test("sorts up, down and by several fields", async () => {
  const names = async (q) => (await q.find()).map((item) => item.get("name")[0]).join("");
  assert.equal(await names(query().ascending("name")), "Dabce");
  assert.equal(await names(query().descending("made")), "eDcba");
  assert.equal(await names(query().ascending("size.height").addDescending("name")), "Dbaec");
});

test("pages with skip and limit, and counts beside", async () => {
  const page = await query().ascending("made").skip(1).limit(2).withCount().find();
  assert.equal(page.count, 5);
  assert.deepEqual(page.results.map((item) => item.get("name")), ["bread", "candle"]);
  assert.deepEqual(await query().limit(0).find(), []);
  assert.equal(await query().greaterThan("price", 1).count(), 3);
});

test("first finds one or nothing, get finds by id or refuses", async () => {
  assert.equal((await query().descending("price").first()).get("name"), "Drum");
  assert.equal(await query().equalTo("name", "none").first(), undefined);
  assert.equal((await query().get(items.bread.id)).get("name"), "bread");
  await refused(Parse.Error.OBJECT_NOT_FOUND, query().get("noSuchId"));
});

test("select and exclude narrow what comes along", async () => {
  const some = await query().select("name", "price").get(items.apple.id);
  assert.deepEqual(Object.keys(some.attributes).sort(), ["createdAt", "name", "price", "updatedAt"]);
  const rest = await query().exclude("tags").get(items.apple.id);
  assert.ok(!rest.has("tags") && rest.has("name"));
});

test("include and includeAll bring what is pointed to", async () => {
  const found = await query().include("maker").get(items.apple.id);
  assert.equal(found.get("maker").get("city"), "Wien");
  const all = await query().includeAll().get(items.bread.id);
  assert.equal(all.get("maker").get("city"), "Graz");
  const bare = await again(items.apple);
  assert.equal(bare.get("maker").get("city"), undefined);
});

test("select reaches into what is included", async () => {
  const found = await query().include("maker").select("maker.name").get(items.apple.id);
  assert.equal(found.get("maker").get("name"), "ann");
  assert.equal(found.get("maker").has("city"), false);
});

test("each, eachBatch, findAll, map, filter and reduce walk through everything", async () => {
  const seen = [];
  await query().each((item) => seen.push(item.get("name")), { batchSize: 2 });
  assert.equal(seen.length, 5);
  const sizes = [];
  await query().eachBatch((batch) => sizes.push(batch.length), { batchSize: 2 });
  assert.deepEqual(sizes, [2, 2, 1]);
  assert.equal((await query().findAll({ batchSize: 2 })).length, 5);
  assert.equal((await query().map((item) => item.id)).length, 5);
  assert.equal((await query().filter((item) => item.get("price") > 1)).length, 3);
  assert.equal(await query().reduce((sum, item) => sum + (item.get("price") ?? 0), 0), 17);
});

test("distinct and aggregate answer with the master key alone", async () => {
  assert.deepEqual((await query().distinct("maker")).map((maker) => maker.objectId ?? maker).length, 2);
  assert.deepEqual((await query().distinct("price")).sort(), [1, 2, 5, 9]);
  const [sums] = await query().aggregate([
    { $match: { price: { $gt: 1 } } },
    { $group: { _id: null, sum: { $sum: "$price" }, most: { $max: "$price" }, count: { $sum: 1 } } },
  ]);
  assert.deepEqual([sums.sum, sums.most, sums.count], [16, 9, 3]);
  const rows = await query().aggregate([{ $sort: { price: -1 } }, { $limit: 1 }, { $project: { name: 1 } }]);
  assert.deepEqual(rows.map(({ name }) => name), ["Drum"]);
});

test("a query that is not understood is refused and finds nothing more", async () => {
  const odd = Parse.Query.fromJSON(Item.className, { where: { price: { $almost: 4 } } });
  await refused(Parse.Error.INVALID_JSON, odd.find());
  await refused(Parse.Error.INVALID_QUERY, query().matches("name", "(").find());
});

test("a text score, which there is none of, is refused by name", async () => {
  const error = await refused(Parse.Error.INVALID_KEY_NAME, query().fullText("name", "candle").sortByTextScore().find());
  assert.match(error.message, /score/);
});

test("full text minds case and accents if asked to", async () => {
  const found = (options) => query().fullText("name", "Candle", options).find();
  assert.equal((await found({})).length, 1);
  assert.equal((await found({ caseSensitive: true })).length, 0);
  assert.equal((await found({ language: "en", diacriticSensitive: false })).length, 1);
});

test("a comment and a read preference change nothing", async () => {
  assert.equal((await query().comment("who asks").readPreference("PRIMARY").find(MASTER)).length, 5);
});
