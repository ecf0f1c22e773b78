// Writes one line of JSON for each test that has ended: {"name", "ok", "error"}.
export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const error = data.details?.error;
    const cause = error?.cause ?? error;
    yield `${JSON.stringify({
      name: data.name,
      ok: type === "test:pass" && !data.skip && !data.todo,
      error: error ? String(cause?.stack ?? cause) : "",
    })}\n`;
  }
}
