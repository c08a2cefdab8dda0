/** The bones in 3-D with the needle in them, turned with the finger or the mouse. */

import { Niivue, NVMesh, SLICE_TYPE } from "@niivue/niivue";
import { add, cross, norm, ras, scale, sub, unit, type Vec } from "./vec";

const NEEDLE_RADIUS_MM = 1.2;
const SIDES = 12;

export class Solid {
  readonly nv = new Niivue({
    sliceType: SLICE_TYPE.RENDER,
    show3Dcrosshair: false,
    isOrientationTextVisible: false,
    isColorbar: false,
    isOrientCube: true,
    backColor: [0, 0, 0, 1],
    dragAndDropEnabled: false,
    loadingText: "",
    logLevel: "error",
  });
  private needle: NVMesh | null = null;
  private shown = "";

  async load(canvas: HTMLCanvasElement, url: string): Promise<void> {
    await this.nv.attachToCanvas(canvas);
    await this.nv.loadVolumes([{ url, colormap: "gray", cal_min: 0, cal_max: 200 }]);
    this.nv.setRenderAzimuthElevation(20, 25);
    await this.nv.setVolumeRenderIllumination(0.6);
  }

  async show(entry: Vec, target: Vec, colour: readonly [number, number, number]): Promise<void> {
    const key = JSON.stringify([entry, target, colour]);
    if (key === this.shown) return;
    this.shown = key;
    const mesh = await NVMesh.loadFromUrl({
      url: "needle.obj",
      name: "needle.obj",
      buffer: cylinder(ras(add(entry, scale(unit(sub(entry, target)), 30))), ras(target)),
      gl: this.nv.gl,
      rgba255: Uint8Array.from([...colour, 255]),
    });
    if (this.needle) this.nv.removeMesh(this.needle);
    this.needle = mesh;
    this.nv.addMesh(mesh);
  }
}

/** A closed tube between two points as a Wavefront file. */
function cylinder(from: Vec, to: Vec): ArrayBuffer {
  const along = unit(sub(to, from));
  const hint: Vec = Math.abs(along[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0];
  const one = unit(cross(along, hint));
  const two = cross(along, one);
  if (norm(sub(to, from)) < 1e-6) return new ArrayBuffer(0);
  const lines: string[] = [];
  for (const end of [from, to])
    for (let side = 0; side < SIDES; side += 1) {
      const turn = (2 * Math.PI * side) / SIDES;
      const rim = add(scale(one, Math.cos(turn) * NEEDLE_RADIUS_MM), scale(two, Math.sin(turn) * NEEDLE_RADIUS_MM));
      lines.push(`v ${add(end, rim).map((v) => v.toFixed(3)).join(" ")}`);
    }
  for (const end of [from, to]) lines.push(`v ${end.map((v) => v.toFixed(3)).join(" ")}`);
  for (let side = 0; side < SIDES; side += 1) {
    const a = side + 1, b = ((side + 1) % SIDES) + 1;
    const c = a + SIDES, d = b + SIDES;
    lines.push(`f ${a} ${b} ${d}`, `f ${a} ${d} ${c}`, `f ${2 * SIDES + 1} ${b} ${a}`, `f ${2 * SIDES + 2} ${c} ${d}`);
  }
  return new TextEncoder().encode(`${lines.join("\n")}\n`).buffer as ArrayBuffer;
}
