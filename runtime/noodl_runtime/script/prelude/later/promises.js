// Promises that the host settles, and callbacks that it calls.
(() => {
  const waiting = new Map();
  let tickets = 0;

  function ticketFor(settle) {
    tickets += 1;
    waiting.set(tickets, settle);
    return tickets;
  }

  function ask(operation, args, convert) {
    return new Promise((resolve, reject) => {
      const ticket = ticketFor((fine, value) => {
        if (!fine) return reject(value);
        return resolve(convert ? convert(value) : value);
      });
      effects.push(["ask", ticket, operation, args]);
    });
  }

  function settle(ticket, fine, value) {
    const how = waiting.get(ticket);
    waiting.delete(ticket);
    try {
      if (how) how(fine, value);
    } catch (error) {
      log("error", `Error in a callback: ${errorText(error)}`, "callback");
    }
  }

  const refusals = {
    error: (message) => new Error(message),
    text: (message) => message,
    object: (message) => ({ error: message }),
  };

  return {
    ticketFor,
    ask,
    answer: (ticket, value) => settle(ticket, true, dec(value)),
    refuse: (ticket, kind, message) => settle(ticket, false, refusals[kind](message)),
  };
})();
