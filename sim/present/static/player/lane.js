// One lane: rooms that fill with squares. Everybody in a room stands in the order of coming in, so a queue is an
// area that is darkest where people have waited longest. Drawn through ImageData, one pixel word at a time.

const COLUMNS = [
  [R.WAITING_RG, R.RECOVERY, R.WAITING_CG, R.RETURNED],
  [R.SUPPORT_BED, R.SUPPORT_OUTREACH, R.CUSTODY, R.NOT_FOLLOWED, R.LEFT],
  [R.SETTLED, R.COUNCIL_TEMPORARY, R.BRIDGING, R.ASYLUM, R.NOWHERE, R.OUT_OF_CONTACT],
];
const NARROW = [[...COLUMNS[0], ...COLUMNS[1].slice(0, 2)], [...COLUMNS[2], ...COLUMNS[1].slice(2)]];
const WAITS = [30, 90, 180, 365, 730]; // days after which a square is a shade darker
// Light to dark; the groups differ in lightness steps and hue that people who see few colours can tell apart.
const SHADES = {
  decision: ["#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#08519c", "#08306b"],
  support: ["#8fd3c0", "#5bbda4", "#2fa187", "#12836b", "#046350", "#00443a"],
  roof: ["#dcb8e0", "#c794cf", "#ae6fba", "#91509f", "#6f3580", "#4b1d59"],
  insecure: ["#fdb07a", "#f98b45", "#e5651a", "#c44601", "#993404", "#662506"],
  other: ["#c4c9cf", "#abb1b9", "#8f97a0", "#747c86", "#59616a", "#3f464e"],
};
const word = (hex) => (255 << 24) | (parseInt(hex.slice(5, 7), 16) << 16) | (parseInt(hex.slice(3, 5), 16) << 8) | parseInt(hex.slice(1, 3), 16);
const PALETTE = about.rooms.map((room) => Uint32Array.from(SHADES[room.group], (hex) => word(hex) >>> 0));
const UNSAFE = Uint32Array.from(SHADES.insecure, (hex) => word(hex) >>> 0); // nowhere secure, in whichever room
const WHITE = 0xffffffff, INK = word("#1d2530") >>> 0;
// Rooms beside the story: their squares are half as large, so that the rest has room.
const BESIDE = { calendar: [R.NOT_FOLLOWED, R.LEFT], decision: [R.NOT_FOLLOWED, R.LEFT, R.WAITING_RG, R.RECOVERY, R.WAITING_CG] };
const GLIDE = 650; // milliseconds
const COUNTED_LATE = [R.SUPPORT_BED, R.SUPPORT_OUTREACH, R.NOWHERE]; // rooms that tell how many are past day 45
const PAD = 6; // CSS pixels: the space within a room's frame
const labelOf = (room) => (COUNTED_LATE.includes(room) ? 38 : 24); // ... and its name and count

const inkOf = (side) => (side > 2 ? side - 1 : side);

// Room frames for the most people that a room ever holds, and the largest square with which all fit.
function layout(width, height, scale, most, beside) {
  const narrow = width < 470, columns = narrow ? NARROW : COLUMNS;
  const gap = 8, least = narrow ? 140 : 150;
  const within = width - gap * (columns.length - 1);
  let found = null;
  for (let side = Math.round(12 * scale); side >= 1 && !found; side--) {
    const widths = columns.map((rooms) => {
      for (let w = least; w <= within; w += 4) if (tall(rooms, w, side) <= height) return w;
      return Infinity;
    });
    const total = widths.reduce((sum, each) => sum + each, 0);
    if (total <= within || side === 1) found = { side, widths: widths.map((each) => (each === Infinity ? within / columns.length : each)) };
  }
  function sideOf(room, side) {
    return beside.includes(room) ? Math.max(1, side >> 1) : side;
  }
  function pixelsOf(room, w, side) { // height of a room's squares
    const own = sideOf(room, side), across = Math.max(1, Math.floor(((w - 2 * PAD) * scale) / own));
    return Math.max(1, Math.ceil(most[room] / across)) * own;
  }
  function tall(rooms, w, side) {
    return rooms.reduce((sum, room) => sum + labelOf(room) + PAD + pixelsOf(room, w, side) / scale + gap, -gap);
  }
  const spare = (within - found.widths.reduce((sum, each) => sum + each, 0)) / columns.length;
  const frames = [];
  let left = 0;
  columns.forEach((rooms, c) => {
    const w = found.widths[c] + spare, extra = Math.max(0, height - tall(rooms, w, found.side));
    const weight = rooms.reduce((sum, room) => sum + pixelsOf(room, w, found.side), 0);
    let top = 0;
    for (const room of rooms) {
      const pixels = pixelsOf(room, w, found.side), side = sideOf(room, found.side);
      const h = labelOf(room) + PAD + pixels / scale + (extra * pixels) / weight;
      frames[room] = {
        left, top, width: w, height: h, side,
        x: Math.round((left + PAD) * scale), y: Math.round((top + labelOf(room)) * scale),
        across: Math.max(1, Math.floor(((w - 2 * PAD) * scale) / side)),
        lines: Math.max(1, Math.floor(((h - labelOf(room) - PAD / 2) * scale) / side)),
      };
      top += h + gap;
    }
    left += w + gap;
  });
  return { side: found.side, frames, scale };
}

class Lane {
  constructor(root, calm) {
    this.root = root;
    this.calm = calm; // no gliding
    this.canvas = root.querySelector("canvas");
    this.context = this.canvas.getContext("2d");
    this.counters = [];
    const rooms = root.querySelector(".rooms");
    about.rooms.forEach((room, index) => {
      if (index === R.NOT_YET) return;
      const box = document.createElement("div");
      box.className = `room ${room.group}`;
      box.title = room.meaning;
      const name = document.createElement("span"), count = document.createElement("b"), late = document.createElement("i");
      name.textContent = room.title;
      count.dataset.room = room.key;
      const first = document.createElement("div");
      first.append(name, count);
      box.append(first, late);
      rooms.append(box);
      this.counters[index] = { box, count, late, shown: -1, told: "" };
    });
    for (const each of ["next", "previous", "step"]) this[each] = new Int32Array(N);
    this.room = new Uint8Array(N);
    this.unsafe = new Uint8Array(N);
    this.entered = new Int32Array(N);
    this.confirmed = new Int32Array(N);
    this.px = new Float32Array(N); this.py = new Float32Array(N);
    this.fromX = new Float32Array(N); this.fromY = new Float32Array(N);
    this.left = new Float64Array(N); // when the glide began; 0: standing
    this.head = new Int32Array(ROOMS); this.tail = new Int32Array(ROOMS); this.count = new Int32Array(ROOMS + 1);
  }

  // Show another scenario or time line.
  show(scenario, line, moves) {
    this.scenario = scenario; this.line = line; this.moves = moves;
    this.seek(0);
  }

  place(plan, width, height) {
    this.plan = plan;
    this.canvas.width = Math.round(width * plan.scale);
    this.canvas.height = Math.round(height * plan.scale);
    this.canvas.style.width = `${width}px`; this.canvas.style.height = `${height}px`;
    this.root.querySelector(".rooms").style.height = `${height}px`;
    this.image = this.context.createImageData(this.canvas.width, this.canvas.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.counters.forEach(({ box }, room) => {
      const f = plan.frames[room];
      Object.assign(box.style, { left: `${f.left}px`, top: `${f.top}px`, width: `${f.width}px`, height: `${f.height}px` });
    });
    this.left.fill(0);
  }

  #append(p, room) {
    this.room[p] = room;
    this.next[p] = -1;
    this.previous[p] = this.tail[room];
    if (this.tail[room] >= 0) this.next[this.tail[room]] = p; else this.head[room] = p;
    this.tail[room] = p;
    this.count[room]++;
  }

  #remove(p) {
    const room = this.room[p], before = this.previous[p], after = this.next[p];
    if (before >= 0) this.next[before] = after; else this.head[room] = after;
    if (after >= 0) this.previous[after] = before; else this.tail[room] = before;
    this.count[room]--;
  }

  // Everybody where they are at a moment, without gliding.
  seek(moment) {
    const { scenario, line, moves } = this, keys = new Float64Array(N), limit = 2 ** 17;
    this.head.fill(-1); this.tail.fill(-1); this.count.fill(0); this.left.fill(0);
    let shown = 0;
    for (let p = 0; p < N; p++) {
      if (Number.isNaN(line.shift[p])) continue;
      const step = stepAt(scenario, p, moment - line.shift[p]);
      const known = step >= scenario.begins[p];
      this.room[p] = roomOf(scenario, p, step);
      this.unsafe[p] = known ? insecure[scenario.token[step]] : 0;
      this.count[INSECURE] += this.unsafe[p];
      this.entered[p] = known ? scenario.entered[step] + line.shift[p] : 0;
      this.confirmed[p] = known && scenario.confirmed[step] >= 0 ? scenario.confirmed[step] + line.shift[p] : -1e9;
      keys[shown++] = Math.max(0, this.entered[p]) * limit + p;
    }
    for (const key of keys.subarray(0, shown).sort()) {
      const p = key % limit;
      this.#append(p, this.room[p]);
    }
    let low = 0, high = moves.when.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (moves.when[middle] <= moment) low = middle + 1; else high = middle;
    }
    this.passed = low;
    this.moment = moment;
  }

  // Time goes on to a moment: whoever moves in between sets out for the next room.
  advance(moment, now) {
    const { scenario, line, moves } = this;
    for (; this.passed < moves.when.length && moves.when[this.passed] <= moment; this.passed++) {
      const p = moves.who[this.passed], step = moves.step[this.passed];
      const token = scenario.token[step], room = about.tokens[token][T_ROOM];
      this.count[INSECURE] += insecure[token] - this.unsafe[p];
      this.unsafe[p] = insecure[token];
      this.confirmed[p] = scenario.confirmed[step] >= 0 ? scenario.confirmed[step] + line.shift[p] : -1e9;
      if (room === this.room[p]) continue;
      if (!this.calm && this.room[p] !== R.NOT_YET) {
        this.fromX[p] = this.px[p]; this.fromY[p] = this.py[p]; this.left[p] = now;
      }
      this.#remove(p);
      this.#append(p, room);
      this.entered[p] = scenario.entered[step] + line.shift[p];
    }
    this.moment = moment;
  }

  // True while somebody is still gliding.
  draw(now, followed) {
    const { pixels, plan, moment } = this, width = this.canvas.width, height = this.canvas.height;
    const limits = WAITS.map((each) => each * DAY);
    const due = moment - 45 * DAY;
    pixels.fill(0);
    const gliders = [];
    const square = (x, y, side, colour, marked) => {
      const ink = inkOf(side), notch = Math.round(ink * 0.4);
      if (x < 0 || y < 0 || x + ink > width || y + ink > height) return;
      for (let row = 0, at = y * width + x; row < ink; row++, at += width) pixels.fill(colour, at, at + ink);
      if (marked && ink >= 5) {
        for (let row = 0, at = y * width + x + ink - notch; row < notch; row++, at += width) pixels.fill(WHITE, at, at + notch);
      }
    };
    const shadeOf = (p) => {
      const palette = this.unsafe[p] ? UNSAFE : PALETTE[this.room[p]];
      const wait = moment - this.entered[p];
      let shade = 0;
      while (shade < 5 && wait >= limits[shade]) shade++;
      return palette[shade];
    };
    for (let room = 1; room < ROOMS; room++) {
      const frame = plan.frames[room];
      let column = 0, row = 0, late = 0;
      for (let p = this.head[room]; p >= 0; p = this.next[p]) {
        const x = frame.x + column * frame.side, y = frame.y + Math.min(row, frame.lines - 1) * frame.side;
        if (++column === frame.across) { column = 0; row++; }
        const marked = this.confirmed[p] > -1e8 && this.confirmed[p] <= due;
        if (marked) late++;
        if (this.left[p]) {
          const t = (now - this.left[p]) / GLIDE;
          if (t < 1) {
            const eased = t * t * (3 - 2 * t);
            this.px[p] = this.fromX[p] + (x - this.fromX[p]) * eased;
            this.py[p] = this.fromY[p] + (y - this.fromY[p]) * eased;
            gliders.push(p);
            continue;
          }
          this.left[p] = 0;
        }
        this.px[p] = x; this.py[p] = y;
        square(x, y, frame.side, shadeOf(p), marked);
      }
      this.#tell(room, late);
    }
    for (const p of gliders) {
      square(this.px[p] | 0, this.py[p] | 0, plan.frames[this.room[p]].side, shadeOf(p), this.confirmed[p] > -1e8 && this.confirmed[p] <= due);
    }
    if (followed >= 0 && this.room[followed] !== R.NOT_YET && !Number.isNaN(this.line.shift[followed])) this.#ring(followed, inkOf(plan.frames[this.room[followed]].side));
    this.context.putImageData(this.image, 0, 0);
    return gliders.length > 0;
  }

  #tell(room, late) {
    const counter = this.counters[room];
    if (counter.shown !== this.count[room]) {
      counter.shown = this.count[room];
      counter.count.textContent = number(counter.shown);
    }
    const words = late && COUNTED_LATE.includes(room) ? `${number(late)} past day 45` : "";
    if (counter.told !== words) { counter.told = words; counter.late.textContent = words; }
  }

  // A ring round the person who is followed: dark within light, so that it shows on everything.
  #ring(p, ink) {
    const { pixels } = this, width = this.canvas.width, height = this.canvas.height;
    const x = this.px[p] | 0, y = this.py[p] | 0, line = Math.max(2, Math.round(2 * this.plan.scale));
    const outer = 3 * line;
    for (let dy = -outer; dy < ink + outer; dy++) {
      for (let dx = -outer; dx < ink + outer; dx++) {
        const away = Math.max(-dx, -dy, dx - ink + 1, dy - ink + 1);
        if (away <= 0 || x + dx < 0 || y + dy < 0 || x + dx >= width || y + dy >= height) continue;
        pixels[(y + dy) * width + x + dx] = away > line && away <= 2 * line ? INK : WHITE;
      }
    }
  }

  // Who stands at a point of the canvas [CSS pixels]; -1 if nobody.
  whoIsAt(left, top) {
    const { scale, frames } = this.plan;
    for (let room = 1; room < ROOMS; room++) {
      const f = frames[room], { side } = f, x = left * scale - f.x, y = top * scale - f.y;
      if (x < 0 || y < 0 || x >= f.across * side || y >= f.lines * side) continue;
      let place = Math.floor(y / side) * f.across + Math.floor(x / side);
      let p = this.head[room];
      while (p >= 0 && place > 0) { p = this.next[p]; place--; }
      return p;
    }
    return -1;
  }
}
