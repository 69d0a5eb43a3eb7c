// The steps of every scenario, unpacked, and the view of one lane's steps along a time line.
// A step is a tick (hour) and a token: event, detail, place, room and flags that hold from there on.

const about = JSON.parse(document.getElementById("about").textContent);
const R = about.room, E = about.event, D = about.detail;
const N = about.people, DAY = about.ticksADay, ROOMS = about.rooms.length;
const [T_EVENT, T_DETAIL, T_PLACE, T_ROOM, T_FLAGS] = [0, 1, 2, 3, 4];

// Counts have one place more than there are rooms: people with nowhere secure to live, in whichever room.
const INSECURE = ROOMS;
const insecure = Uint8Array.from(about.tokens, (told) => Number(about.insecurePlaces.includes(told[T_PLACE])));

async function inflated() {
  const text = atob(document.getElementById("steps").textContent.trim());
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Whole numbers of seven bits a byte, the lowest first.
function varints(bytes, from, length) {
  const values = new Uint32Array(length);
  let count = 0, value = 0, shift = 0;
  for (let at = from; at < from + length; at++) {
    value |= (bytes[at] & 127) << shift;
    if (bytes[at] & 128) { shift += 7; continue; }
    values[count++] = value;
    value = 0; shift = 0;
  }
  return values.subarray(0, count);
}

// All scenarios: for each begins (N + 1), tick, token, and at each step the tick at which its room was entered
// and that of the last positive conclusive decision (-1: none yet).
function unpack(bytes) {
  const scenarios = [];
  let at = 0;
  for (const lengths of about.streams) {
    const [shared, own, since, token] = lengths.map((length) => {
      const values = varints(bytes, at, length);
      at += length;
      return values;
    });
    scenarios.push(laidOut(shared, own, since, token, scenarios[0]));
  }
  return scenarios;
}

function laidOut(shared, own, since, token, base) {
  const begins = new Int32Array(N + 1);
  for (let p = 0; p < N; p++) begins[p + 1] = begins[p] + own[p] + (base ? shared[p] : 0);
  const size = begins[N];
  const made = { begins, tick: new Int32Array(size), token: new Uint16Array(size),
    entered: new Int32Array(size), confirmed: new Int32Array(size) };
  let next = 0;
  for (let p = 0; p < N; p++) {
    let step = begins[p];
    if (base) {
      const from = base.begins[p];
      for (let k = 0; k < shared[p]; k++, step++) {
        made.tick[step] = base.tick[from + k];
        made.token[step] = base.token[from + k];
      }
    }
    for (; step < begins[p + 1]; step++, next++) {
      made.tick[step] = since[next] + (step > begins[p] ? made.tick[step - 1] : 0);
      made.token[step] = token[next];
    }
    let room = R.NOT_YET, entered = 0, confirmed = -1;
    for (step = begins[p]; step < begins[p + 1]; step++) {
      const told = about.tokens[made.token[step]];
      if (told[T_ROOM] !== room) { room = told[T_ROOM]; entered = made.tick[step]; }
      if (told[T_EVENT] === E.CG_POSITIVE) confirmed = made.tick[step];
      made.entered[step] = entered;
      made.confirmed[step] = confirmed;
    }
  }
  return made;
}

// The last step of a person at or before a tick; begins[p] - 1 if there is none.
function stepAt(scenario, p, tick) {
  let low = scenario.begins[p], high = scenario.begins[p + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (scenario.tick[middle] <= tick) low = middle + 1; else high = middle;
  }
  return low - 1;
}

const roomOf = (scenario, p, step) =>
  step < scenario.begins[p] ? R.NOT_YET : about.tokens[scenario.token[step]][T_ROOM];

// A time line: the calendar, or every person's days since their own decision under the first scenario.
// `shift` is what is added to a person's ticks; NaN leaves them out.
function timeline(kind, scenarios) {
  const shift = new Float64Array(N);
  if (kind === "calendar") {
    return { kind, shift, first: about.fromDay * DAY, last: about.lastDay * DAY, mark: about.policyDay * DAY, shown: N };
  }
  const before = 180 * DAY, base = scenarios[0];
  let shown = 0;
  for (let p = 0; p < N; p++) {
    shift[p] = NaN;
    for (let step = base.begins[p]; step < base.begins[p + 1]; step++) {
      if (about.tokens[base.token[step]][T_EVENT] === E.CG_POSITIVE) {
        if (base.tick[step] + 730 * DAY <= about.lastDay * DAY) { shift[p] = before - base.tick[step]; shown++; }
        break;
      }
    }
  }
  return { kind, shift, first: 0, last: before + 730 * DAY, mark: before, shown };
}

// The moves of a lane along a time line, in order: who, when, and which step it was.
function movesOf(scenario, line) {
  const keys = [], limit = 2 ** 21;
  for (let p = 0; p < N; p++) {
    if (Number.isNaN(line.shift[p])) continue;
    let room = R.NOT_YET, confirmed = -1, unsafe = 0;
    for (let step = scenario.begins[p]; step < scenario.begins[p + 1]; step++) {
      const token = scenario.token[step], now = about.tokens[token][T_ROOM];
      if (now === room && scenario.confirmed[step] === confirmed && insecure[token] === unsafe) continue;
      room = now; confirmed = scenario.confirmed[step]; unsafe = insecure[token];
      const when = scenario.tick[step] + line.shift[p];
      keys.push((when < 0 ? 0 : when) * limit + step);
    }
  }
  const sorted = Float64Array.from(keys).sort();
  const size = sorted.length;
  const made = { when: new Int32Array(size), step: new Int32Array(size), who: new Int32Array(size) };
  const owner = new Int32Array(scenario.begins[N]);
  for (let p = 0; p < N; p++) owner.fill(p, scenario.begins[p], scenario.begins[p + 1]);
  for (let k = 0; k < size; k++) {
    made.when[k] = Math.floor(sorted[k] / limit);
    made.step[k] = sorted[k] - made.when[k] * limit;
    made.who[k] = owner[made.step[k]];
  }
  return made;
}

// Counts per room at a moment of a time line, straight from the steps.
function countsAt(scenario, line, moment) {
  const counts = new Int32Array(ROOMS + 1);
  for (let p = 0; p < N; p++) {
    if (Number.isNaN(line.shift[p])) continue;
    const step = stepAt(scenario, p, moment - line.shift[p]);
    counts[roomOf(scenario, p, step)]++;
    if (step >= scenario.begins[p]) counts[INSECURE] += insecure[scenario.token[step]];
  }
  return counts;
}

// Counts per room at evenly spread moments (for the drawing below the lanes), and the most in each room.
function seriesOf(scenario, line, moves, samples) {
  const counts = new Int32Array(ROOMS + 1), most = new Int32Array(ROOMS);
  const room = new Uint8Array(N), unsafe = new Uint8Array(N), series = [];
  counts[R.NOT_YET] = line.shown;
  let k = 0;
  for (let i = 0; i <= samples; i++) {
    const moment = line.first + ((line.last - line.first) * i) / samples;
    for (; k < moves.when.length && moves.when[k] <= moment; k++) {
      const token = scenario.token[moves.step[k]], now = about.tokens[token][T_ROOM], p = moves.who[k];
      counts[INSECURE] += insecure[token] - unsafe[p];
      unsafe[p] = insecure[token];
      counts[room[p]]--;
      room[p] = now;
      if (++counts[now] > most[now]) most[now] = counts[now];
    }
    series.push(Int32Array.from(counts));
  }
  return { series, most, samples };
}
