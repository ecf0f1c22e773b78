// A real Parse Server for tests: node parse-server.js <PostgreSQL URL>. Prints "ready <port>".
// POST /reset empties the database, so that each test begins with nothing.
"use strict";

process.env.TESTING = "1"; // lets TestUtils empty the database

const express = require("express");
const { ParseServer } = require("parse-server");
const FSFilesAdapter = require("@parse/fs-files-adapter");
const TestUtils = require("parse-server/lib/TestUtils");
const AppCache = require("parse-server/lib/cache").AppCache;

const APP_ID = "test-app";

async function main(databaseURI) {
  const app = express();
  const listener = await new Promise((resolve) => {
    const server = app.listen(0, "127.0.0.1", () => resolve(server));
  });
  const { port } = listener.address();
  const server = new ParseServer({
    databaseURI,
    filesAdapter: new FSFilesAdapter(), // below the working directory
    appId: APP_ID,
    masterKey: "test-master",
    serverURL: `http://127.0.0.1:${port}/parse`,
    allowCustomObjectId: true,
    allowClientClassCreation: true,
    allowExpiredAuthDataToken: false,
    encodeParseObjectInCloudFunction: true,
    enableInsecureAuthAdapters: false,
    fileUpload: { enableForPublic: true },
    logLevel: "error",
    silent: true,
    verbose: false,
    logsFolder: null,
  });
  await server.start();
  app.post("/reset", async (_request, response) => {
    await TestUtils.destroyAllDataPermanently(true);
    await AppCache.get(APP_ID).databaseController.performInitialization();
    response.json({});
  });
  app.use("/parse", server.app);
  process.stdout.write(`ready ${port}\n`);
}

process.stdin.on("end", () => process.exit(0)).resume(); // ends with the tests, however they end
main(process.argv[2]).catch((error) => {
  console.error(error);
  process.exit(1);
});
