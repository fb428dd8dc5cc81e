/** How each rule looks: a shape of its own, and the colour of its line. */
export interface RuleSign {
  /** Corners of the shape about its middle, in halves of its size; several strokes where it is no outline. */
  readonly strokes: readonly (readonly (readonly [number, number])[])[];
  readonly isClosed: boolean;
  /** Custom property of the page. */
  readonly colour: string;
}

const DIAMOND = [
  [-1, 0],
  [0, -1],
  [1, 0],
  [0, 1],
] as const;
const SQUARE = [
  [-0.8, -0.8],
  [0.8, -0.8],
  [0.8, 0.8],
  [-0.8, 0.8],
] as const;
const CROSS = [
  [
    [-0.85, -0.85],
    [0.85, 0.85],
  ],
  [
    [-0.85, 0.85],
    [0.85, -0.85],
  ],
] as const;
const UP = [
  [-0.95, 0.8],
  [0, -0.95],
  [0.95, 0.8],
] as const;
const DOWN = [
  [-0.95, -0.8],
  [0, 0.95],
  [0.95, -0.8],
] as const;
const HEXAGON = [
  [-1, 0],
  [-0.5, -0.87],
  [0.5, -0.87],
  [1, 0],
  [0.5, 0.87],
  [-0.5, 0.87],
] as const;
/** Two chevrons: it followed. */
const CHEVRONS = [
  [
    [-0.9, 0],
    [0, -0.9],
    [0.9, 0],
  ],
  [
    [-0.9, 0.9],
    [0, 0],
    [0.9, 0.9],
  ],
] as const;
const PLUS = [
  [
    [-1, 0],
    [1, 0],
  ],
  [
    [0, -1],
    [0, 1],
  ],
] as const;

const SIGNS: Readonly<Record<string, RuleSign>> = {
  'take-profit': { strokes: [DIAMOND], isClosed: true, colour: '--profit' },
  'stop-loss': { strokes: CROSS, isClosed: false, colour: '--stop' },
  'trailing-stop': { strokes: CHEVRONS, isClosed: false, colour: '--guard' },
  breakeven: { strokes: [SQUARE], isClosed: true, colour: '--held' },
  'time-limit': { strokes: [HEXAGON], isClosed: true, colour: '--liquidation' },
  LONG: { strokes: [UP], isClosed: true, colour: '--held' },
  SHORT: { strokes: [DOWN], isClosed: true, colour: '--held' },
};
const OTHER: RuleSign = { strokes: PLUS, isClosed: false, colour: '--ink' };

/** Of an exit's reason, or of the side of an entry. */
export function signOf(name: string): RuleSign {
  return Object.hasOwn(SIGNS, name) ? (SIGNS[name] ?? OTHER) : OTHER;
}

const SVG = 'http://www.w3.org/2000/svg';
const SIZE = 14;

/** The sign as a picture in text; the word beside it says the same. */
export function signIcon(name: string): SVGSVGElement {
  const { strokes, isClosed, colour } = signOf(name);
  const svg = document.createElementNS(SVG, 'svg');
  const attributes = {
    viewBox: `${-SIZE / 2} ${-SIZE / 2} ${SIZE} ${SIZE}`,
    width: SIZE,
    height: SIZE,
    'aria-hidden': 'true',
    class: `sign ${colour.slice(2)}`,
  };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, `${value}`);
  for (const stroke of strokes) {
    const path = document.createElementNS(SVG, 'path');
    const corners = stroke.map(([x, y]) => `${x * 5} ${y * 5}`);
    path.setAttribute('d', `M${corners.join('L')}${isClosed ? 'Z' : ''}`);
    svg.append(path);
  }
  return svg;
}

/** Draws the sign on a canvas. Lengths in device px. */
export function drawSign(
  context: CanvasRenderingContext2D,
  name: string,
  x: number,
  y: number,
  size: number,
): void {
  const { strokes, isClosed } = signOf(name);
  context.beginPath();
  for (const stroke of strokes) {
    stroke.forEach(([dx, dy], index) => {
      if (index === 0) context.moveTo(x + dx * size, y + dy * size);
      else context.lineTo(x + dx * size, y + dy * size);
    });
    if (isClosed) context.closePath();
  }
  if (isClosed) context.fill();
  context.stroke();
}
