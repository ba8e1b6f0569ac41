"use strict";

// The data of a part of the page, as JSON inside it.
const dataOf = (element) => JSON.parse(element.textContent);

/* ---- Tables: order, choice of rows, copying ---- */

const textOf = (row, column) => row.cells[column].textContent;

function numbersOf(rows, column) {
  const texts = rows.map((row) => textOf(row, column)).filter((text) => text !== "");
  return texts.length > 0 && texts.every((text) => Number.isFinite(Number(text)));
}

// Empty cells stay at the end in either direction.
function compared(a, b, numeric, sign) {
  if (a === "" || b === "") return (a === "") - (b === "");
  return sign * (numeric ? Number(a) - Number(b) : a.localeCompare(b, "en", { numeric: true }));
}

function sortBy(table, column) {
  const heading = table.tHead.rows[0].cells[column];
  const ascending = heading.getAttribute("aria-sort") !== "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows];
  const numeric = numbersOf(rows, column);
  rows.sort((a, b) => compared(textOf(a, column), textOf(b, column), numeric, ascending ? 1 : -1));
  table.tBodies[0].append(...rows);
}

function chosen(row, record, choices, wanted) {
  const text = [...row.cells].map((cell) => cell.textContent).join(" ").toLowerCase();
  return choices.every(({ column, value }) => value === "" || record[column] === value) && text.includes(wanted);
}

function filterRows(article, data) {
  const choices = [...article.querySelectorAll("select")].map((select) => ({
    column: Number(select.dataset.column),
    value: select.value,
  }));
  const wanted = article.querySelector("input[type=search]").value.trim().toLowerCase();
  const rows = [...article.querySelector("tbody").rows];
  for (const row of rows) row.hidden = !chosen(row, data.rows[Number(row.dataset.row)], choices, wanted);
  const left = rows.filter((row) => !row.hidden).length;
  article.querySelector(".said").textContent = left === rows.length ? "" : `${left} of ${rows.length} rows`;
}

const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function asCsv(rows, data) {
  const lines = [data.header, ...rows.map((row) => data.rows[Number(row.dataset.row)])];
  return lines.map((line) => line.map(quoted).join(",")).join("\n") + "\n";
}

const LATEX = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
};
const escaped = (text) => text.replace(/[\\~^<>|&%$#_{}]/g, (letter) => LATEX[letter] ?? `\\${letter}`);

function asLatex(rows, article) {
  const line = (cells) => [...cells].map((cell) => escaped(cell.textContent.trim())).join(" & ") + " \\\\";
  const headings = article.querySelector("thead").rows[0].cells;
  const columns = [...headings].map((cell) => (cell.classList.contains("right") ? "r" : "l")).join("");
  return [
    "\\begin{table}",
    "\\centering",
    `\\caption{${escaped(article.querySelector("caption").textContent)}}`,
    `\\label{tab:${article.id}}`,
    `\\begin{tabular}{${columns}}`,
    "\\toprule",
    line(headings),
    "\\midrule",
    ...rows.map((row) => line(row.cells)),
    "\\bottomrule",
    "\\end{tabular}",
    "\\end{table}",
    "",
  ].join("\n");
}

// Browsers may refuse the clipboard to a page that was opened as a file; selecting text and copying it still works.
function copyBySelection(text) {
  const area = document.createElement("textarea");
  const before = document.activeElement;
  area.value = text;
  area.setAttribute("aria-hidden", "true");
  area.style.cssText = "position:fixed;top:0;opacity:0";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  before.focus();
  return done;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

async function copyTable(article, data, form) {
  const rows = [...article.querySelector("tbody").rows].filter((row) => !row.hidden);
  const done = await copy(form === "csv" ? asCsv(rows, data) : asLatex(rows, article));
  const what = `${rows.length} ${rows.length === 1 ? "row" : "rows"} as ${form === "csv" ? "CSV" : "LaTeX"}`;
  article.querySelector(".said").textContent = done ? `Copied ${what}` : "The browser refused to copy";
}

for (const article of document.querySelectorAll(".data-table")) {
  const data = dataOf(article.querySelector("script"));
  const table = article.querySelector("table");
  const form = article.querySelector("form");
  [...table.tHead.rows[0].cells].forEach((cell, column) => {
    cell.firstElementChild.addEventListener("click", () => sortBy(table, column));
  });
  form.addEventListener("input", () => filterRows(article, data));
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const button of article.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () => copyTable(article, data, button.dataset.copy));
  }
}

/* ---- Movement: a plane with marks, names and paths, at one stop or between two ---- */

const SVG = "http://www.w3.org/2000/svg";
// Matplotlib's markers, about the origin.
const MARKS = {
  o: "M4 0A4 4 0 1 1 -4 0A4 4 0 1 1 4 0Z",
  s: "M-3.6 -3.6H3.6V3.6H-3.6Z",
  "^": "M0 -4.6L4.4 3.6H-4.4Z",
  v: "M0 4.6L4.4 -3.6H-4.4Z",
  D: "M0 -4.8L4.8 0L0 4.8L-4.8 0Z",
  P: "M-1.5 -4.5H1.5V-1.5H4.5V1.5H1.5V4.5H-1.5V1.5H-4.5V-1.5H-1.5Z",
  X: "M-4.3 -2.2L-2.2 -4.3L0 -2.1L2.2 -4.3L4.3 -2.2L2.1 0L4.3 2.2L2.2 4.3L0 2.1L-2.2 4.3L-4.3 2.2L-2.1 0Z",
};
const MARGIN = 24;
const STEP_MS = 800;

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// A darker shade, since letters need more contrast than marks.
function shade(color) {
  const parts = [1, 3, 5].map((at) => Math.round(0.6 * parseInt(color.slice(at, at + 2), 16)));
  return `rgb(${parts.join(" ")})`;
}

// Positions at a time between two stops.
function between(stops, time) {
  const before = Math.floor(time);
  const after = Math.min(before + 1, stops.length - 1);
  const share = time - before;
  return stops[before].map(([x, y], i) => [
    x + share * (stops[after][i][0] - x),
    y + share * (stops[after][i][1] - y),
  ]);
}

// One scale for both axes and all stops, so that distances can be compared.
function scaleOf(stops, width, height) {
  const xs = stops.flat().map(([x]) => x);
  const ys = stops.flat().map(([, y]) => y);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const factor = Math.min(
    (width - 2 * MARGIN) / (right - left || 1),
    (height - 2 * MARGIN) / (high - low || 1),
  );
  return ([x, y]) => [
    width / 2 + factor * (x - (left + right) / 2),
    height / 2 - factor * (y - (low + high) / 2),
  ];
}

// Where a name may stand about its mark: rings of eight places.
const DIRECTIONS = [[1, 0], [-1, 0], [0, -1], [0, 1], [0.7, -0.7], [-0.7, -0.7], [0.7, 0.7], [-0.7, 0.7]];
const PLACES = [6, 14, 24].flatMap((reach) => DIRECTIONS.map(([x, y]) => [reach * x, reach * y]));

const ringOf = (place) => Math.floor(place / DIRECTIONS.length);

function boxAt([x, y], [dx, dy], width) {
  const left = dx > 0.1 ? x + dx : dx < -0.1 ? x + dx - width : x - width / 2;
  const middle = y + dy + (Math.abs(dx) < 0.1 ? Math.sign(dy) * 6 : 0);
  return { left, right: left + width, top: middle - 7, bottom: middle + 7 };
}

const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

// A place beside each mark where its name covers no other name or mark: the nearest, but of those that are as near
// the one it had before, so that names do not jump.
function placeNames(positions, widths, size, earlier) {
  const taken = positions.map(([x, y]) => ({ left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 }));
  return positions.map((position, i) => {
    const isFree = (place) => {
      const box = boxAt(position, PLACES[place], widths[i]);
      const inside = box.left >= 0 && box.right <= size.width && box.top >= 0 && box.bottom <= size.height;
      return inside && !taken.some((other) => meet(box, other));
    };
    const nearest = PLACES.findIndex((_, place) => isFree(place));
    if (nearest < 0) return undefined;
    const before = earlier[i];
    const stays = before !== undefined && ringOf(before) === ringOf(nearest) && isFree(before);
    const place = stays ? before : nearest;
    taken.push(boxAt(position, PLACES[place], widths[i]));
    return place;
  });
}

function markOf(look, [x, y], scale, opacity) {
  const mark = element("path", {
    d: MARKS[look.marker],
    fill: look.color,
    "fill-opacity": opacity,
    transform: `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${scale})`,
  });
  mark.append(element("title", {}, look.name));
  return mark;
}

class Mover {
  constructor(views) {
    this.views = views;
    this.time = 0;
    this.timer = null;
    this.places = [];
    for (const id of ["encoder", "task", "layer", "update", "play", "text", "plot", "caption", "key"]) {
      this[id] = document.getElementById(`mover-${id}`);
    }
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    document.getElementById("mover").hidden = false;
    fill(this.encoder, [...new Set(views.map((view) => view.encoder))]);
    this.listen();
    this.chooseEncoder();
    new ResizeObserver(() => this.draw()).observe(this.plot.parentElement);
  }

  listen() {
    this.encoder.addEventListener("change", () => this.chooseEncoder());
    this.task.addEventListener("change", () => this.chooseTask());
    this.layer.addEventListener("change", () => this.chooseLayer());
    for (const radio of document.getElementsByName("mover-what")) {
      radio.addEventListener("change", () => this.start());
    }
    this.update.addEventListener("input", () => {
      this.pause();
      this.show(Number(this.update.value));
    });
    this.play.addEventListener("click", () => (this.timer === null ? this.run() : this.pause()));
  }

  get points() {
    return document.querySelector("[name=mover-what]:checked").value === "points";
  }

  get last() {
    return this.view.stops.length - 1;
  }

  // Keep what was chosen where the new choice has it too.
  chooseEncoder() {
    const tasks = this.views.filter((view) => view.encoder === this.encoder.value).map((view) => view.task);
    fill(this.task, tasks, this.task.value);
    this.chooseTask();
  }

  chooseTask() {
    this.view = this.views.find(
      (view) => view.encoder === this.encoder.value && view.task === this.task.value,
    );
    const layers = this.view.layers.map(({ layer }) => String(layer));
    fill(this.layer, layers, this.layer.value || layers.at(-1));
    if (!layers.includes(this.layer.value)) this.layer.value = layers.at(-1);
    this.pause();
    this.update.max = this.last;
    this.update.value = 0;
    this.time = 0;
    this.chooseLayer();
  }

  chooseLayer() {
    this.shown = this.view.layers.find(({ layer }) => String(layer) === this.layer.value);
    this.start();
  }

  start() {
    const drawable = this.shown.remark === undefined;
    this.plot.style.display = drawable ? "" : "none";
    this.update.disabled = this.play.disabled = !drawable;
    this.writeCaption();
    this.writeKey();
    this.places = [];
    this.draw();
  }

  writeCaption() {
    const { layer, n, d, remark, explained } = this.shown;
    const head = `${this.view.encoder}, ${this.view.task}, layer ${layer}; n = ${n}, d = ${d}.`;
    if (remark !== undefined) {
      this.caption.textContent = `${head} Not drawn: ${remark}.`;
      return;
    }
    const [first, second] = explained.map((share) => `${(100 * share).toFixed(0)}%`);
    const what = this.points
      ? `${this.shown.points[0].length} of the ${n} examples, labels in turn, with the name of each label near its centroid.`
      : "Centroids of the labels; the lines are their paths from the start.";
    this.caption.textContent = `${head} ${what} The axes explain ${first} and ${second} of the variance of the centroids.`;
  }

  writeKey() {
    const looks = (this.shown.labels ?? []).map((label) => this.view.labels[label]);
    this.key.replaceChildren(
      ...looks.map((look) => {
        const picture = element("svg", { viewBox: "-7 -7 14 14", "aria-hidden": "true" });
        picture.append(element("path", { d: MARKS[look.marker], fill: look.color }));
        const item = document.createElement("li");
        item.append(picture, look.name);
        return item;
      }),
    );
  }

  // Only whole stops are told; between two of them nothing was measured.
  writeText() {
    const stop = Math.round(this.time);
    const name = this.view.stops[stop];
    const place = `${name[0].toUpperCase()}${name.slice(1)} (stop ${stop + 1} of ${this.last + 1}).`;
    this.update.setAttribute("aria-valuetext", name);
    this.text.setAttribute("aria-live", this.timer === null ? "polite" : "off");
    const said = `${place} ${told(this.shown.verdicts?.[stop])}`;
    if (this.text.textContent !== said) this.text.textContent = said;
  }

  show(time) {
    this.time = time;
    this.update.value = Math.round(time);
    this.draw();
  }

  run() {
    if (this.time >= this.last) this.time = 0;
    this.play.textContent = "Pause";
    if (this.still.matches) {
      this.timer = setInterval(() => this.advance(1), STEP_MS);
      return;
    }
    let before = null;
    const frame = (now) => {
      if (this.timer === null) return;
      this.timer = requestAnimationFrame(frame);
      this.advance(before === null ? 0 : (now - before) / STEP_MS);
      before = now;
    };
    this.timer = requestAnimationFrame(frame);
  }

  advance(step) {
    this.show(Math.min(this.time + step, this.last));
    if (this.time >= this.last) this.pause();
  }

  pause() {
    if (this.timer === null) return;
    clearInterval(this.timer);
    cancelAnimationFrame(this.timer);
    this.timer = null;
    this.play.textContent = "Play";
    this.show(Math.round(this.time));
  }

  draw() {
    this.writeText();
    if (this.shown.remark !== undefined) return;
    const width = this.plot.parentElement.clientWidth;
    const size = { width, height: Math.round(Math.min(Math.max(0.62 * width, 300), 560)) };
    const { centroids, points } = this.shown;
    const reach = this.points ? [...centroids, ...points] : centroids;
    const toScreen = scaleOf(reach, size.width, size.height);
    this.plot.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
    const heads = between(centroids, this.time).map(toScreen);
    const marks = this.points ? this.examples(toScreen) : [...this.trails(toScreen), ...this.heads(heads)];
    this.plot.replaceChildren(...marks, ...this.names(heads, size));
  }

  look(position) {
    return this.view.labels[this.shown.labels[position]];
  }

  heads(positions) {
    return positions.map((position, i) => markOf(this.look(i), position, 1.1, 1));
  }

  examples(toScreen) {
    const positions = between(this.shown.points, this.time).map(toScreen);
    return positions.map((position, i) =>
      markOf(this.view.labels[this.shown.point_labels[i]], position, 0.7, 0.65),
    );
  }

  trails(toScreen) {
    const done = this.shown.centroids.slice(0, Math.floor(this.time) + 1);
    const path = [...done, between(this.shown.centroids, this.time)].map((stop) => stop.map(toScreen));
    return path[0].map((_, i) =>
      element("polyline", {
        class: "trail",
        stroke: this.look(i).color,
        points: path.map((stop) => stop[i].map((value) => value.toFixed(2)).join(",")).join(" "),
      }),
    );
  }

  names(positions, size) {
    const widths = positions.map((_, i) => widthOf(this.look(i).name));
    this.places = placeNames(positions, widths, size, this.places);
    return positions.flatMap((position, i) => {
      if (this.places[i] === undefined) return [];
      const box = boxAt(position, PLACES[this.places[i]], widths[i]);
      const { name, color } = this.look(i);
      return [element("text", { x: box.left.toFixed(2), y: (box.bottom - 3).toFixed(2), fill: shade(color) }, name)];
    });
  }
}

// The width of a name in the plot's letters.
const widths = new Map();
function widthOf(name) {
  if (!widths.has(name)) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    widths.set(name, pen.measureText(name).width + 2);
  }
  return widths.get(name);
}

function fill(select, values, wanted) {
  select.replaceChildren(...values.map((value) => new Option(value, value)));
  if (values.includes(wanted)) select.value = wanted;
}

// A sentence or two about a stop, as far as it was measured.
function told(verdict) {
  if (verdict === undefined) return "This run was not followed: distances between labels were not measured here.";
  const pairs = `${verdict.undecided} ${verdict.undecided === 1 ? "pair" : "pairs"} of labels`;
  const open = verdict.undecided > 0 ? ` ${pairs} could not be decided.` : "";
  if (verdict.closest === null) return `No label has enough examples for distances.${open}`;
  const { labels, distance, lower, upper } = verdict.closest;
  if (distance === 0) {
    return `Not all labels are separable: of ${verdict.pairs} pairs of labels with more than five examples ${verdict.meeting} overlap, among them ${labels.join(" and ")}.${open}`;
  }
  const linear = verdict.linear ? "All labels are separable." : "Not all labels are separable.";
  const bounds = `certified: at least ${lower}, at most ${upper}`;
  return `${linear} The closest pair is ${labels.join(" and ")}, at a distance of ${distance} (${bounds}).${open}`;
}

const views = dataOf(document.getElementById("views"));
if (views.length > 0) new Mover(views);

/* ---- Print: what is folded up comes out, and goes back ---- */

let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const details of folded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of folded) details.open = false;
});
