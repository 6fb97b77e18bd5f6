(options) => {
  const svg = document.querySelector("svg");
  const paper = svg.getBoundingClientRect();
  const unit = (svg.viewBox.baseVal.width || paper.width) / paper.width; // of the SVG's own pixels on the screen
  const found = [];
  const tell = (kind, words) => options.without.includes(kind) || found.push(`${kind}: ${words}`);
  const drawn = selector => [...svg.querySelectorAll(selector)].filter(
    one => !one.closest("defs, marker, pattern, clipPath, mask, symbol") && getComputedStyle(one).display !== "none");
  const order = new Map([...svg.querySelectorAll("*")].map((one, index) => [one, index]));
  const stage = one => one.closest(".stage");
  const painted = color => color && color !== "none" && color !== "transparent";

  // The box of what is inked, by the corners of a rectangle in an element's own coordinates.
  const mapped = (one, x0, y0, x1, y1) => {
    const matrix = one.getScreenCTM();
    const corners = [[x0, y0], [x1, y0], [x0, y1], [x1, y1]].map(([x, y]) => new DOMPoint(x, y).matrixTransform(matrix));
    const xs = corners.map(p => p.x), ys = corners.map(p => p.y);
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  };
  const shared = (a, b) => Math.min(Math.min(a[2], b[2]) - Math.max(a[0], b[0]), Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const outside = box => Math.max(paper.left - box[0], paper.top - box[1], box[2] - paper.right, box[3] - paper.bottom);
  const shown = number => (Math.round(number * 10) / 10).toString();

  const pen = document.createElement("canvas").getContext("2d");
  const texts = drawn("text").filter(one => one.textContent.trim()).map(one => {
    const style = getComputedStyle(one), words = one.textContent;
    pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const ink = pen.measureText(words), box = one.getBBox(), base = one.getStartPositionOfChar(0).y;
    const matrix = one.getScreenCTM();
    const size = parseFloat(style.fontSize) * Math.hypot(matrix.c, matrix.d) * unit;
    const name = `‘${words}’`;
    if (size < options.smallest - 0.01) tell("small", `${name} is ${shown(size)} px`);
    const pressed = ink.width / Math.max(box.width, 0.01);
    if (one.hasAttribute("textLength") && pressed > 2) tell("pressed", `${name} is ${shown(pressed)} times as wide`);
    const at = mapped(one, box.x, base - ink.actualBoundingBoxAscent, box.x + box.width, base + ink.actualBoundingBoxDescent);
    const halo = style.paintOrder.startsWith("stroke") && painted(style.stroke) && parseFloat(style.strokeWidth) > 0;
    return {one, name, at, halo, order: order.get(one)};
  });

  const shapes = drawn("path, rect, circle, line, polyline, polygon, ellipse").map(one => {
    const style = getComputedStyle(one), box = one.getBBox();
    const seen = parseFloat(style.opacity) > 0.02;
    const stroke = seen && painted(style.stroke) && parseFloat(style.strokeWidth) > 0 && parseFloat(style.strokeOpacity) > 0.02;
    const fill = seen && painted(style.fill) && parseFloat(style.fillOpacity) > 0.02;
    const half = stroke ? parseFloat(style.strokeWidth) / 2 : 0;
    const at = mapped(one, box.x, box.y, box.x + box.width, box.y + box.height);
    const rest = mapped(one, box.x - half, box.y - half, box.x + box.width + half, box.y + box.height + half);
    const near = one.closest("[class]");
    const name = `${one.tagName}${near && near !== svg ? " of " + near.getAttribute("class") : ""} at ${at.map(shown).join(" ")}`;
    return {one, name, at, rest, stroke, fill, order: order.get(one), opaque: parseFloat(style.opacity) * parseFloat(style.fillOpacity) > 0.3};
  }).filter(shape => shape.stroke || shape.fill);

  for (const text of texts) if (outside(text.at) > 0.3) tell("outside", `${text.name} by ${shown(outside(text.at))} px`);
  for (const shape of shapes) if (outside(shape.rest) > 0.6) tell("outside", `${shape.name} by ${shown(outside(shape.rest))} px`);

  const sorted = [...texts].sort((a, b) => a.at[0] - b.at[0]);
  sorted.forEach((text, index) => {
    for (let i = index + 1; i < sorted.length && sorted[i].at[0] < text.at[2]; i++)
      if (shared(text.at, sorted[i].at) > 0.3) tell("overlap", `${text.name} and ${sorted[i].name}`);
  });

  const inFill = (one, x, y) => one.isPointInFill(new DOMPoint(x, y).matrixTransform(one.getScreenCTM().inverse()));
  // Points inside a box: its middle line, and near its corners.
  const probes = box => {
    const points = [], w = box[2] - box[0], h = box[3] - box[1], step = Math.max(w / 12, 1);
    for (const y of [0.15, 0.5, 0.85]) for (let x = 0.6; x < w; x += step) points.push([box[0] + x, box[1] + y * h]);
    return points;
  };
  for (const shape of shapes) {
    const near = texts.filter(text => shared(text.at, shape.rest) > 0.3);
    if (!near.length) continue;
    if (shape.stroke) {
      const clear = near.filter(text => !(text.halo && text.order > shape.order));
      const length = clear.length ? shape.one.getTotalLength() : 0;
      const matrix = shape.one.getScreenCTM(), hit = new Set();
      const left = clear.map(text => ({text, box: [text.at[0] + 0.4, text.at[1] + 0.4, text.at[2] - 0.4, text.at[3] - 0.4]}));
      for (let at = 0; at <= length && left.length; at += 1) {
        const p = shape.one.getPointAtLength(at).matrixTransform(matrix);
        for (const {text, box} of left)
          if (!hit.has(text) && p.x > box[0] && p.x < box[2] && p.y > box[1] && p.y < box[3]) {
            hit.add(text);
            tell("crossed", `${text.name} by ${shape.name}`);
          }
      }
    }
    if (shape.fill) for (const text of near) {
      const foreign = stage(shape.one) && stage(shape.one) !== stage(text.one);
      const over = shape.order > text.order && shape.opaque;
      if (!(over || foreign) || !probes(text.at).some(([x, y]) => inFill(shape.one, x, y))) continue;
      tell(over ? "hidden" : "foreign", `${text.name} and ${shape.name}`);
    }
  }

  if (!options.without.includes("collision")) {
    const areas = shapes.filter(shape => shape.fill && stage(shape.one)).sort((a, b) => a.at[0] - b.at[0]);
    const seen = new Set();
    areas.forEach((area, index) => {
      for (let i = index + 1; i < areas.length && areas[i].at[0] < area.at[2]; i++) {
        const other = areas[i], pair = [order.get(stage(area.one)), order.get(stage(other.one))].sort().join(" ");
        if (stage(area.one) === stage(other.one) || seen.has(pair) || shared(area.at, other.at) < 1) continue;
        if (stage(area.one).contains(stage(other.one)) || stage(other.one).contains(stage(area.one))) continue;
        const box = [Math.max(area.at[0], other.at[0]), Math.max(area.at[1], other.at[1]), Math.min(area.at[2], other.at[2]), Math.min(area.at[3], other.at[3])];
        if (!probes(box).some(([x, y]) => inFill(area.one, x, y) && inFill(other.one, x, y))) continue;
        seen.add(pair);
        tell("collision", `${area.name} and ${other.name}`);
      }
    });
  }
  return found;
}
