// The Parse SDK, set up for the backend that NOODL_URL names, and what all tests of it share.
"use strict";

const assert = require("node:assert/strict");
const Parse = require("parse/node");

Parse.initialize(process.env.NOODL_APP_ID, undefined, process.env.NOODL_MASTER_KEY);
Parse.serverURL = `${process.env.NOODL_URL}/parse`;

const MASTER = { useMasterKey: true };
let made = 0;

/** Returns a name that no other test uses: fresh("ann") -> "ann3x1f". */
function fresh(word) {
  made += 1;
  return `${word}${made}x${process.pid.toString(36)}`;
}

/** Returns a class of its own: const Todo = freshClass("Todo"); new Todo({ title: "x" }) */
function freshClass(word) {
  const name = fresh(word);
  return Object.assign(
    class extends Parse.Object {
      constructor(values) {
        super(name, values);
      }
    },
    { className: name },
  );
}

/** Reads a record anew, so that nothing the client already knows is in it. */
function again(object, options = {}) {
  return new Parse.Query(object.className).get(object.id, options);
}

/** Waits for a promise that must be refused with a code. */
async function refused(code, promise) {
  const error = await promise.then(
    (value) => assert.fail(`not refused: ${JSON.stringify(value)}`),
    (reason) => reason,
  );
  assert.equal(error.code, code, `${error.code} ${error.message}`);
  return error;
}

/** Signs up a person: {user, as: {sessionToken}}, `as` being the options of what they do. */
async function signedUp(word, values = {}) {
  const user = new Parse.User({ username: fresh(word), password: "pw", ...values });
  await user.signUp();
  return { user, as: { sessionToken: user.getSessionToken() } };
}

/** Logs in from another device: a device has one session of a user, and the SDK here is one. */
async function elsewhere(user, password = "pw") {
  const answer = await fetch(`${Parse.serverURL}/login`, {
    method: "POST",
    headers: { "X-Parse-Application-Id": Parse.applicationId },
    body: JSON.stringify({ _method: "GET", username: user.getUsername(), password }),
  });
  return { sessionToken: (await answer.json()).sessionToken };
}

module.exports = { Parse, MASTER, assert, again, elsewhere, fresh, freshClass, refused, signedUp };
