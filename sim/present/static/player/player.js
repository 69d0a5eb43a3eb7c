// The controls and the clock: what is shown, whether time runs, and what a press of a key does.

const view = {
  line: null, chosen: [], titles: [], lanes: [], lines: [], days: [],
  moment: 0, playing: false, followed: -1, hidden: false,
};
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
let all = [], last = 0, dirty = false, asked = 0, jumped = 0;

const soon = () => { if (!asked) asked = requestAnimationFrame(frame); };
const changed = () => { dirty = true; soon(); };

function frame(now) {
  asked = 0;
  if (view.playing) {
    const speed = Number($("speed").value) * DAY, passed = Math.min(0.1, (now - last) / 1000);
    if (!calm.matches) run(view.moment + passed * speed, now);
    else if (now - jumped >= 700) { jumped = now; run(view.moment + 0.7 * speed, now); }
  }
  last = now;
  const gliding = view.lanes.map((lane) => lane.draw(now, view.followed)).some(Boolean);
  if (dirty || view.playing) tell();
  dirty = false;
  if (view.playing || gliding) soon();
}

function run(moment, now) {
  view.moment = Math.min(moment, view.line.last);
  for (const lane of view.lanes) lane.advance(Math.floor(view.moment), now);
  if (view.moment >= view.line.last) pause();
}

function go(moment) {
  view.moment = Math.min(Math.max(moment, view.line.first), view.line.last);
  for (const lane of view.lanes) lane.seek(Math.floor(view.moment));
  changed();
}

function play() {
  if (view.moment >= view.line.last) go(view.line.first);
  view.playing = true; last = performance.now(); jumped = 0;
  $("play").textContent = "Pause";
  $("caption").setAttribute("aria-live", "off");
  soon();
}

function pause() {
  view.playing = false;
  view.moment = Math.floor(view.moment);
  $("play").textContent = "Play";
  $("caption").setAttribute("aria-live", "polite");
  changed();
}

// The next or previous moment at which somebody moves; of the person followed, at which anything happens.
function stepEvent(direction) {
  if (view.playing) pause();
  const now = Math.floor(view.moment), { line } = view, lanes = view.hidden ? [0] : [0, 1];
  let found = direction > 0 ? Infinity : -Infinity;
  const consider = (when) => {
    if (direction > 0 ? when > now && when < found : when < now && when > found) found = when;
  };
  for (const lane of lanes) {
    if (view.followed >= 0 && !Number.isNaN(line.shift[view.followed])) {
      const scenario = view.chosen[lane], p = view.followed;
      for (let step = scenario.begins[p]; step < scenario.begins[p + 1]; step++) consider(scenario.tick[step] + line.shift[p]);
    } else {
      const { when } = view.lanes[lane].moves;
      let low = 0, high = when.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (direction > 0 ? when[middle] <= now : when[middle] < now) low = middle + 1; else high = middle;
      }
      const at = direction > 0 ? low : low - 1;
      if (at >= 0 && at < when.length) consider(when[at]);
    }
  }
  if (!Number.isFinite(found) || found < line.first || found > line.last) return;
  if (direction > 0) { run(found, performance.now()); changed(); } else go(found);
}

// -------------------------------------------------------------------------------------------------- what is told
function tell() {
  const { line, lanes } = view, moment = Math.floor(view.moment);
  const when = momentWords(line, moment);
  $("when").textContent = capital(when);
  $("when").dataset.hour = moment;
  $("scrub").value = Math.floor(moment / DAY);
  $("scrub").setAttribute("aria-valuetext", when);
  const lane = (k) => {
    const counts = lanes[k].count;
    return `${number(summed(counts, MEASURES[1].rooms))} in support and ${number(counts[INSECURE])} with nowhere secure`;
  };
  const [a, b] = view.titles.map((title) => `“${title}”`);
  const story = line.kind === "calendar"
    ? moment < line.mark ? `Until ${dateOf(line.mark)} both lanes live under today's rules, so they are the same.`
      : `${days(Math.floor((moment - line.mark) / DAY))} since the options came into force.`
    : `${people(line.shown)} are lined up on the day of their positive decision under today's rules.`
      + (moment < line.mark ? " Until then they stand in the waiting rooms, wherever they live." : "");
  const now = view.hidden ? `Lane 1, ${a}: ${lane(0)}. Lane 2, ${b}: hidden.` : `Lane 1, ${a}: ${lane(0)}. Lane 2, ${b}: ${lane(1)}.`;
  const waiting = `Still waiting for the conclusive decision: ${number(summed(lanes[0].count, MEASURES[0].rooms))}`
    + (view.hidden ? "" : ` and ${number(summed(lanes[1].count, MEASURES[0].rooms))}`);
  $("caption").textContent = `${capital(when)}. ${story} ${now} ${waiting}.`;
  drawLine(view);
  tellPerson(view);
}

// ---------------------------------------------------------------------------------------------- what is chosen
function choose(keep) {
  const kind = $("align").value;
  if (!view.line || view.line.kind !== kind) { view.line = timeline(kind, all); keep = false; }
  const { line } = view, made = new Map();
  [0, 1].forEach((k) => {
    const index = Number($(`lane-${k}`).value);
    if (!made.has(index)) {
      const moves = movesOf(all[index], line);
      made.set(index, [all[index], moves, seriesOf(all[index], line, moves, 400)]);
    }
    [view.chosen[k], , view.lines[k]] = made.get(index);
    view.titles[k] = about.scenarios[index].title;
    $(`clock-title-${k}`).textContent = view.titles[k];
    $(`key-${k}`).textContent = view.titles[k];
    view.lanes[k].show(all[index], line, made.get(index)[1]);
  });
  const most = view.lines[0].most.map((each, room) => Math.max(each, view.lines[1].most[room]));
  view.most = most;
  if (!keep) {
    view.days = usualDays(line);
    view.moment = line.kind === "calendar" ? about.openDay * DAY : line.mark;
    for (const id of ["guess-day", "table-day"]) {
      const field = $(id), day = Math.min(line.last, line.mark + 365 * DAY);
      field.type = line.kind === "calendar" ? "date" : "number";
      field.value = line.kind === "calendar" ? isoOf(day) : 365;
    }
    for (const each of document.querySelectorAll(".day-unit")) each.textContent = line.kind === "calendar" ? "date" : "days after the decision";
    $("scrub").min = Math.floor(line.first / DAY); $("scrub").max = Math.floor(line.last / DAY);
  }
  place();
  ask(view);
  fillTable(view);
  go(view.moment);
}

function place() {
  if (!view.most) return;
  const width = $("lanes").querySelector(".stage").clientWidth;
  const height = width < 470 ? 640 : Math.max(430, Math.min(760, window.innerHeight - 250)) + (N > 30000 ? 160 : 0);
  const plan = layout(width, height, Math.min(2, window.devicePixelRatio || 1), view.most, BESIDE[view.line.kind]);
  for (const lane of view.lanes) lane.place(plan, width, height);
}

function follow(p) {
  view.followed = p;
  $("person").value = p < 0 ? "" : p + 1;
  changed();
}

function hide(hidden) {
  view.hidden = hidden;
  $("lanes").classList.toggle("guessing", hidden);
  $("stage-1").setAttribute("aria-hidden", String(hidden));
  $("predict").open = hidden || $("predict").open;
  if (hidden) $("answer").textContent = "";
  $("reveal").disabled = !hidden;
  $("hide").textContent = hidden ? "Reveal lane 2" : "Predict first";
  fillTable(view);
  ask(view);
  changed();
}

function wire() {
  const on = (id, kind, what) => $(id).addEventListener(kind, what);
  on("play", "click", () => (view.playing ? pause() : play()));
  on("event-on", "click", () => stepEvent(1));
  on("event-back", "click", () => stepEvent(-1));
  on("month-on", "click", () => go(Math.floor(view.moment) + 30 * DAY));
  on("month-back", "click", () => go(Math.floor(view.moment) - 30 * DAY));
  on("to-mark", "click", () => go(view.line.mark));
  on("scrub", "input", () => go(Number($("scrub").value) * DAY));
  for (const id of ["lane-0", "lane-1", "align"]) on(id, "change", () => choose(true));
  on("measure", "change", changed);
  on("person", "change", () => {
    const p = Math.round(Number($("person").value)) - 1;
    follow($("person").value === "" || !Number.isFinite(p) ? -1 : Math.min(Math.max(p, 0), N - 1));
  });
  on("person-next", "click", () => follow((view.followed + 1) % N));
  on("person-differs", "click", () => {
    const p = nextWhoDiffers(view, view.followed);
    $("follow-note").textContent = p < 0 ? "Nobody's life differs between these two lanes." : "";
    if (p >= 0) follow(p);
  });
  on("person-none", "click", () => follow(-1));
  const reveal = () => { pause(); hide(false); go(answer(view)); };
  on("hide", "click", () => (view.hidden ? reveal() : hide(true)));
  on("reveal", "click", reveal);
  for (const id of ["guess-measure", "guess-day"]) on(id, "change", () => ask(view));
  on("table-add", "click", () => {
    const when = momentOf(view, $("table-day").value);
    view.days = [...new Set([...view.days, when])].sort((a, b) => a - b);
    fillTable(view);
  });
  on("table-now", "click", () => { view.days = [Math.floor(view.moment)]; fillTable(view); });
  on("table-usual", "click", () => { view.days = usualDays(view.line); fillTable(view); });
  [0, 1].forEach((k) => on(`stage-${k}`, "click", (press) => {
    if (k && view.hidden) return;
    const box = view.lanes[k].canvas.getBoundingClientRect();
    const p = view.lanes[k].whoIsAt(press.clientX - box.left, press.clientY - box.top);
    if (p >= 0) follow(p);
  }));
  // Keys only while the lanes have the focus, so that they never take a key from a field or a screen reader.
  on("lanes", "keydown", (press) => {
    if (press.target !== $("lanes") || press.altKey || press.ctrlKey || press.metaKey) return;
    const keys = {
      " ": () => (view.playing ? pause() : play()),
      ArrowRight: () => go(Math.floor(view.moment) + (press.shiftKey ? 30 : 1) * DAY),
      ArrowLeft: () => go(Math.floor(view.moment) - (press.shiftKey ? 30 : 1) * DAY),
      ".": () => stepEvent(1), ",": () => stepEvent(-1),
      Home: () => go(view.line.first), End: () => go(view.line.last),
    };
    if (keys[press.key]) { press.preventDefault(); keys[press.key](); }
  });
  calm.addEventListener("change", () => { for (const lane of view.lanes) lane.calm = calm.matches; $("calm").hidden = !calm.matches; });
  $("calm").hidden = !calm.matches;
  let width = 0;
  new ResizeObserver(() => {
    const now = $("lanes").clientWidth;
    if (now !== width) { width = now; place(); changed(); }
  }).observe($("lanes"));
}

async function begin() {
  all = unpack(await inflated());
  const titles = about.scenarios.map((each) => each.title);
  options($("lane-0"), titles, 0);
  options($("lane-1"), titles, 1);
  for (const id of ["measure", "guess-measure"]) options($(id), MEASURES.map((each) => each.title), id === "measure" ? 0 : 2);
  $("person").max = N;
  view.lanes = [0, 1].map((k) => new Lane($(`stage-${k}`), calm.matches));
  $("player").hidden = false;
  $("loading").hidden = true;
  choose(false);
  wire();
  document.documentElement.dataset.ready = "yes";
}

begin().catch((error) => {
  $("loading").textContent = `The player could not start (${error.message}). It needs a browser of 2023 or later.`;
  throw error;
});
