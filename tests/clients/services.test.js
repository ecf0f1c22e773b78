// Files, configuration and functions.
"use strict";

const { test } = require("node:test");
const { Parse, MASTER, assert, again, fresh, freshClass, refused, signedUp } = require("./sdk.js");

const text = async (url) => (await fetch(url)).text();

test("a file is uploaded from base64, from bytes and from a buffer, and read back", async () => {
  const made = [
    new Parse.File("note.txt", { base64: Buffer.from("hello").toString("base64") }, "text/plain"),
    new Parse.File("note.txt", [...Buffer.from("hello")], "text/plain"),
    new Parse.File("note.txt", Buffer.from("hello"), "text/plain"),
  ];
  for (const file of made) {
    await file.save();
    assert.match(file.name(), /note\.txt$/);
    assert.equal(await text(file.url()), "hello");
    assert.equal(Buffer.from(await file.getData(), "base64").toString(), "hello");
  }
});

test("a file is kept by a record and deleted with the master key", async () => {
  const Album = freshClass("Album");
  const file = await new Parse.File("a b.txt", [104, 105], "text/plain").save();
  const album = await new Album({ cover: file }).save();
  const found = (await again(album)).get("cover");
  assert.deepEqual([found.name(), found.url()], [file.name(), file.url()]);
  assert.equal(await text(found.url()), "hi");
  await file.destroy(MASTER);
  assert.equal((await fetch(found.url())).status, 404);
});

test("an unsaved file is saved with its record", async () => {
  const Album = freshClass("Album");
  const album = await new Album({ cover: new Parse.File("c.txt", [104, 105], "text/plain") }).save();
  assert.equal(await text(album.get("cover").url()), "hi");
});

test("configuration is read by all, and what is hidden only with the master key", async () => {
  const [open, hidden] = [fresh("open"), fresh("hidden")];
  const values = { [open]: { a: [1, "x", true] }, [hidden]: "psst" };
  await Parse.Config.save(values, { [hidden]: true });
  const seen = await Parse.Config.get();
  assert.deepEqual(seen.get(open), { a: [1, "x", true] });
  assert.equal(seen.get(hidden), undefined);
  assert.equal((await Parse.Config.get(MASTER)).get(hidden), "psst");
});

test("configuration holds dates and places", async () => {
  const [when, where] = [fresh("when"), fresh("where")];
  await Parse.Config.save({ [when]: new Date("2024-05-01T10:01:00.000Z"), [where]: new Parse.GeoPoint(1, 2) });
  const seen = await Parse.Config.get();
  assert.equal(seen.get(when).toISOString(), "2024-05-01T10:01:00.000Z");
  assert.ok(seen.get(where).equals(new Parse.GeoPoint(1, 2)));
});

test("a function answers its parameters", async () => {
  const given = { a: 1, b: ["x", null, true], c: { d: "ü" } };
  assert.deepEqual(await Parse.Cloud.run("echo", given), given);
});

test("a function knows who calls it", async () => {
  const { user, as } = await signedUp("ann");
  assert.deepEqual(await Parse.Cloud.run("whoami", {}, as), { value: user.id });
});

test("a function that fails is refused with its words", async () => {
  const error = await refused(Parse.Error.SCRIPT_FAILED, Parse.Cloud.run("failText"));
  assert.equal(error.message, "deliberate failure");
  await refused(Parse.Error.SCRIPT_FAILED, Parse.Cloud.run("noSuchFunction"));
});

test("the server says that it is well and what it can do", async () => {
  assert.equal(await Parse.getServerHealth().then(({ status }) => status), "ok");
});
