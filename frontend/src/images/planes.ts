/** Flat pictures in the patient: where each lies, which way round, and where a point falls on it. */

import { add, cross, CRANIAL, dot, LEFT, negative, POSTERIOR, scale, sub, unit, type Vec } from "./vec";

export type ViewName = "axial" | "sagittal" | "coronal" | "needle";

const LETTERS: readonly (readonly [Vec, string])[] = [
  [LEFT, "L"], [negative(LEFT), "R"], [POSTERIOR, "P"], [negative(POSTERIOR), "A"], [CRANIAL, "H"], [negative(CRANIAL), "F"],
];
const LETTER_COSINE = 0.35;

/** A rectangle of `width` × `height` pixels about `centre`; `right` and `down` are unit vectors in the patient. */
export class Plane {
  readonly away: Vec;

  constructor(
    readonly centre: Vec,
    readonly right: Vec,
    readonly down: Vec,
    readonly mmPerPixel: number,
    readonly width: number,
    readonly height: number,
  ) {
    this.away = cross(right, down);
  }

  toWorld(x: number, y: number): Vec {
    const across = (x - this.width / 2) * this.mmPerPixel;
    const along = (y - this.height / 2) * this.mmPerPixel;
    return add(this.centre, add(scale(this.right, across), scale(this.down, along)));
  }

  /** Where a point falls when it is dropped onto the plane at right angles. */
  toPixel(point: Vec): [number, number] {
    const from = sub(point, this.centre);
    return [
      this.width / 2 + dot(from, this.right) / this.mmPerPixel,
      this.height / 2 + dot(from, this.down) / this.mmPerPixel,
    ];
  }

  /** How far a point lies behind the plane, mm. */
  behind(point: Vec): number {
    return dot(sub(point, this.centre), this.away);
  }

  /** Letters of the four edges: R, L, A, P, H, F, the nearest direction first. */
  get edges(): { top: string; bottom: string; left: string; right: string } {
    return {
      top: letters(negative(this.down)),
      bottom: letters(this.down),
      left: letters(negative(this.right)),
      right: letters(this.right),
    };
  }
}

function letters(direction: Vec): string {
  return LETTERS.map(([axis, letter]) => ({ letter, along: dot(axis, direction) }))
    .filter(({ along }) => along > LETTER_COSINE)
    .sort((a, b) => b.along - a.along)
    .map(({ letter }) => letter)
    .join("");
}

/** The directions of each view's right and down: the patient's right on the viewer's left, head or front at the top. */
export const ORIENTATION: Record<Exclude<ViewName, "needle">, { right: Vec; down: Vec }> = {
  axial: { right: LEFT, down: POSTERIOR },
  coronal: { right: LEFT, down: negative(CRANIAL) },
  sagittal: { right: POSTERIOR, down: negative(CRANIAL) },
};

/** The plane that holds the needle and lies nearest to axial: needle straight down, seen from the head. */
export function needleOrientation(entry: Vec, target: Vec): { right: Vec; down: Vec } {
  const down = unit(sub(target, entry));
  const away = unit(sub(scale(down, dot(CRANIAL, down)), CRANIAL));
  return { right: cross(down, away), down };
}
