/** Points and directions in the patient: LPS millimetres, as everywhere in Foramen. NiiVue speaks RAS. */

export type Vec = readonly [number, number, number];

export const LEFT: Vec = [1, 0, 0];
export const POSTERIOR: Vec = [0, 1, 0];
export const CRANIAL: Vec = [0, 0, 1];

export const add = (a: Vec, b: Vec): Vec => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const sub = (a: Vec, b: Vec): Vec => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scale = (a: Vec, f: number): Vec => [a[0] * f, a[1] * f, a[2] * f];
export const dot = (a: Vec, b: Vec): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const norm = (a: Vec): number => Math.sqrt(dot(a, a));
export const unit = (a: Vec): Vec => scale(a, 1 / Math.max(norm(a), 1e-9));
export const cross = (a: Vec, b: Vec): Vec => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
export const negative = (a: Vec): Vec => scale(a, -1);

/** LPS to RAS and back: the same turn. */
export const ras = (a: Vec): Vec => [-a[0], -a[1], a[2]];
