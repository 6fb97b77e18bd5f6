// Typed values as text, in the words of netviz/render/cells.py.

const UNKNOWN = "?";
const BYTE_UNITS = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];
const COUNTS = new Intl.NumberFormat("en-US");

// The text of one cell; "?" for null, "" where there is nothing to say.
function cellText(kind, value) {
  return cellParts(kind, value).join(", ");
}

// The parts of a cell: each shape or name by itself, everything else as one.
function cellParts(kind, value) {
  if (value === null || value === undefined) return [UNKNOWN];
  if (kind === "share" && isNumber(value)) return [shareText(Number(value))];
  if ((kind === "number" || Number.isNaN(value)) && isNumber(value)) return [numberText(value)];
  if (typeof value === "string") return value ? [value] : [];
  if (Array.isArray(value)) {
    if (kind === "shapes") return value.map(shapeText);
    if (kind === "numbers") return value.length ? [...value.map(numberText), "…"] : [];
    return value.map(String);
  }
  if (kind === "bytes" && typeof value === "number") return [bytesText(value)];
  if (typeof value === "boolean") return [value ? "yes" : "no"];
  return [typeof value === "number" ? countText(value) : String(value)];
}

// Also those that JSON does not have, which come as strings.
function isNumber(value) {
  return typeof value === "number" || ["NaN", "Infinity", "-Infinity"].includes(value);
}

// 61706 as "61,706"; what is too large for a number is written already.
function countText(value) {
  if (value === null || value === undefined) return UNKNOWN;
  return typeof value === "number" ? COUNTS.format(value) : String(value);
}

// A count and what is counted: "1 layer", "2 layers".
function counted(count, what) {
  return `${countText(count)} ${what}${count === 1 ? "" : "s"}`;
}

// A shape as Python writes the tuple.
function shapeText(shape) {
  if (shape === null || shape === undefined) return UNKNOWN;
  const axes = shape.map((axis) => (axis === null ? "None" : String(axis)));
  return axes.length === 1 ? `(${axes[0]},)` : `(${axes.join(", ")})`;
}

function shareText(value) {
  if (!Number.isFinite(value)) return UNKNOWN;
  const percent = 100 * value;
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
  const number = Number(value);
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

function bytesText(value) {
  if (Math.abs(value) < 1024) return `${value} B`;
  let step = 1;
  while (step < BYTE_UNITS.length - 1 && Math.abs(value) * 20 >= (20 * 1024 - 1) * 1024 ** step) step += 1;
  const tenths = Math.floor((Math.abs(value) * 20 + 1024 ** step) / (2 * 1024 ** step));
  return `${value < 0 ? "-" : ""}${COUNTS.format(Math.floor(tenths / 10))}.${tenths % 10} ${BYTE_UNITS[step]}`;
}

// The name of a family as people say it.
function familyText(family) {
  return family === "input-output" ? "input & output" : family;
}
