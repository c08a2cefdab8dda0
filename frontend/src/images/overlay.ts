/** What is drawn over the pictures: outlines, the route, the crosshair, and what a picture must say about itself. */

import type { PlannedRoot, Route } from "./api";
import { labelsOn, type Lattice } from "./volume";
import type { Plane } from "./planes";
import { add, scale, sub, unit, type Vec } from "./vec";

const ROUTE = "#3aa0ff";
const WHITE = "#ffffff";
const TEXT = "#e6e9ec";
const QUIET = "#a3adb7";
const NERVE = "#f5d840";
const FORBIDDEN = "#e5484d";
const IN_PLANE_MM = 2.5;
const OUTLINE_OPACITY = 0.55;
const EDGE = 10;

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Scene {
  readonly root: string;
  readonly route: { entry: Vec; target: Vec; acceptable: boolean } | null;
  readonly crosshair: Vec;
  readonly labels: Lattice | null;
  readonly colours: ReadonlyMap<number, readonly [number, number, number]>;
  readonly nerves: readonly { root: string; path_mm: readonly Vec[] }[];
  readonly window: string;
}

/** `L5-left` as it stands on every picture: `L5 LEFT`. */
export function rootTitle(root: string): string {
  const [level = "", side = ""] = root.split("-");
  return `${level} ${side.toUpperCase()}`;
}

export class Overlay {
  private readonly pen: CanvasRenderingContext2D;
  private readonly outlines = new Map<string, { key: string; picture: HTMLCanvasElement }>();

  constructor(private readonly canvas: HTMLCanvasElement) {
    const pen = canvas.getContext("2d");
    if (!pen) throw new Error("this browser does not draw");
    this.pen = pen;
  }

  begin(width: number, height: number): void {
    const ratio = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) [this.canvas.width, this.canvas.height] = [w, h];
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.pen.clearRect(0, 0, width, height);
  }

  /** One flat picture: everything that belongs on it, cut at its edges. */
  slice(name: string, place: Rectangle, plane: Plane, scene: Scene, caption: string, corner: string): void {
    this.within(place, () => {
      this.drawOutlines(name, plane, scene);
      this.drawNerves(plane, scene);
      if (scene.route) this.drawRoute(plane, scene.route);
      this.drawCrosshair(plane, scene.crosshair);
      this.drawCaption(place, scene.root, caption, scene.window, corner);
      this.drawEdges(place, plane.edges);
      this.drawScale(place, plane.mmPerPixel);
    });
  }

  /** The needle's own view: the same, with its depth every 10 mm. */
  needle(place: Rectangle, plane: Plane, scene: Scene, route: Route, planned: PlannedRoot): void {
    this.slice("needle", place, plane, scene, "Along the needle, from the head", `depth ${Math.round(route.depth_mm)} mm${plusMinus(planned)}`);
    this.within(place, () => this.drawDepths(plane, route));
  }

  solid(place: Rectangle, root: string): void {
    this.within(place, () => this.drawCaption(place, root, "3-D: bones and needle; drag to turn", "", ""));
  }

  private within(place: Rectangle, draw: () => void): void {
    const pen = this.pen;
    pen.save();
    pen.beginPath();
    pen.rect(place.left, place.top, place.width, place.height);
    pen.clip();
    pen.translate(place.left, place.top);
    draw();
    pen.restore();
  }

  private drawOutlines(name: string, plane: Plane, scene: Scene): void {
    if (!scene.labels) return;
    const key = [plane.centre, plane.right, plane.down, plane.mmPerPixel, plane.width, plane.height].join();
    let kept = this.outlines.get(name);
    if (kept?.key !== key) {
      kept = { key, picture: outlined(scene.labels, plane, scene.colours) };
      this.outlines.set(name, kept);
    }
    this.pen.globalAlpha = OUTLINE_OPACITY;
    this.pen.drawImage(kept.picture, 0, 0);
    this.pen.globalAlpha = 1;
  }

  private drawNerves(plane: Plane, scene: Scene): void {
    if (!scene.labels) return;
    for (const nerve of scene.nerves) {
      const near = nerve.path_mm.filter((point) => Math.abs(plane.behind(point)) < IN_PLANE_MM);
      for (const point of near) this.dot(plane.toPixel(point), 2.2, NERVE);
    }
  }

  private drawRoute(plane: Plane, route: { entry: Vec; target: Vec; acceptable: boolean }): void {
    const { entry, target } = route;
    const colour = route.acceptable ? ROUTE : FORBIDDEN;
    const flat = Math.max(Math.abs(plane.behind(entry)), Math.abs(plane.behind(target))) < IN_PLANE_MM;
    const [from, to] = [plane.toPixel(entry), plane.toPixel(target)];
    this.line(from, to, colour, 2.5, flat ? [] : [9, 6]);
    if (!flat) this.drawCrossing(plane, entry, target, colour);
    this.ring(from, 9, WHITE, Math.abs(plane.behind(entry)) >= IN_PLANE_MM);
    this.ring(to, 9, colour, Math.abs(plane.behind(target)) >= IN_PLANE_MM);
    this.dot(to, 1.8, WHITE);
  }

  /** The stretch of a needle that leans out of the picture which lies in it; never beyond entry or tip. */
  private drawCrossing(plane: Plane, entry: Vec, target: Vec, colour: string): void {
    const [a, b] = [plane.behind(entry), plane.behind(target)];
    const share = (depth: number): number => Math.min(Math.max((a - depth) / (a - b || 1e-9), 0), 1);
    const [from, to] = [share(IN_PLANE_MM), share(-IN_PLANE_MM)];
    if (from === to) return;
    const at = (part: number): Vec => add(entry, scale(sub(target, entry), part));
    this.line(plane.toPixel(at(from)), plane.toPixel(at(to)), colour, 4, []);
  }

  private drawCrosshair(plane: Plane, at: Vec): void {
    const [x, y] = plane.toPixel(at);
    const gap = 16;
    for (const [from, to] of [
      [[0, y], [x - gap, y]], [[x + gap, y], [plane.width, y]], [[x, 0], [x, y - gap]], [[x, y + gap], [x, plane.height]],
    ] as [[number, number], [number, number]][])
      this.line(from, to, "rgba(230,233,236,0.45)", 1, [], 0);
  }

  private drawDepths(plane: Plane, route: Route): void {
    const along = unit(sub(route.target_mm, route.entry_mm));
    const side = route.entry_mm[0] >= route.target_mm[0] ? 1 : -1;
    for (let depth = 10; depth <= route.depth_mm; depth += 10) {
      const [x, y] = plane.toPixel(add(route.entry_mm, scale(along, depth)));
      const long = depth % 50 === 0;
      this.line([x, y], [x + side * (long ? 16 : 9), y], WHITE, 1.5, []);
      if (depth % 20 === 0 && route.depth_mm - depth > 6)
        this.text(String(depth), x + side * 20, y, { align: side > 0 ? "left" : "right", base: "middle", size: 13 });
    }
    const [x, y] = plane.toPixel(route.target_mm);
    const ahead = plane.toPixel(add(route.target_mm, scale(along, 30)));
    this.line([x, y + 9], ahead, ROUTE, 1.5, [4, 5]);
  }

  private drawCaption(place: Rectangle, root: string, view: string, windowTitle: string, corner: string): void {
    this.text(rootTitle(root), EDGE, EDGE, { size: 20, bold: true });
    this.text(view, EDGE, EDGE + 25, { colour: TEXT, size: 13 });
    if (windowTitle) this.text(windowTitle, EDGE, place.height - EDGE, { base: "bottom", colour: QUIET, size: 13 });
    if (corner) this.text(corner, place.width - EDGE, EDGE, { align: "right", size: 14 });
  }

  private drawEdges(place: Rectangle, edges: { top: string; bottom: string; left: string; right: string }): void {
    const middle = [place.width / 2, place.height / 2] as const;
    const look = { size: 17, bold: true } as const;
    this.text(edges.left, EDGE, middle[1], { ...look, base: "middle" });
    this.text(edges.right, place.width - EDGE, middle[1], { ...look, align: "right", base: "middle" });
    this.text(edges.top, middle[0], EDGE, { ...look, align: "center" });
    this.text(edges.bottom, middle[0], place.height - EDGE, { ...look, align: "center", base: "bottom" });
  }

  private drawScale(place: Rectangle, mmPerPixel: number): void {
    const centimetres = [5, 2, 1].find((cm) => (cm * 10) / mmPerPixel < place.width * 0.35) ?? 1;
    const length = (centimetres * 10) / mmPerPixel;
    const [x, y] = [place.width - EDGE, place.height - EDGE - 2];
    this.line([x - length, y], [x, y], TEXT, 2, []);
    for (let tick = 0; tick <= centimetres; tick += 1) {
      const at = x - (tick * 10) / mmPerPixel;
      this.line([at, y], [at, y - (tick % centimetres === 0 ? 8 : 5)], TEXT, 1.5, []);
    }
    this.text(`${centimetres} cm`, x - length - 6, y + 2, { align: "right", base: "bottom", colour: TEXT, size: 13 });
  }

  private line(from: readonly number[], to: readonly number[], colour: string, width: number, dash: number[], halo = 1.5): void {
    const pen = this.pen;
    for (const [style, wide] of halo > 0 ? ([["rgba(0,0,0,0.7)", width + 2 * halo], [colour, width]] as const) : ([[colour, width]] as const)) {
      pen.beginPath();
      pen.setLineDash(dash);
      pen.moveTo(from[0] ?? 0, from[1] ?? 0);
      pen.lineTo(to[0] ?? 0, to[1] ?? 0);
      pen.strokeStyle = style;
      pen.lineWidth = wide;
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  private ring(at: readonly number[], radius: number, colour: string, outOfPlane: boolean): void {
    const pen = this.pen;
    for (const [style, wide] of [["rgba(0,0,0,0.7)", 5.5], [colour, 2.5]] as const) {
      pen.beginPath();
      pen.setLineDash(outOfPlane ? [4, 4] : []);
      pen.arc(at[0] ?? 0, at[1] ?? 0, radius, 0, 2 * Math.PI);
      pen.strokeStyle = style;
      pen.lineWidth = wide;
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  private dot(at: readonly number[], radius: number, colour: string): void {
    this.pen.beginPath();
    this.pen.arc(at[0] ?? 0, at[1] ?? 0, radius, 0, 2 * Math.PI);
    this.pen.fillStyle = colour;
    this.pen.fill();
  }

  private text(
    words: string,
    x: number,
    y: number,
    look: { size: number; bold?: boolean; colour?: string; align?: CanvasTextAlign; base?: CanvasTextBaseline },
  ): void {
    const pen = this.pen;
    pen.font = `${look.bold ? "700" : "500"} ${look.size}px system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif`;
    pen.textAlign = look.align ?? "left";
    pen.textBaseline = look.base ?? "top";
    pen.lineJoin = "round";
    pen.strokeStyle = "rgba(0,0,0,0.85)";
    pen.lineWidth = 3.5;
    pen.strokeText(words, x, y);
    pen.fillStyle = look.colour ?? WHITE;
    pen.fillText(words, x, y);
  }
}

function plusMinus(planned: PlannedRoot): string {
  return planned.root_uncertainty_mm === null ? "" : ` ± ${Math.max(1, Math.round(planned.root_uncertainty_mm))}`;
}

/** Pixels on the border between structures, in the colour of the one inside. */
function outlined(
  labels: Lattice,
  plane: Plane,
  colours: ReadonlyMap<number, readonly [number, number, number]>,
): HTMLCanvasElement {
  const picture = document.createElement("canvas");
  picture.width = plane.width;
  picture.height = plane.height;
  const pen = picture.getContext("2d");
  if (!pen) return picture;
  const found = labelsOn(labels, plane);
  const image = pen.createImageData(plane.width, plane.height);
  const wide = plane.width;
  for (let pixel = wide; pixel < found.length - wide; pixel += 1) {
    const label = found[pixel] ?? 0;
    const colour = label === 0 ? undefined : colours.get(label);
    if (!colour) continue;
    const inside = found[pixel - 1] === label && found[pixel + 1] === label && found[pixel - wide] === label && found[pixel + wide] === label;
    if (inside) continue;
    image.data.set([colour[0], colour[1], colour[2], 255], pixel * 4);
  }
  pen.putImageData(image, 0, 0);
  return picture;
}
