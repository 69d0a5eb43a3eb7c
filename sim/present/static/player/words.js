// Dates, moments and a person's clock in plain words. Nothing here draws or counts.

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September",
  "October", "November", "December"];
const START = Date.parse(about.start + "T00:00:00Z");

const number = (value) => value.toLocaleString("en-GB");
const people = (value) => `${number(value)} ${value === 1 ? "person" : "people"}`;
const days = (value) => `${number(value)} ${value === 1 ? "day" : "days"}`;
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function dateOf(tick) {
  const date = new Date(START + Math.floor(tick / DAY) * 86400000);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}
const isoOf = (tick) => new Date(START + Math.floor(tick / DAY) * 86400000).toISOString().slice(0, 10);
const tickOf = (iso) => Math.round((Date.parse(iso + "T00:00:00Z") - START) / 86400000) * DAY;

// A moment of a time line: a date, or days from the decision.
function momentWords(line, moment) {
  if (line.kind === "calendar") return dateOf(moment);
  const day = Math.floor((moment - line.mark) / DAY);
  if (day < 0) return `${days(-day)} before the decision`;
  return day === 0 ? "the day of the decision" : `day ${number(day)} after the decision`;
}

function eventWords(told) {
  let words = about.events[told[T_EVENT]] || "";
  const detail = about.details[told[T_DETAIL]];
  if (told[T_EVENT] === E.MOVED) {
    const place = about.places[told[T_PLACE]];
    words = place ? `moved; now ${place}` : words;
  }
  return detail ? `${words} (${detail})` : words;
}

// What a person has been told: the day on which support, the bed or asylum accommodation ends. Read from what
// follows, but only where it followed as announced.
function toldOf(scenario, p, step) {
  const now = about.tokens[scenario.token[step]], end = scenario.begins[p + 1];
  const at = (k) => about.tokens[scenario.token[k]];
  const told = [];
  let announced = -1;
  for (let k = scenario.begins[p]; k <= step; k++) {
    const event = at(k)[T_EVENT];
    if ([E.CG_POSITIVE, E.CG_NEGATIVE, E.CASE_CLOSED_UNDECIDED, E.NEEDS_ASSESSED].includes(event)) announced = k;
    if (event === E.REFERRED || event === E.SUPPORT_ENDED) announced = -1;
  }
  if (now[T_FLAGS] & about.flag.IN_SUPPORT && announced >= 0) {
    for (let k = step + 1; k < end; k++) {
      const [event, detail] = at(k);
      if (event === E.NEEDS_ASSESSED) {
        told.push({ what: "support goes on at least until", tick: scenario.tick[k], then: "when needs are assessed" });
        break;
      }
      if (event === E.SUPPORT_ENDED) {
        if (detail !== D.MOVED_ON && detail !== D.NEGATIVE_DECISION) break;
        let what = "support ends on";
        if (now[T_PLACE] === 4) {
          for (let b = step + 1; b < end; b++) {
            if (at(b)[T_EVENT] === E.MOVED) {
              if (at(b)[T_DETAIL] === D.PLACE_ENDED && scenario.tick[b] === scenario.tick[k]) what = "the bed ends on";
              break;
            }
          }
        }
        told.push({ what, tick: scenario.tick[k], then: "" });
        break;
      }
      if (event === E.CG_POSITIVE || event === E.REFERRED) break;
    }
  }
  if (now[T_PLACE] === 6) {
    let notice = false;
    for (let k = scenario.begins[p]; k <= step; k++) {
      if (at(k)[T_EVENT] === E.ASYLUM_ACCOMMODATION_NOTICE) notice = true;
      else if (at(k)[T_EVENT] === E.MOVED) notice = false;
    }
    for (let k = step + 1; notice && k < end; k++) {
      if (at(k)[T_EVENT] !== E.MOVED) continue;
      if (at(k)[T_DETAIL] === D.PLACE_ENDED) told.push({ what: "asylum accommodation ends on", tick: scenario.tick[k], then: "" });
      break;
    }
  }
  return told;
}

// A person's clock: "Day 412: still waiting for a decision; has been told that the bed ends on day 457."
function clockWords(scenario, p, tick) {
  const first = scenario.tick[scenario.begins[p]], step = stepAt(scenario, p, tick);
  if (step < scenario.begins[p]) return "Not yet referred.";
  const dayOf = (when) => Math.floor((when - first) / DAY);
  const [, , place, room, flags] = about.tokens[scenario.token[step]];
  const here = Math.floor((tick - scenario.entered[step]) / DAY);
  const parts = [];
  if (room === R.WAITING_RG) parts.push("waiting for the reasonable grounds decision");
  else if (room === R.RECOVERY) parts.push("positive on reasonable grounds; evidence is being gathered for the conclusive decision");
  else if (room === R.WAITING_CG) parts.push(`still waiting for a decision: the file has been ready for ${days(here)}`);
  else if (room === R.RETURNED) parts.push("referred into the NRM again, waiting for the new decisions");
  else if (room === R.SUPPORT_BED) parts.push(flags & about.flag.IN_SUPPORT ? "in support, with a safehouse bed" : "casework is over; still in the safehouse");
  else if (room === R.SUPPORT_OUTREACH) parts.push("in support by outreach");
  else if (room === R.NOWHERE) parts.push(`nowhere secure to live for ${days(here)}`);
  else if (room === R.OUT_OF_CONTACT) parts.push(`out of contact for ${days(here)}`);
  else if (room === R.LEFT) parts.push(about.tokens[scenario.token[scenario.begins[p + 1] - 1]][T_EVENT] === E.DIED ? "has died" : "has left the United Kingdom");
  else if (room === R.NOT_FOLLOWED) parts.push("the case is over; life afterwards is not followed");
  else parts.push("support is over or was not taken up");
  if (room !== R.LEFT && room !== R.NOT_FOLLOWED) {
    if (about.places[place] && room !== R.SUPPORT_BED && room !== R.OUT_OF_CONTACT) parts.push(`living ${about.places[place]}`);
    if (flags & about.flag.IN_SUPPORT && flags & about.flag.CASE_OPEN) parts.push("supported while waiting");
    if (!(flags & about.flag.CASE_OPEN)) parts.push(flags & about.flag.HAS_WORKER ? "has a named worker" : "no named worker");
    for (const each of toldOf(scenario, p, step)) {
      parts.push(`has been told that ${each.what} day ${number(dayOf(each.tick))}${each.then ? ", " + each.then : ""}`);
    }
    const confirmed = scenario.confirmed[step];
    if (confirmed >= 0) parts.push(`this is day ${number(Math.floor((tick - confirmed) / DAY))} after the positive decision`);
  }
  return `Day ${number(dayOf(tick))}: ${parts.join("; ")}.`;
}

// A person's steps up to a tick, the latest first: [words of the day, what happened].
function historyOf(scenario, p, tick) {
  const first = scenario.tick[scenario.begins[p]], told = [];
  for (let step = stepAt(scenario, p, tick); step >= scenario.begins[p]; step--) {
    const token = about.tokens[scenario.token[step]];
    told.push({ step, day: Math.floor((scenario.tick[step] - first) / DAY), date: dateOf(scenario.tick[step]), words: eventWords(token) });
  }
  return told;
}
