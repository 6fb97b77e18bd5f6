// Typed values as text, in the words of netviz/render/cells.py.

const UNKNOWN = "?";
const BYTE_UNITS = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];
const COUNTS = new Intl.NumberFormat("en-US");
const NUMERIC = ["count", "share", "bytes", "number"]; // kinds of columns

// The text of one cell; "?" for null, "" where there is nothing to say.
function cellText(kind, value) {
  return cellParts(kind, value).join(", ");
}

// The parts of a cell: each shape or name by itself, everything else as one.
function cellParts(kind, value) {
  if (value === null || value === undefined) return [UNKNOWN];
  const number = NUMERIC.includes(kind) ? numberOf(value) : null;
  if (kind === "share" && number !== null) return [shareText(number)];
  if (kind === "number" && number !== null) return [numberText(number)];
  if (kind === "bytes" && number !== null) return [bytesText(value)];
  if (typeof value === "string") return value ? [value] : [];
  if (Array.isArray(value)) {
    if (kind === "shapes") return value.map(shapeText);
    if (kind === "lengths") return value.length ? [value.map(lengthText).join(" × ")] : [];
    if (kind === "numbers") return value.length ? [...value.map(numberText), "…"] : [];
    return value.map(String);
  }
  if (typeof value === "boolean") return [value ? "yes" : "no"];
  return [countText(value)];
}

// A cell as a number, null where it is none. What JSON lacks and what JavaScript does not keep exactly comes as text:
// "Infinity", "12,345,678,901,234,567", "2^200".
function numberOf(value) {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  if (typeof value !== "string" || !value.trim()) return null;
  const power = POWER.exec(value);
  if (power) return (power[1] ? -1 : 1) * 2 ** Number(power[2]);
  const number = Number(value.replaceAll(",", ""));
  return Number.isNaN(number) && value !== "NaN" ? null : number;
}

const POWER = /^(-?)2\^(\d+)$/;

// A count with all of its digits, null where it is none or was rounded to a power of two.
function wholeOf(value) {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : null;
  return typeof value === "string" && /^-?\d[\d,]*$/.test(value) ? BigInt(value.replaceAll(",", "")) : null;
}

// 61706 as "61,706"; what is too large for a number is written already.
function countText(value) {
  if (value === null || value === undefined) return UNKNOWN;
  return typeof value === "string" ? value : COUNTS.format(value);
}

// A count and what is counted: "1 layer", "2 layers".
function counted(count, what) {
  return `${countText(count)} ${what}${count === 1 ? "" : "s"}`;
}

// A shape as Python writes the tuple.
function shapeText(shape) {
  if (shape === null || shape === undefined) return UNKNOWN;
  const axes = shape.map((axis) => (axis === null ? "None" : String(axis).replaceAll(",", "")));
  return axes.length === 1 ? `(${axes[0]},)` : `(${axes.join(", ")})`;
}

// One of several lengths: whole numbers in full, others with four significant digits.
function lengthText(value) {
  return Number.isInteger(value) || typeof value !== "number" ? countText(value) : numberText(value);
}

function shareText(value) {
  if (!Number.isFinite(value)) return UNKNOWN;
  const percent = 100 * value;
  if (!Number.isFinite(percent)) return `${numberText(percent)} %`;
  if (Math.abs(percent) >= 1e21) return `${BigInt(percent)}.0 %`; // toFixed writes these as powers of ten
  if (percent > 0 && percent < 0.05) return "<0.1 %";
  if (percent >= 99.95 && percent < 100) return ">99.9 %";
  // As in Python a tie goes to the even digit: 6.25 to 6.2.
  const tie = Math.abs(percent % 0.5) === 0.25;
  const text = (tie ? Math.round(percent * 5) / 5 : percent).toFixed(1);
  return `${Object.is(percent, -0) ? "-" : ""}${text} %`;
}

// A number in four significant digits, as Python's "%.4g" has it.
function numberText(value) {
  if (value === null || value === undefined) return UNKNOWN;
  const number = numberOf(value);
  if (number === null) return String(value);
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  if (number === 0) return Object.is(number, -0) ? "-0" : "0";
  // As in Python a tie goes to the even digit: 2.3125 to 2.312.
  const tie = /^(-?\d\.\d{2}[02468])50+(e.*)$/.exec(number.toExponential(40));
  const rounded = tie ? tie[1] + tie[2] : number.toExponential(3);
  const [digits, exponent] = rounded.split("e");
  const short = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  const size = Number(exponent);
  if (size >= -4 && size < 4) return short(Number(rounded).toFixed(3 - size));
  return `${short(digits)}e${size < 0 ? "-" : "+"}${String(Math.abs(size)).padStart(2, "0")}`;
}

// 102558720 as "97.8 MB"; whole numbers throughout, so that it is rounded as in Python.
function bytesText(value) {
  const whole = wholeOf(value);
  if (whole === null) return `${countText(value)} B`;
  const size = whole < 0n ? -whole : whole;
  const sign = whole < 0n ? "-" : "";
  if (size < 1024n) return `${sign}${size} B`;
  const unit = (step) => 1024n ** BigInt(step);
  let step = 1;
  while (step < BYTE_UNITS.length - 1 && size * 20n >= (20n * 1024n - 1n) * unit(step)) step += 1;
  const tenths = (size * 20n + unit(step)) / (2n * unit(step));
  return `${sign}${COUNTS.format(tenths / 10n)}.${tenths % 10n} ${BYTE_UNITS[step]}`;
}

// A name as it can be seen: what has nothing to be seen is told in words.
function nameText(name) {
  if (name === "") return "(no name)";
  if (name.trim()) return name;
  return name.length === 1 ? "(a space)" : `(${name.length} spaces)`;
}

// The name of a family as people say it.
function familyText(family) {
  return family === "input-output" ? "input & output" : family;
}
