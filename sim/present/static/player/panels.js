// Beside the lanes: the line below them, one person's two lives, the class's guess, and the table.

const $ = (id) => document.getElementById(id);
const MEASURES = [
  { title: "Waiting for the conclusive decision (the backlog)", phrase: "are waiting for the conclusive decision", rooms: [R.RECOVERY, R.WAITING_CG] },
  { title: "In support after the decision", phrase: "are in support after the decision", rooms: [R.SUPPORT_BED, R.SUPPORT_OUTREACH] },
  { title: "Nowhere secure to live, in any room", phrase: "have nowhere secure to live", rooms: [INSECURE] },
  { title: "Settled home, outside support", phrase: "are outside support in a settled home", rooms: [R.SETTLED] },
  { title: "Council temporary accommodation, outside support", phrase: "are outside support in temporary accommodation of a council", rooms: [R.COUNCIL_TEMPORARY] },
  { title: "Bridging home, outside support", phrase: "are outside support in a bridging home", rooms: [R.BRIDGING] },
  { title: "Asylum accommodation, outside support", phrase: "are outside support in asylum accommodation", rooms: [R.ASYLUM] },
  { title: "Out of contact", phrase: "are out of contact", rooms: [R.OUT_OF_CONTACT] },
  { title: "Returned to the NRM", phrase: "have been referred again and wait", rooms: [R.RETURNED] },
];
const summed = (counts, rooms) => rooms.reduce((sum, room) => sum + counts[room], 0);
const LINE_A = "#08519c", LINE_B = "#c44601";

function options(select, titles, chosen) {
  select.replaceChildren(...titles.map((title, index) => new Option(title, index, false, index === chosen)));
}

// ---------------------------------------------------------------------------------------------- the line below
function drawLine(view) {
  const canvas = $("line"), scale = Math.min(2, window.devicePixelRatio || 1);
  const width = canvas.parentElement.clientWidth, height = width < 600 ? 140 : 130;
  canvas.width = Math.round(width * scale); canvas.height = Math.round(height * scale);
  canvas.style.width = `${width}px`; canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d"), rooms = MEASURES[$("measure").value].rooms;
  pen.scale(scale, scale);
  const left = 52, right = width - 14, top = 22, bottom = height - 22;
  const { line, moment } = view, shown = view.hidden ? [view.lines[0]] : view.lines;
  const series = view.lines.map((each) => each.series.map((counts) => summed(counts, rooms)));
  const highest = Math.max(1, ...series[0], ...(view.hidden ? [] : series[1]));
  const x = (when) => left + ((right - left) * (when - line.first)) / (line.last - line.first);
  const y = (value) => bottom - ((bottom - top) * value) / highest;
  pen.font = "12px system-ui, 'Segoe UI', Arial, sans-serif";
  pen.fillStyle = "#55606b"; pen.strokeStyle = "#d5dae0"; pen.lineWidth = 1;
  for (const value of [0, highest / 2, highest]) {
    pen.beginPath(); pen.moveTo(left, y(value)); pen.lineTo(right, y(value)); pen.stroke();
    pen.textAlign = "right"; pen.fillText(number(Math.round(value)), left - 6, y(value) + 4);
  }
  pen.textAlign = "center";
  let taken = -1e9;
  for (const [when, words] of ticksOf(line)) {
    if (x(when) < taken + 12 || x(when) > right - 8) continue;
    pen.fillText(words, x(when), height - 6);
    taken = x(when) + pen.measureText(words).width;
  }
  const marks = line.kind === "calendar" ? [[line.mark, "options start"]] : [[line.mark, "decision"], [line.mark + 45 * DAY, "day 45"]];
  pen.strokeStyle = "#55606b"; pen.setLineDash([2, 3]);
  const told = [];
  marks.forEach(([when, words], index) => {
    pen.beginPath(); pen.moveTo(x(when), top - 18); pen.lineTo(x(when), bottom); pen.stroke();
    const rightwards = index === marks.length - 1 && x(when) < right - 90;
    pen.textAlign = rightwards ? "left" : "right";
    told.push([words, x(when) + (rightwards ? 4 : -4), pen.textAlign]);
  });
  shown.forEach((each, index) => {
    const step = (line.last - line.first) / each.samples;
    pen.strokeStyle = index ? LINE_B : LINE_A; pen.lineWidth = 2.5; pen.setLineDash(index ? [7, 4] : []);
    pen.beginPath();
    let k = 0;
    for (; k <= each.samples && line.first + k * step <= moment; k++) pen.lineTo(x(line.first + k * step), y(series[index][k]));
    pen.lineTo(x(moment), y(summed(view.lanes[index].count, rooms)));
    pen.stroke();
  });
  pen.setLineDash([]);
  for (const [words, at, side] of told) { // above the plot, where nothing is drawn
    pen.textAlign = side;
    pen.fillText(words, at, top - 9);
  }
}

function ticksOf(line) {
  if (line.kind !== "calendar") {
    return [-180, 0, 45, 180, 365, 545, 730].map((day) => [line.mark + day * DAY, `${day}`]);
  }
  const first = Number(isoOf(line.first).slice(0, 4)), last = Number(isoOf(line.last).slice(0, 4)), found = [];
  for (let year = first + 1; year <= last; year++) found.push([tickOf(`${year}-01-01`), `${year}`]);
  return found;
}

// ------------------------------------------------------------------------------------------------ one person
function tellPerson(view) {
  const p = view.followed;
  $("followed").hidden = p < 0;
  if (p < 0) return;
  const out = view.line.kind !== "calendar" && Number.isNaN(view.line.shift[p]);
  [0, 1].forEach((lane) => {
    const clock = $(`clock-${lane}`), list = $(`story-${lane}`);
    if (lane && view.hidden) {
      clock.textContent = "Hidden until the class has guessed.";
      list.replaceChildren();
      return;
    }
    const scenario = view.chosen[lane], tick = Math.floor(view.moment) - (out ? 0 : view.line.shift[p]);
    clock.textContent = out ? "Has no positive decision in time to be lined up." : clockWords(scenario, p, tick);
    if (out || view.playing) { if (out) list.replaceChildren(); return; }
    list.replaceChildren(...historyOf(scenario, p, tick).map((each) => {
      const item = document.createElement("li");
      item.textContent = `Day ${number(each.day)} (${each.date}): ${each.words}`;
      return item;
    }));
  });
}

// The next person after p whose two lives differ; -1 if there is none.
function nextWhoDiffers(view, p) {
  const [a, b] = view.chosen;
  for (let k = 1; k <= N; k++) {
    const q = (p + k + N) % N, size = a.begins[q + 1] - a.begins[q];
    if (size !== b.begins[q + 1] - b.begins[q]) return q;
    for (let i = 0; i < size; i++) {
      if (a.token[a.begins[q] + i] !== b.token[b.begins[q] + i] || a.tick[a.begins[q] + i] !== b.tick[b.begins[q] + i]) return q;
    }
  }
  return -1;
}

// ---------------------------------------------------------------------------------------------- predict first
function question(view) {
  const measure = MEASURES[$("guess-measure").value], when = momentOf(view, $("guess-day").value);
  const [a, b] = view.chosen.map((scenario) => summed(countsAt(scenario, view.line, when), measure.rooms));
  return { measure, when, a, b };
}

function ask(view) {
  const { measure, when, a } = question(view);
  $("question").textContent = $("cover").textContent = `Under “${view.titles[0]}”, ${number(a)} of ${people(view.line.shown)} ${measure.phrase} `
    + `(${momentWords(view.line, when)}). How many under “${view.titles[1]}”?`;
}

function answer(view) {
  const { measure, when, a, b } = question(view), given = $("guess").value;
  const change = b === a ? "as many as in the first lane" : `${number(Math.abs(b - a))} ${b < a ? "fewer" : "more"} than in the first lane`;
  $("answer").textContent = `${given === "" ? "" : `The class guessed ${number(Number(given))}. `}In this run ${number(b)} ${measure.phrase} `
    + `(${momentWords(view.line, when)}): ${change}.`;
  return when;
}

// A moment from what stands in a day field: a date, or days from the decision.
function momentOf(view, text) {
  const { line } = view;
  const asked = line.kind === "calendar" ? tickOf(text) : line.mark + Number(text) * DAY;
  return Number.isFinite(asked) ? Math.min(Math.max(asked, line.first), line.last) : line.mark;
}

// --------------------------------------------------------------------------------------------------- the table
function usualDays(line) {
  const after = line.kind === "calendar" ? [0, 180, 365, 730] : [0, 45, 90, 180, 365, 730];
  return after.map((day) => line.mark + day * DAY).filter((when) => when >= line.first && when <= line.last);
}

function fillTable(view) {
  const cell = (tag, words, scope) => {
    const made = document.createElement(tag);
    made.textContent = words;
    if (scope) made.scope = scope;
    return made;
  };
  const counted = view.days.map((when) => view.chosen.map((scenario) => countsAt(scenario, view.line, when)));
  const above = document.createElement("tr"), head = document.createElement("tr");
  above.append(cell("td", ""));
  head.append(cell("th", "Room", "col"));
  view.days.forEach((when) => {
    const day = cell("th", capital(momentWords(view.line, when)), "colgroup");
    day.colSpan = 2;
    above.append(day);
    head.append(cell("th", "Lane 1", "col"), cell("th", "Lane 2", "col"));
  });
  $("table-head").replaceChildren(above, head);
  const rows = [...about.rooms, { title: MEASURES[2].title }];
  $("table-body").replaceChildren(...rows.map((room, index) => {
    const row = document.createElement("tr");
    row.append(cell("th", room.title, "row"));
    counted.forEach(([a, b]) => row.append(cell("td", number(a[index])), cell("td", view.hidden ? "hidden" : number(b[index]))));
    return row;
  }));
  $("table-lanes").textContent = `Lane 1: ${view.titles[0]}. Lane 2: ${view.titles[1]}. ${people(view.line.shown)} in each lane.`;
}
