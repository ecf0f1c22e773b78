// What all pages share: where the backend is, requests as a Noodl front end sends them, a report.
const given = new URLSearchParams(location.search);
const backend = given.get("backend");
const told = {};

const parse = async (method, path, body, headers = {}) => {
  const answer = await fetch(backend + path, {
    method,
    headers: {
      "X-Parse-Application-Id": "todo",
      ...(body instanceof Blob ? {"Content-Type": body.type} : {"Content-Type": "application/json"}),
      ...headers,
    },
    body: body === undefined || body instanceof Blob ? body : JSON.stringify(body),
  });
  return {status: answer.status, headers: answer.headers, body: await answer.json().catch(() => null)};
};

// The text of what a browser throws, "answered <status>" where it lets the page see an answer.
const outcome = async (request) => {
  try {
    return `answered ${(await request()).status}`;
  } catch (error) {
    return String(error);
  }
};

const report = () => fetch(`/report${location.pathname}`, {method: "POST", body: JSON.stringify(told)});
const run = (story) => story().catch((error) => { told.failed = String(error); }).then(report);
