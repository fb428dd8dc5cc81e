/** Draws what a scene came to as one SVG: readable in light and dark, by people and by screen readers. */

const WIDTH = 760;
const PLOT = { left: 62, right: WIDTH - 16, top: 66, bottom: 292 };
const STRIP = { top: 316, bottom: 352 };
const LIST = { top: 396, line: 18 };
/** Most level moves that the description spells out. */
const MOVES_TOLD_MAX = 12;

/** Colours by role, light and dark; every one of them is told from the ground by a ratio of 4.5 or more. */
const COLOURS = {
  ground: ['#ffffff', '#0d1117'],
  ink: ['#1f2328', '#e6edf3'],
  quiet: ['#57606a', '#9aa4af'],
  grid: ['#e4e8ec', '#21262d'],
  profit: ['#116329', '#56d364'],
  stop: ['#b31d28', '#ff7b72'],
  guard: ['#8a4600', '#f0b03f'],
  liquidation: ['#6639ba', '#d2a8ff'],
  held: ['#0550ae', '#79c0ff'],
};

/** Lines in the order in which they are drawn and explained. */
const LINES = [
  ['price', 'price'],
  ['profit', 'take-profit'],
  ['stop', 'stop at the exchange'],
  ['guard', 'our own guard'],
  ['liquidation', 'liquidation price'],
];

export function exitChart(scene, told) {
  const lines = linesOf(told);
  const scale = scaleFor(told, lines);
  const shown = LINES.filter(([name]) => (lines[name]?.length ?? 0) > 0);
  const height = LIST.top + LIST.line * told.marks.length + 2;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escaped(scene.title)}</title>`,
    `<desc id="desc">${escaped(description(told, lines))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}"/>`,
    `<text class="name" x="16" y="24">${escaped(scene.title)}</text>`,
    legend(shown),
    grid(scale, told.seconds),
    ...shown
      .toReversed()
      .map(([name]) => `<path class="${name}" d="${pathOf(lines[name], scale)}"/>`),
    strip(told, scale),
    ...markers(told.marks, scale),
    ...list(told.marks),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

const STYLE = [
  `svg{${variables(0)}}`,
  `@media (prefers-color-scheme:dark){svg{${variables(1)}}}`,
  'text{font:12px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:var(--ink)}',
  '.name{font-size:14px;font-weight:600}.quiet{fill:var(--quiet)}',
  '.ground{fill:var(--ground)}.grid{stroke:var(--grid)}',
  'path{fill:none;stroke-width:2}',
  '.price{stroke:var(--ink);stroke-width:1.3;stroke-linejoin:round}',
  '.profit{stroke:var(--profit);stroke-dasharray:7 4}',
  '.stop{stroke:var(--stop);stroke-width:2.6}',
  '.guard{stroke:var(--guard);stroke-dasharray:2 3}',
  '.liquidation{stroke:var(--liquidation);stroke-dasharray:9 3 2 3}',
  '.held{fill:var(--held);fill-opacity:.25;stroke:var(--held);stroke-width:1}',
  '.covered{stroke:var(--stop);stroke-width:2}',
  'circle{fill:var(--ground);stroke:var(--ink);stroke-width:1.4}',
  '.number{font-size:10px;font-weight:600;text-anchor:middle}',
].join('');

function variables(mode) {
  return Object.entries(COLOURS)
    .map(([role, colours]) => `--${role}:${colours[mode]}`)
    .join(';');
}

/** Lists of `[second, value]` by line; several where tranches or levels have one each. */
function linesOf({ prices, liquidation, samples }) {
  const found = { price: [prices.map((price, second) => [second, price])] };
  const add = (name, key, second, value) => {
    if (value === null) return;
    found[name] ??= new Map();
    const points = found[name].get(key) ?? [];
    points.push([second, value]);
    found[name].set(key, points);
  };
  for (const [second, tranches] of samples.entries()) {
    for (const { id, resting, guard, targets } of tranches) {
      add('stop', id, second, resting);
      add('guard', id, second, guard);
      for (const { slot, price } of targets) add('profit', `${id} ${slot}`, second, price);
    }
    if (tranches.length > 0) add('liquidation', '', second, liquidation[second] ?? null);
  }
  const series = Object.entries(found).map(([name, lines]) => [
    name,
    name === 'price' ? lines : [...lines.values()].map(asSteps),
  ]);
  return Object.fromEntries(series);
}

/** A level holds until the next second that has one; where there was none for a while, the line is broken. */
function asSteps(points) {
  const steps = [];
  for (const [index, [second, value]] of points.entries()) {
    const before = points[index - 1];
    const isNew = before === undefined || before[0] !== second - 1;
    if (isNew) steps.push([second, value, 'begins']);
    else if (before[1] !== value) steps.push([second, before[1]], [second, value]);
    const next = points[index + 1];
    if (next === undefined || next[0] !== second + 1) steps.push([second + 1, value]);
  }
  return steps;
}

function scaleFor({ seconds }, lines) {
  const values = Object.values(lines)
    .flat(1)
    .flatMap((points) => points.map(([, value]) => value));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = (high - low) * 0.06;
  const [bottom, top] = [low - pad, high + pad];
  return {
    low: bottom,
    high: top,
    x: (second) => fixed(PLOT.left + ((PLOT.right - PLOT.left) * second) / (seconds + 1)),
    y: (value) =>
      fixed(PLOT.bottom - ((PLOT.bottom - PLOT.top) * (value - bottom)) / (top - bottom)),
  };
}

function pathOf(lines, { x, y }) {
  return lines
    .map((points) =>
      points
        .map(
          ([second, value, begins], index) =>
            `${index === 0 || begins !== undefined ? 'M' : 'L'}${x(second)} ${y(value)}`,
        )
        .join(''),
    )
    .join('');
}

function legend(shown) {
  let at = 16;
  return shown
    .map(([name, words]) => {
      const from = at;
      at += 46 + words.length * 6.4;
      return `<path class="${name}" d="M${fixed(from)} 44h24"/><text class="quiet" x="${fixed(from + 30)}" y="48">${words}</text>`;
    })
    .join('');
}

function grid({ low, high, x, y }, seconds) {
  const size = [50, 100, 200, 250, 500, 1_000].find((step) => (high - low) / step <= 6) ?? 2_000;
  const parts = [];
  for (let price = Math.ceil(low / size) * size; price <= high; price += size) {
    parts.push(
      `<path class="grid" d="M${PLOT.left} ${y(price)}H${PLOT.right}"/><text class="quiet" x="${PLOT.left - 6}" y="${fixed(Number(y(price)) + 4)}" text-anchor="end">${price}</text>`,
    );
  }
  for (let second = 0; second <= seconds; second += 60) {
    parts.push(
      `<text class="quiet" x="${x(second)}" y="${STRIP.bottom + 16}" text-anchor="middle">${second} s</text>`,
    );
  }
  return parts.join('');
}

/** What is held, and what the stops at the exchange are for: nowhere less. */
function strip({ samples }, { x }) {
  const most = Math.max(...samples.map(({ held }) => held));
  const y = (quantity) => fixed(STRIP.bottom - ((STRIP.bottom - STRIP.top) * quantity) / most);
  const line = (name) => {
    const points = samples.map((sample, second) => [second, sample[name]]);
    return pathOf([asSteps(points)], { x, y });
  };
  const held = `${line('held')}V${y(0)}H${x(0)}Z`;
  return `<text class="quiet" x="${PLOT.left}" y="${STRIP.top - 6}">held (area), and what the stop at the exchange covers (line)</text><path class="held" d="${held}"/><path class="covered" d="${line('stopped')}"/><text class="quiet" x="${PLOT.left - 6}" y="${STRIP.top + 5}" text-anchor="end">${most}</text><text class="quiet" x="${PLOT.left - 6}" y="${STRIP.bottom + 2}" text-anchor="end">0</text>`;
}

function markers(marks, { x, y }) {
  const placed = [];
  return marks.map(({ second, price, kind }, index) => {
    const at = { x: Number(x(second)), y: Number(y(price)) - (kind === 'note' ? 18 : 0) };
    while (placed.some((other) => Math.hypot(other.x - at.x, other.y - at.y) < 17)) at.x += 17;
    placed.push(at);
    return `<circle cx="${fixed(at.x)}" cy="${fixed(at.y)}" r="8"/><text class="number" x="${fixed(at.x)}" y="${fixed(at.y + 3.5)}">${index + 1}</text>`;
  });
}

function list(marks) {
  return marks.map(({ second, text }, index) => {
    const y = LIST.top + LIST.line * index;
    return `<circle cx="24" cy="${y - 4}" r="8"/><text class="number" x="24" y="${y - 0.5}">${index + 1}</text><text x="42" y="${y}">${escaped(`${second} s: ${text}`)}</text>`;
  });
}

/** The same in words. */
function description({ marks, prices, seconds }, lines) {
  const moves = (lines.stop ?? []).map((points) => {
    const levels = points.filter(([, value], index) => value !== points[index - 1]?.[1]);
    const words = levels.slice(0, MOVES_TOLD_MAX).map(([at, value]) => `${value} from ${at} s on`);
    return `A stop rests at the exchange at ${words.join(', ')}${levels.length > MOVES_TOLD_MAX ? ', and so on' : ''}.`;
  });
  return [
    `The price goes from ${prices[0]} to ${prices.at(-1)} in ${seconds} s.`,
    ...moves,
    ...marks.map(({ second, text }) => `At ${second} s: ${text}.`),
  ].join(' ');
}

function fixed(number) {
  return `${Number(number.toFixed(1))}`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
