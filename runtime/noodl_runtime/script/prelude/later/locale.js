// Dates, numbers and the order of texts in American English, the language of the original's engine.
// Other languages get the same; time zones are UTC and that of the process.
(() => {
  const { toString } = Date.prototype;
  const MONTHS = "January February March April May June July August September October November December";
  const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday";
  const months = MONTHS.split(" ");
  const days = DAYS.split(" ");
  const two = (number) => String(number).padStart(2, "0");

  // -- dates

  const DATE = { year: "numeric", month: "numeric", day: "numeric" };
  const TIME = { hour: "numeric", minute: "2-digit", second: "2-digit" };
  const STYLES = {
    dateStyle: {
      full: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
      long: { year: "numeric", month: "long", day: "numeric" },
      medium: { year: "numeric", month: "short", day: "numeric" },
      short: { year: "2-digit", month: "numeric", day: "numeric" },
    },
    timeStyle: { full: TIME, long: TIME, medium: TIME, short: { hour: "numeric", minute: "2-digit" } },
  };
  const dateParts = ["weekday", "year", "month", "day"];
  const timeParts = ["hour", "minute", "second"];
  const has = (options, names) => names.some((name) => options[name] !== undefined);

  // The parts that are wanted: those named, those of a style, else those a method shows by itself.
  function wanted(given, fallback) {
    const options = { ...given };
    for (const [style, kinds] of Object.entries(STYLES)) {
      const kind = options[style];
      if (kind === undefined) continue;
      if (!kinds[kind]) throw new RangeError(`Value ${kind} out of range for Intl.DateTimeFormat options property ${style}`);
      Object.assign(options, kinds[kind]);
    }
    if (!has(options, fallback.any)) Object.assign(options, fallback.parts);
    return options;
  }

  function fieldsOf(date, zone) {
    if (zone !== undefined && !/^(utc|gmt|etc\/utc|etc\/gmt)$/i.test(zone)) {
      throw new RangeError(`Invalid time zone specified: ${zone}; known are UTC and that of the server`);
    }
    const utc = zone === undefined ? "" : "UTC";
    const get = (name) => date[`get${utc}${name}`]();
    return {
      year: get("FullYear"), month: get("Month"), day: get("Date"), weekday: get("Day"),
      hour: get("Hours"), minute: get("Minutes"), second: get("Seconds"),
    };
  }

  const numeric = (style, number) => (style === "2-digit" ? two(number % 100) : String(number));
  const named = (style, name) => (style === "long" ? name : name.slice(0, style === "narrow" ? 1 : 3));

  function dateText(options, at) {
    const weekday = options.weekday && named(options.weekday, days[at.weekday]);
    const year = options.year && numeric(options.year, at.year);
    const day = options.day && numeric(options.day, at.day);
    const spelt = ["long", "short", "narrow"].includes(options.month);
    if (!spelt) {
      const month = options.month && numeric(options.month, at.month + 1);
      const numbers = [month, day, year].filter(Boolean).join("/");
      return [weekday, numbers].filter(Boolean).join(", ");
    }
    const monthDay = [named(options.month, months[at.month]), day].filter(Boolean).join(" ");
    const date = year ? [monthDay, year].join(day ? ", " : " ") : monthDay;
    return [weekday, date].filter(Boolean).join(", ");
  }

  function timeText(options, at) {
    const half = options.hour12 ?? !/^h2/.test(options.hourCycle || "");
    const midnight = options.hour12 === false ? 24 : 0; // so the original's engine
    const hour = half ? at.hour % 12 || 12 : at.hour || midnight;
    const padded = options.hour === "2-digit" || !half;
    const alone = !options.hour && !(options.minute && options.second);
    const parts = [
      options.hour && (padded ? two(hour) : String(hour)),
      options.minute && (alone ? String(at.minute) : two(at.minute)),
      options.second && (alone ? String(at.second) : two(at.second)),
    ];
    const text = parts.filter((part) => part !== undefined).join(":");
    return options.hour && half ? `${text} ${at.hour < 12 ? "AM" : "PM"}` : text;
  }

  function formatDate(date, options) {
    if (Number.isNaN(date.getTime())) return "Invalid Date";
    const at = fieldsOf(date, options.timeZone);
    const texts = [has(options, dateParts) && dateText(options, at), has(options, timeParts) && timeText(options, at)];
    const isSpelt = ["full", "long"].includes(options.dateStyle) || options.month === "long";
    const onlyDay = !has(options, ["year", "month", "day"]);
    return texts.filter(Boolean).join(isSpelt ? " at " : onlyDay ? " " : ", ");
  }

  const both = [...dateParts, ...timeParts];
  const dates = (any, parts) =>
    function (_locales, options) {
      return formatDate(this, wanted(options, { any, parts }));
    };

  class DateTimeFormat {
    constructor(_locales, options) {
      this.options = wanted(options, { any: both, parts: DATE });
      this.format = (date = Date.now()) => {
        const moment = new Date(date);
        if (Number.isNaN(moment.getTime())) throw new RangeError("Invalid time value");
        return formatDate(moment, this.options);
      };
    }
    resolvedOptions() {
      const { timeZone = new Date().getTimezoneOffset() ? "local" : "UTC" } = this.options;
      return { locale: "en-US", calendar: "gregory", numberingSystem: "latn", timeZone };
    }
  }

  // -- numbers

  const SIGNS = { USD: "$", EUR: "€", GBP: "£", JPY: "¥", INR: "₹", CNY: "CN¥", KRW: "₩", BRL: "R$", CAD: "CA$", AUD: "A$", MXN: "MX$" };
  const WHOLE = ["JPY", "KRW"];

  function digitsOf(options) {
    const usual = options.style === "currency" ? (WHOLE.includes(options.currency) ? [0, 0] : [2, 2]) : options.style === "percent" ? [0, 0] : [0, 3];
    let { minimumFractionDigits: least, maximumFractionDigits: most } = options;
    if (least === undefined) least = Math.min(usual[0], most ?? usual[0]);
    if (most === undefined) most = Math.max(usual[1], least);
    if (!(least >= 0 && least <= most && most <= 20)) throw new RangeError("maximumFractionDigits value is out of range.");
    return [least, most];
  }

  // The shortest digits decide, half away from zero: 1.005 is 1.01, as the original's engine has it.
  function moved(number, places) {
    const [mantissa, exponent = 0] = number.toString().split("e");
    return Number(`${mantissa}e${Number(exponent) + places}`);
  }

  function rounded(number, most) {
    if (number >= 1e21) return BigInt(number).toString();
    const whole = Math.round(moved(number, most));
    return whole < 1e15 ? (whole / 10 ** most).toFixed(most) : number.toFixed(most);
  }

  function formatNumber(number, options = {}) {
    if (options.style === "currency" && !options.currency) throw new TypeError("Currency code is required with currency style.");
    const value = options.style === "percent" && Number.isFinite(number) ? moved(number, 2) : number;
    const [least, most] = digitsOf(options);
    const sign = value < 0 || Object.is(value, -0) ? "-" : "";
    let text = Number.isNaN(value) ? "NaN" : "∞";
    if (Number.isFinite(value)) {
      const [whole, fraction = ""] = rounded(Math.abs(value), most).split(".");
      const kept = fraction.replace(/0+$/, "").padEnd(least, "0");
      const padded = whole.padStart(options.minimumIntegerDigits || 1, "0");
      const grouped = options.useGrouping === false ? padded : padded.replace(/\B(?=(\d{3})+$)/g, ",");
      text = kept ? `${grouped}.${kept}` : grouped;
    }
    if (options.style === "percent") text += "%";
    if (options.style === "currency") text = (SIGNS[options.currency] || `${options.currency}\u00a0`) + text;
    return sign + text;
  }

  class NumberFormat {
    constructor(_locales, options) {
      digitsOf(options || {});
      this.format = (number) => formatNumber(Number(number), options);
    }
    resolvedOptions() {
      return { locale: "en-US", numberingSystem: "latn" };
    }
  }

  // -- the order of texts: marks, digits, letters; then accents; then small before capital letters

  const MARKS = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
  const SPELT = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ł: "l", þ: "th", ð: "d" };
  const spelt = (text) => text.replace(/[ßæœøđłþð]/g, (letter) => SPELT[letter]);
  const bare = (text) => text.normalize("NFD").replace(/\p{M}/gu, "");

  function rank(letter) {
    if (/\s/.test(letter)) return 0;
    if (MARKS.includes(letter)) return 1 + MARKS.indexOf(letter);
    return /\p{L}/u.test(letter) ? 102 : /\p{N}/u.test(letter) ? 101 : 100;
  }

  const byPlace = (left, right) => rank(left) - rank(right) || (left < right ? -1 : left > right ? 1 : 0);
  const byCode = (left, right) => (left < right ? -1 : left > right ? 1 : 0);
  const isNumber = (token) => /^\d/.test(token);

  function inTurn(left, right, by) {
    for (let i = 0; i < Math.min(left.length, right.length); i++) {
      const found = by(left[i], right[i]);
      if (found) return found;
    }
    return left.length - right.length;
  }

  function byNumber(left, right) {
    return isNumber(left) && isNumber(right) ? Number(left) - Number(right) : byPlace(left[0], right[0]);
  }

  // The letters of a text, each with its accents; then only those.
  const accents = (text) =>
    (text.normalize("NFD").match(/\P{M}\p{M}*/gu) || []).map((letter) => letter.replace(/\P{M}/gu, ""));

  function compare(left, right, { sensitivity = "variant", numeric: numbers = false } = {}) {
    const plain = (text) => spelt(bare(text).toLowerCase());
    const tokens = (text) => plain(text).match(numbers ? /\d+|[^\d]/gu : /[^]/gu) || [];
    let found = inTurn(tokens(left), tokens(right), numbers ? byNumber : byPlace);
    if (!found && ["accent", "variant"].includes(sensitivity)) found = inTurn(accents(left), accents(right), byCode);
    if (!found && ["case", "variant"].includes(sensitivity)) found = -inTurn(bare(left), bare(right), byCode);
    return Math.sign(found);
  }

  const members = {
    Date: {
      toLocaleDateString: dates(dateParts, DATE),
      toLocaleTimeString: dates(timeParts, TIME),
      toLocaleString: dates(both, { ...DATE, ...TIME }),
      // The engine leaves the name of the zone out; only that of UTC is known here.
      toString() {
        const text = toString.call(this);
        const isUtc = [0, 6].every((month) => new Date(2000, month).getTimezoneOffset() === 0);
        return isUtc && text !== "Invalid Date" ? `${text} (Coordinated Universal Time)` : text;
      },
    },
    Number: {
      toLocaleString(_locales, options) {
        return formatNumber(Number(this), options);
      },
    },
    String: {
      localeCompare(other, _locales, options) {
        return compare(String(this), String(other), options);
      },
    },
  };
  for (const owner of [Date, Number, String]) {
    for (const [name, value] of Object.entries(members[owner.name])) {
      Object.defineProperty(owner.prototype, name, { value, writable: true, configurable: true });
    }
  }

  // Both may be called without `new`, as scripts do.
  const callable = (made) => new Proxy(made, { apply: (target, _self, args) => new target(...args) });
  return { Intl: { DateTimeFormat: callable(DateTimeFormat), NumberFormat: callable(NumberFormat) } };
})();
