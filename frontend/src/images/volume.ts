/** Voxels in the browser's memory. The server sends them along the patient's axes: i to the right, j forward, k up. */

import { NVImage } from "@niivue/niivue";
import { ras, type Vec } from "./vec";
import type { Plane } from "./planes";

export interface Lattice {
  readonly data: ArrayLike<number>;
  readonly size: Vec;
  readonly spacing: Vec;
  /** RAS mm of the first voxel's centre. */
  readonly first: Vec;
}

export function latticeOf(image: NVImage): Lattice {
  const header = image.hdr;
  if (!header || !image.img) throw new Error("the picture holds no voxels");
  const rows = header.affine as number[][];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let row = 0; row < 3; row += 1)
    for (let column = 0; column < 3; column += 1)
      if ((row === column) !== at(row, column) > 0 || (row !== column && at(row, column) !== 0))
        throw new Error("the picture does not run along the patient's axes");
  return {
    data: image.img as unknown as ArrayLike<number>,
    size: [header.dims[1] ?? 0, header.dims[2] ?? 0, header.dims[3] ?? 0],
    spacing: [at(0, 0), at(1, 1), at(2, 2)],
    first: [at(0, 3), at(1, 3), at(2, 3)],
  };
}

export async function loadLattice(url: string): Promise<Lattice> {
  return latticeOf(await NVImage.loadFromUrl({ url }));
}

/** Index along each axis, fractional, of LPS mm. */
export function indexOf(lattice: Lattice, point: Vec): Vec {
  const at = ras(point);
  const along = (axis: 0 | 1 | 2): number => (at[axis] - lattice.first[axis]) / lattice.spacing[axis];
  return [along(0), along(1), along(2)];
}

/** Calls back for each pixel of a plane, row by row, with its fractional index. */
function walk(lattice: Lattice, plane: Plane, each: (i: number, j: number, k: number, pixel: number) => void): void {
  const start = indexOf(lattice, plane.toWorld(0.5, 0.5));
  const east = indexOf(lattice, plane.toWorld(1.5, 0.5));
  const south = indexOf(lattice, plane.toWorld(0.5, 1.5));
  const di = [east[0] - start[0], east[1] - start[1], east[2] - start[2]] as const;
  const dj = [south[0] - start[0], south[1] - start[1], south[2] - start[2]] as const;
  let pixel = 0;
  for (let y = 0; y < plane.height; y += 1) {
    let i = start[0] + y * dj[0];
    let j = start[1] + y * dj[1];
    let k = start[2] + y * dj[2];
    for (let x = 0; x < plane.width; x += 1) {
      each(i, j, k, pixel);
      pixel += 1;
      i += di[0];
      j += di[1];
      k += di[2];
    }
  }
}

/** The label that weighs most among the eight voxels around each pixel, so that borders run smoothly; 0 outside. */
export function labelsOn(lattice: Lattice, plane: Plane): Uint8Array {
  const [ni, nj, nk] = lattice.size;
  const found = new Uint8Array(plane.width * plane.height);
  const data = lattice.data;
  const slab = ni * nj;
  const labels = new Uint8Array(8);
  const weights = new Float32Array(8);
  walk(lattice, plane, (i, j, k, pixel) => {
    const a = Math.floor(i), b = Math.floor(j), c = Math.floor(k);
    if (a < 0 || b < 0 || c < 0 || a > ni - 2 || b > nj - 2 || c > nk - 2) return;
    const at = a + ni * b + slab * c;
    let same = true;
    for (let corner = 0; corner < 8; corner += 1) {
      const label = data[at + (corner & 1) + ((corner >> 1) & 1) * ni + (corner >> 2) * slab] ?? 0;
      labels[corner] = label;
      same &&= label === labels[0];
    }
    found[pixel] = same ? (labels[0] ?? 0) : heaviest(labels, weights, i - a, j - b, k - c);
  });
  return found;
}

function heaviest(labels: Uint8Array, weights: Float32Array, u: number, v: number, w: number): number {
  let best = 0, most = 0;
  for (let corner = 0; corner < 8; corner += 1) {
    let first = 0;
    while (labels[first] !== labels[corner]) first += 1;
    if (first === corner) weights[corner] = 0;
    const share = (corner & 1 ? u : 1 - u) * ((corner >> 1) & 1 ? v : 1 - v) * (corner >> 2 ? w : 1 - w);
    const sum = (weights[first] ?? 0) + share;
    weights[first] = sum;
    if (sum > most) [best, most] = [labels[first] ?? 0, sum];
  }
  return best;
}

/** HU of each pixel, linear between eight voxels; NaN outside. */
export function valuesOn(lattice: Lattice, plane: Plane): Float32Array {
  const [ni, nj, nk] = lattice.size;
  const data = lattice.data;
  const found = new Float32Array(plane.width * plane.height).fill(Number.NaN);
  const slab = ni * nj;
  walk(lattice, plane, (i, j, k, pixel) => {
    if (i < -0.5 || j < -0.5 || k < -0.5 || i > ni - 0.5 || j > nj - 0.5 || k > nk - 0.5) return;
    const x = Math.min(Math.max(i, 0), ni - 1.001), y = Math.min(Math.max(j, 0), nj - 1.001), z = Math.min(Math.max(k, 0), nk - 1.001);
    const a = Math.floor(x), b = Math.floor(y), c = Math.floor(z);
    const u = x - a, v = y - b, w = z - c;
    const at = a + ni * b + slab * c;
    const value = (offset: number): number => data[at + offset] ?? 0;
    const near = (value(0) * (1 - u) + value(1) * u) * (1 - v) + (value(ni) * (1 - u) + value(ni + 1) * u) * v;
    const far = (value(slab) * (1 - u) + value(slab + 1) * u) * (1 - v) + (value(slab + ni) * (1 - u) + value(slab + ni + 1) * u) * v;
    found[pixel] = near * (1 - w) + far * w;
  });
  return found;
}
