// Objects: what is stored comes back, what changes one changes no other.
"use strict";

const { test } = require("node:test");
const { Parse, MASTER, assert, again, freshClass, refused } = require("./sdk.js");

test("a value of each type comes back as it was stored", async () => {
  const Thing = freshClass("Thing");
  const other = await new Thing({ name: "other" }).save();
  const when = new Date("2024-05-01T10:01:00.123Z");
  const thing = new Thing({
    text: "Grüße 🎈 \"'\\ \n",
    number: 1.5,
    yes: true,
    no: false,
    when,
    list: [1, "two", { three: [3] }, null],
    map: { deep: { deeper: [null, { at: 1 }] } },
    place: new Parse.GeoPoint(48.2, 16.4),
    area: new Parse.Polygon([[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]),
    other,
  });
  await thing.save();
  assert.ok(thing.id && thing.createdAt && thing.updatedAt);
  const found = await again(thing);
  assert.equal(found.get("text"), "Grüße 🎈 \"'\\ \n");
  assert.equal(found.get("number"), 1.5);
  assert.equal(found.get("yes"), true);
  assert.equal(found.get("no"), false);
  assert.equal(found.get("when").getTime(), when.getTime());
  assert.deepEqual(found.get("list"), [1, "two", { three: [3] }, null]);
  assert.deepEqual(found.get("map"), { deep: { deeper: [null, { at: 1 }] } });
  assert.ok(found.get("place").equals(new Parse.GeoPoint(48.2, 16.4)));
  assert.ok(found.get("area").equals(thing.get("area")));
  assert.equal(found.get("other").id, other.id);
  assert.ok(found.createdAt.getTime() === thing.createdAt.getTime());
  assert.equal(found.get("missing"), undefined);
});

test("bytes come back as they were stored", async () => {
  const Thing = freshClass("Thing");
  const thing = await new Thing().save({ data: { __type: "Bytes", base64: "aGVsbG8=" } });
  assert.deepEqual((await again(thing)).get("data"), { __type: "Bytes", base64: "aGVsbG8=" });
});

test("a save sends only what changed and leaves the rest alone", async () => {
  const Thing = freshClass("Thing");
  const mine = await new Thing({ a: 1, b: 1 }).save();
  const yours = await again(mine);
  await yours.save({ b: 2 });
  await mine.save({ a: 3 });
  const found = await again(mine);
  assert.deepEqual([found.get("a"), found.get("b")], [3, 2]);
  assert.ok(found.updatedAt > found.createdAt);
});

test("numbers count up and down without losing a step", async () => {
  const Thing = freshClass("Thing");
  const thing = await new Thing({ n: 1 }).save();
  const steps = Array.from({ length: 10 }, async () => {
    const same = Parse.Object.fromJSON({ className: Thing.className, objectId: thing.id });
    same.increment("n", 2);
    await same.save();
  });
  await Promise.all(steps);
  thing.decrement("n", 1);
  await thing.save();
  assert.equal(thing.get("n"), 20);
});

test("lists are added to, added to once, and taken from", async () => {
  const Thing = freshClass("Thing");
  const thing = await new Thing({ list: ["a"] }).save();
  thing.add("list", "b");
  await thing.save();
  thing.addAll("list", ["b", "c"]);
  await thing.save();
  thing.addUnique("list", "c");
  await thing.save();
  thing.addAllUnique("list", ["c", "d"]);
  await thing.save();
  assert.deepEqual((await again(thing)).get("list"), ["a", "b", "b", "c", "d"]);
  thing.remove("list", "b");
  await thing.save();
  thing.removeAll("list", ["a", "d"]);
  await thing.save();
  assert.deepEqual((await again(thing)).get("list"), ["c"]);
});

test("a field that is unset is gone", async () => {
  const Thing = freshClass("Thing");
  const thing = await new Thing({ a: 1, b: 2 }).save();
  thing.unset("a");
  await thing.save();
  const found = await again(thing);
  assert.equal(found.has("a"), false);
  assert.equal(found.get("b"), 2);
});

test("one value inside an object is changed alone", async () => {
  const Thing = freshClass("Thing");
  const thing = await new Thing({ address: { city: "Wien", zip: 1010 } }).save();
  const other = await again(thing);
  thing.set("address.city", "Graz");
  await thing.save();
  other.increment("address.zip", 5);
  await other.save();
  assert.deepEqual((await again(thing)).get("address"), { city: "Graz", zip: 1015 });
});

test("a tree of new objects is saved with its root", async () => {
  const [Author, Book] = [freshClass("Author"), freshClass("Book")];
  const book = new Book({ title: "Emma", author: new Author({ name: "Jane" }) });
  await book.save(null, { cascadeSave: true });
  const found = await new Parse.Query(Book.className).include("author").get(book.id);
  assert.equal(found.get("author").get("name"), "Jane");
});

test("fetch brings what others changed, fetchWithInclude also what it points to", async () => {
  const [Author, Book] = [freshClass("Author"), freshClass("Book")];
  const book = await new Book({ title: "Emma", author: new Author({ name: "Jane" }) }).save();
  await (await again(book)).save({ title: "Persuasion" });
  await book.fetch();
  assert.equal(book.get("title"), "Persuasion");
  const bare = Parse.Object.fromJSON({ className: Book.className, objectId: book.id });
  await bare.fetchWithInclude("author");
  assert.equal(bare.get("author").get("name"), "Jane");
});

test("fetchAll and fetchAllIfNeeded bring many at once", async () => {
  const Thing = freshClass("Thing");
  const things = [1, 2, 3].map((n) => new Thing({ n }));
  await Parse.Object.saveAll(things);
  const bare = () => things.map(({ id }) => Parse.Object.fromJSON({ className: Thing.className, objectId: id }));
  assert.deepEqual((await Parse.Object.fetchAll(bare())).map((t) => t.get("n")), [1, 2, 3]);
  assert.deepEqual((await Parse.Object.fetchAllIfNeeded(bare())).map((t) => t.get("n")), [1, 2, 3]);
});

test("saveAll and destroyAll work on many at once", async () => {
  const Thing = freshClass("Thing");
  const things = Array.from({ length: 45 }, (_, n) => new Thing({ n }));
  await Parse.Object.saveAll(things, { batchSize: 20 });
  assert.ok(things.every((thing) => thing.id));
  things.forEach((thing) => thing.set("n", thing.get("n") * 2));
  await Parse.Object.saveAll(things);
  const query = new Parse.Query(Thing.className);
  assert.equal(await query.greaterThanOrEqualTo("n", 80).count(), 5);
  await Parse.Object.destroyAll(things);
  assert.equal(await new Parse.Query(Thing.className).count(), 0);
});

test("a batch carries out what it can and says what it could not", async () => {
  const Thing = freshClass("Thing");
  const [good, gone] = [await new Thing({ n: 1 }).save(), await new Thing({ n: 2 }).save()];
  await gone.destroy();
  const error = await refused(Parse.Error.AGGREGATE_ERROR, Parse.Object.destroyAll([gone, good]));
  assert.deepEqual(error.errors.map((each) => each.code), [Parse.Error.OBJECT_NOT_FOUND]);
  assert.equal(await new Parse.Query(Thing.className).count(), 0);
});

test("saveAll in a transaction is all or nothing", async () => {
  const Thing = freshClass("Thing");
  const first = await new Thing({ n: 1 }).save();
  const wrong = new Thing({ n: "no number" });
  first.set("n", 5);
  await assert.rejects(Parse.Object.saveAll([first, wrong], { transaction: true }));
  assert.equal((await again(first)).get("n"), 1);
});

test("a destroyed object is gone", async () => {
  const Thing = freshClass("Thing");
  const thing = await new Thing({ n: 1 }).save();
  await thing.destroy();
  await refused(Parse.Error.OBJECT_NOT_FOUND, again(thing));
  await refused(Parse.Error.OBJECT_NOT_FOUND, thing.save({ n: 2 }));
});

test("exists tells what is there", async () => {
  const Thing = freshClass("Thing");
  const thing = await new Thing({ n: 1 }).save();
  assert.equal(await thing.exists(), true);
  await thing.destroy();
  assert.equal(await thing.exists(), false);
});

test("an id may be chosen", async () => {
  const Thing = freshClass("Thing");
  Parse.allowCustomObjectId = true;
  try {
    const thing = new Thing({ n: 1 });
    thing.id = "chosen-1";
    await thing.save();
    assert.equal((await new Parse.Query(Thing.className).get("chosen-1")).get("n"), 1);
  } finally {
    Parse.allowCustomObjectId = false;
  }
});

test("a value of the wrong type is refused by name", async () => {
  const Thing = freshClass("Thing");
  await new Thing({ price: 5 }).save();
  const error = await refused(Parse.Error.INCORRECT_TYPE, new Thing({ price: "five" }).save());
  assert.match(error.message, /price/);
});

test("odd names are refused by the server too", async () => {
  await refused(Parse.Error.INVALID_KEY_NAME, new Parse.Object("Thing").save({ "a b": 1 }));
  await refused(Parse.Error.INVALID_CLASS_NAME, new Parse.Query("no class").find());
});

test("relations are added to, queried and taken from", async () => {
  const [Post, Tag] = [freshClass("Post"), freshClass("Tag")];
  const [red, green, blue] = await Parse.Object.saveAll(["red", "green", "blue"].map((name) => new Tag({ name })));
  const post = await new Post({ title: "x" }).save();
  const names = async () => (await post.relation("tags").query().ascending("name").find()).map((tag) => tag.get("name"));
  post.relation("tags").add([red, green]);
  await post.save();
  assert.deepEqual(await names(), ["green", "red"]);
  post.relation("tags").remove(red);
  post.relation("tags").add(blue);
  await post.save();
  assert.deepEqual(await names(), ["blue", "green"]);
  const only = await post.relation("tags").query().equalTo("name", "blue").find();
  assert.deepEqual(only.map((tag) => tag.id), [blue.id]);
  const back = await new Parse.Query(Post.className).equalTo("tags", green).find();
  assert.deepEqual(back.map((each) => each.id), [post.id]);
  const stored = await again(post);
  assert.equal(stored.relation("tags").targetClassName, Tag.className);
});

test("a class is described, changed and dropped through Parse.Schema", async () => {
  const Thing = freshClass("Thing");
  const schema = new Parse.Schema(Thing.className);
  schema.addString("name", { required: true }).addNumber("price", { defaultValue: 3 }).addBoolean("done");
  schema.addDate("due").addArray("list").addObject("map").addGeoPoint("place").addFile("file").addPolygon("area");
  schema.addPointer("owner", "_User").addRelation("fans", "_User").addField("note", "String");
  await schema.save();
  const { fields } = await new Parse.Schema(Thing.className).get();
  assert.equal(fields.price.type, "Number");
  assert.deepEqual([fields.owner.type, fields.owner.targetClass], ["Pointer", "_User"]);
  await refused(Parse.Error.VALIDATION_ERROR, new Thing({ price: 1 }).save());
  assert.equal((await again(await new Thing({ name: "x" }).save())).get("price"), 3);
  await new Parse.Schema(Thing.className).deleteField("note").addString("remark").update();
  const changed = (await new Parse.Schema(Thing.className).get()).fields;
  assert.ok(changed.remark && !changed.note);
  assert.ok((await Parse.Schema.all()).some(({ className }) => className === Thing.className));
  await Parse.Object.destroyAll(await new Parse.Query(Thing.className).find());
  await new Parse.Schema(Thing.className).delete();
  await assert.rejects(new Parse.Schema(Thing.className).get());
});

test("what only the master key may do is refused without it", async () => {
  const Thing = freshClass("Thing");
  const thing = new Thing({ n: 1 });
  thing.setACL(new Parse.ACL());
  await thing.save();
  await refused(Parse.Error.OBJECT_NOT_FOUND, again(thing));
  assert.equal((await again(thing, MASTER)).get("n"), 1);
});
