// Users, sessions, roles and access lists.
"use strict";

const { test } = require("node:test");
const { Parse, MASTER, assert, again, elsewhere, fresh, freshClass, refused, signedUp } = require("./sdk.js");

test("a user signs up, logs in and is told who they are", async () => {
  const { user } = await signedUp("ann", { email: `${fresh("ann")}@example.org`, phone: "1" });
  assert.ok(user.id && user.getSessionToken());
  const known = await Parse.User.logIn(user.getUsername(), "pw");
  assert.equal(known.id, user.id);
  assert.equal(known.get("phone"), "1");
  assert.notEqual(known.getSessionToken(), user.getSessionToken());
  const me = await Parse.User.me(known.getSessionToken());
  assert.equal(me.id, user.id);
});

test("a wrong password and an unknown name are refused alike", async () => {
  const { user } = await signedUp("ann");
  const wrong = await refused(Parse.Error.OBJECT_NOT_FOUND, Parse.User.logIn(user.getUsername(), "bad"));
  const unknown = await refused(Parse.Error.OBJECT_NOT_FOUND, Parse.User.logIn(fresh("no"), "bad"));
  assert.equal(wrong.message, unknown.message);
});

test("names and addresses are given once", async () => {
  const email = `${fresh("ann")}@example.org`;
  const { user } = await signedUp("ann", { email });
  const twice = new Parse.User({ username: user.getUsername(), password: "pw" });
  await refused(Parse.Error.USERNAME_TAKEN, twice.signUp());
  const same = new Parse.User({ username: fresh("bob"), password: "pw", email });
  await refused(Parse.Error.EMAIL_TAKEN, same.signUp());
});

test("a user changes only themselves", async () => {
  const [ann, bob] = [await signedUp("ann"), await signedUp("bob")];
  await ann.user.save({ phone: "2" }, ann.as);
  assert.equal((await again(ann.user, MASTER)).get("phone"), "2");
  const other = Parse.Object.fromJSON({ className: "_User", objectId: ann.user.id });
  await refused(Parse.Error.SESSION_MISSING, other.save({ phone: "3" }, bob.as));
});

test("a new password takes the place of the old one and ends other sessions", async () => {
  const { user, as } = await signedUp("ann");
  const other = await elsewhere(user);
  user.setPassword("new");
  await user.save(null, as);
  await refused(Parse.Error.OBJECT_NOT_FOUND, Parse.User.logIn(user.getUsername(), "pw"));
  assert.equal((await Parse.User.logIn(user.getUsername(), "new")).id, user.id);
  await refused(Parse.Error.INVALID_SESSION_TOKEN, Parse.User.me(other.sessionToken));
});

test("verifyPassword says whether it is the right one", async () => {
  const { user } = await signedUp("ann");
  assert.equal((await Parse.User.verifyPassword(user.getUsername(), "pw")).objectId, user.id);
  await refused(Parse.Error.OBJECT_NOT_FOUND, Parse.User.verifyPassword(user.getUsername(), "no"));
});

test("the current user logs in, stays, and logs out", async () => {
  const { user } = await signedUp("ann");
  Parse.User.enableUnsafeCurrentUser();
  try {
    const known = await Parse.User.logIn(user.getUsername(), "pw");
    assert.equal(Parse.User.current().id, known.id);
    const session = await Parse.Session.current();
    assert.equal(session.get("user").id, known.id);
    await Parse.User.become(known.getSessionToken());
    const token = known.getSessionToken();
    await Parse.User.logOut();
    assert.equal(Parse.User.current(), null);
    await refused(Parse.Error.INVALID_SESSION_TOKEN, Parse.User.me(token));
  } finally {
    Parse.User.disableUnsafeCurrentUser();
  }
});

test("sessions of a user are theirs to list and to end", async () => {
  const { user, as } = await signedUp("ann");
  await elsewhere(user);
  const sessions = await new Parse.Query(Parse.Session).find(as);
  assert.equal(sessions.length, 2);
  const other = sessions.find((each) => each.get("sessionToken") !== as.sessionToken);
  await other.destroy(as);
  assert.equal((await new Parse.Query(Parse.Session).find(as)).length, 1);
});

test("the master key logs in as anyone", async () => {
  const { user } = await signedUp("ann");
  const known = await Parse.User.loginAs(user.id);
  assert.equal(known.id, user.id);
  assert.equal((await Parse.User.me(known.getSessionToken())).id, user.id);
});

test("an anonymous user comes back by their id and can become a known one", async () => {
  const authData = { id: fresh("3f2a") };
  const nobody = await Parse.User.logInWith("anonymous", { authData });
  const same = await Parse.User.logInWith("anonymous", { authData });
  assert.equal(same.id, nobody.id);
  assert.ok(Parse.AnonymousUtils.isLinked(nobody));
  const as = { sessionToken: same.getSessionToken() };
  const username = fresh("ann");
  await same.save({ username, password: "pw" }, as);
  assert.equal((await Parse.User.logIn(username, "pw")).id, nobody.id);
});

test("AnonymousUtils logs an anonymous user in", async () => {
  Parse.User.enableUnsafeCurrentUser();
  try {
    const nobody = await Parse.AnonymousUtils.logIn();
    assert.ok(nobody.id && nobody.getSessionToken());
    await Parse.User.logOut();
  } finally {
    Parse.User.disableUnsafeCurrentUser();
  }
});

test("a password reset and a verification mail are promised whoever asks", async () => {
  await Parse.User.requestPasswordReset(`${fresh("no")}@example.org`);
  await Parse.User.requestEmailVerification(`${fresh("no")}@example.org`).catch((error) => assert.ok(error.code));
});

test("a deleted user is gone, with their sessions", async () => {
  const { user, as } = await signedUp("ann");
  await user.destroy(as);
  await refused(Parse.Error.INVALID_SESSION_TOKEN, Parse.User.me(as.sessionToken));
});

test("an access list opens a record to a user, to a role, to everyone", async () => {
  const Note = freshClass("Note");
  const [ann, bob, eve] = [await signedUp("ann"), await signedUp("bob"), await signedUp("eve")];
  const note = new Note({ text: "secret" });
  const acl = new Parse.ACL(ann.user);
  acl.setReadAccess(bob.user, true);
  note.setACL(acl);
  await note.save(null, ann.as);
  assert.equal((await again(note, bob.as)).get("text"), "secret");
  await refused(Parse.Error.OBJECT_NOT_FOUND, again(note, eve.as));
  await refused(Parse.Error.OBJECT_NOT_FOUND, again(note));
  await refused(Parse.Error.OBJECT_NOT_FOUND, (await again(note, bob.as)).save({ text: "x" }, bob.as));
  assert.equal(await new Parse.Query(Note.className).count(eve.as), 0);
  const role = new Parse.Role(fresh("Readers"), new Parse.ACL());
  role.getUsers().add(eve.user);
  await role.save(null, MASTER);
  acl.setRoleReadAccess(role, true);
  note.setACL(acl);
  await note.save(null, ann.as);
  assert.equal((await again(note, eve.as)).get("text"), "secret");
  acl.setPublicReadAccess(true);
  note.setACL(acl);
  await note.save(null, ann.as);
  const found = await again(note);
  assert.equal(found.get("text"), "secret");
  assert.ok(found.getACL().getRoleReadAccess(role) && found.getACL().getWriteAccess(ann.user));
});

test("a role inside another hands its users up", async () => {
  const Note = freshClass("Note");
  const ann = await signedUp("ann");
  const inner = new Parse.Role(fresh("Inner"), new Parse.ACL());
  inner.getUsers().add(ann.user);
  await inner.save(null, MASTER);
  const outer = new Parse.Role(fresh("Outer"), new Parse.ACL());
  outer.getRoles().add(inner);
  await outer.save(null, MASTER);
  const note = new Note({ text: "for the outer role" });
  const acl = new Parse.ACL();
  acl.setRoleReadAccess(outer, true);
  acl.setRoleWriteAccess(outer, true);
  note.setACL(acl);
  await note.save(null, MASTER);
  await (await again(note, ann.as)).save({ text: "changed" }, ann.as);
  await refused(Parse.Error.OBJECT_NOT_FOUND, again(note));
  outer.getRoles().remove(inner);
  await outer.save(null, MASTER);
  await refused(Parse.Error.OBJECT_NOT_FOUND, again(note, ann.as));
});

test("roles are found by name and their users queried", async () => {
  const ann = await signedUp("ann");
  const acl = new Parse.ACL();
  acl.setPublicReadAccess(true);
  const role = new Parse.Role(fresh("Staff"), acl);
  role.getUsers().add(ann.user);
  await role.save();
  const found = await new Parse.Query(Parse.Role).equalTo("name", role.getName()).first();
  const users = await found.getUsers().query().find();
  assert.deepEqual(users.map(({ id }) => id), [ann.user.id]);
});

test("class permissions are set through Parse.Schema and hold", async () => {
  const Log = freshClass("Log");
  const ann = await signedUp("ann");
  const permissions = new Parse.CLP();
  permissions.setCreateRequiresAuthentication(true);
  permissions.setFindAccess(ann.user, true);
  permissions.setGetAccess(ann.user, true);
  await new Parse.Schema(Log.className).addString("text").setCLP(permissions).save();
  await assert.rejects(new Log({ text: "x" }).save());
  const entry = await new Log({ text: "x" }).save(null, ann.as);
  assert.equal((await again(entry, ann.as)).get("text"), "x");
  await assert.rejects(new Parse.Query(Log.className).find());
  await assert.rejects(entry.save({ text: "y" }, ann.as));
});

test("others see neither the e-mail nor the password of a user", async () => {
  const ann = await signedUp("ann", { email: `${fresh("ann")}@example.org` });
  const seen = await new Parse.Query(Parse.User).get(ann.user.id);
  assert.equal(seen.getEmail(), undefined);
  assert.equal(seen.get("password"), undefined);
  assert.ok(!seen.getSessionToken());
});
