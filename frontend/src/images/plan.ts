/** The plan page: pictures and panel show one state; mouse, touch and keys change it. */

import { Api, Refusal, type Judged, type PlannedRoot, type PlanShown, type Route } from "./api";
import { find, make } from "./dom";
import { follow } from "./gestures";
import { Overlay, type Rectangle, type Scene } from "./overlay";
import { needleOrientation, ORIENTATION, Plane, type ViewName } from "./planes";
import { current, drawSide, type Handle, type SideState } from "./side";
import { Solid } from "./solid";
import { Stage } from "./stage";
import { add, norm, scale, sub, type Vec } from "./vec";
import { loadLattice, valuesOn, type Lattice } from "./volume";
import { darkest, title, WINDOWS, type Window } from "./windows";

const FLAT: readonly Exclude<ViewName, "needle">[] = ["axial", "sagittal", "coronal"];
const CAPTIONS: Record<Exclude<ViewName, "needle">, string> = {
  axial: "Axial, from the feet",
  sagittal: "Sagittal, from the left",
  coronal: "Coronal, from the front",
};
const GRIP_PX = 26;
const ROUTE_COLOUR = [58, 160, 255] as const;
const FORBIDDEN_COLOUR = [229, 72, 77] as const;

export class PlanPage {
  readonly stage = new Stage();
  readonly planes = new Map<ViewName, Plane>();
  private readonly solid = new Solid();
  private readonly api: Api;
  private readonly views: HTMLElement;
  private readonly overlay: Overlay;
  private ct: Lattice | null = null;
  private labels: Lattice | null = null;
  private shown: PlanShown | null = null;
  private root: string | null = null;
  private chosen: string | null = null;
  private byHand: Judged | null = null;
  private drawn: { entry: Vec; target: Vec } | null = null;
  private checking = false;
  private wanted: { entry: Vec; target: Vec } | null = null;
  private fault = "";
  private handle: Handle = "crosshair";
  private showLabels = true;
  private window: Window = WINDOWS[0] as Window;
  private crosshair: Vec = [0, 0, 0];
  private centre: Vec = [0, 0, 0];
  private mmPerPixel = 0.5;
  private waiting = false;
  private readonly colours = new Map<number, readonly [number, number, number]>();

  constructor(private readonly page: HTMLElement) {
    this.api = new Api(page.dataset["case"] ?? "");
    this.views = find(page, "[data-views]");
    this.overlay = new Overlay(find(page, "[data-overlay]"));
  }

  async start(): Promise<void> {
    const shown = await this.api.plan();
    this.take(shown);
    const [ct, labels] = await Promise.all([
      this.stage.load(find(this.page, "[data-gl]"), shown.files.ct),
      loadLattice(shown.files.labels),
      this.solid.load(find(this.page, "[data-solid]"), shown.files.bones),
    ]);
    this.ct = ct;
    this.labels = labels;
    this.stage.show(this.window);
    find<HTMLElement>(this.page, "[data-wait]").hidden = true;
    this.chooseRoot(this.firstRoot());
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.views);
    await this.painted();
  }

  /** After the next frame everything asked for so far has been drawn. */
  private painted(): Promise<void> {
    return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
  }

  private take(shown: PlanShown): void {
    this.shown = shown;
    for (const { value, colour } of shown.structures) this.colours.set(value, colour);
    find<HTMLElement>(this.page, "[data-alerts]").replaceChildren(
      ...(shown.warnings.length ? [warnings(shown.warnings)] : []),
    );
  }

  private firstRoot(): string | null {
    const roots = this.shown?.plan?.roots ?? [];
    const asked = new URLSearchParams(window.location.search).get("root");
    return (roots.find((planned) => planned.root === asked) ?? roots.find((planned) => planned.routes.length > 0) ?? roots[0])?.root ?? null;
  }

  private get planned(): PlannedRoot | null {
    return this.shown?.plan?.roots.find((planned) => planned.root === this.root) ?? null;
  }

  private get route(): Route | null {
    return current(this.sideState());
  }

  // What a person does -------------------------------------------------------------------------------------------

  private chooseRoot(root: string | null): void {
    this.root = root;
    this.byHand = this.drawn = null;
    const planned = this.planned;
    const approved = root ? this.shown?.approvals[root]?.route_id : undefined;
    this.chosen = approved ?? planned?.routes[0]?.id ?? null;
    const route = this.route;
    this.crosshair = route?.target_mm ?? planned?.root_point_mm ?? this.shown?.spine.vertebrae[0]?.centroid_mm ?? [0, 0, 0];
    this.lookAtRoute();
    if (route && this.shown?.may.plan) this.warmUp(route);
    this.draw();
  }

  private chooseRoute(id: string): void {
    this.chosen = id;
    this.byHand = this.drawn = null;
    const route = this.route;
    if (route) this.crosshair = route.target_mm;
    this.lookAtRoute();
    this.draw();
  }

  /** The middle of the route in the middle of the pictures, all of it in view. */
  private lookAtRoute(): void {
    const route = this.route;
    this.centre = route ? scale(add(route.entry_mm, route.target_mm), 0.5) : this.crosshair;
    const least = Math.min(...Array.from(this.rectangles().values(), ({ width, height }) => Math.min(width, height)), 600);
    const span = route ? Math.max(norm(sub(route.entry_mm, route.target_mm)) * 1.5, 110) : 200;
    this.mmPerPixel = Math.min(Math.max(span / Math.max(least, 100), 0.08), 1.2);
  }

  private moveTo(point: Vec): void {
    const route = this.route;
    if (this.handle === "crosshair" || !route) {
      this.crosshair = point;
      this.draw();
      return;
    }
    const ends = this.drawn ?? { entry: route.entry_mm, target: route.target_mm };
    this.drawn = this.handle === "entry" ? { ...ends, entry: point } : { ...ends, target: point };
    this.crosshair = point;
    this.draw();
    this.check(this.drawn);
  }

  private moveBy(step: Vec): void {
    const route = this.route;
    const ends = this.drawn ?? (route ? { entry: route.entry_mm, target: route.target_mm } : null);
    const at = this.handle === "entry" && ends ? ends.entry : this.handle === "target" && ends ? ends.target : this.crosshair;
    this.moveTo(add(at, step));
  }

  /** One question at a time; of those that come meanwhile only the last is asked. */
  private check(ends: { entry: Vec; target: Vec }): void {
    this.wanted = ends;
    if (!this.checking) void this.askOn();
  }

  private async askOn(): Promise<void> {
    this.checking = true;
    while (this.wanted && this.root) {
      const { root, wanted } = this;
      this.wanted = null;
      try {
        const judged = await this.api.check(root, wanted.entry, wanted.target);
        if (!this.drawn || root !== this.root) continue; // taken back, or another root, while the server thought
        this.byHand = judged;
        this.fault = "";
      } catch (error) {
        this.say(error);
      }
    }
    this.checking = false;
    if (this.byHand && !this.grabbed) this.drawn = { entry: this.byHand.route.entry_mm, target: this.byHand.route.target_mm };
    this.draw();
  }

  /** Lets the server measure the root's surroundings before anybody moves anything. */
  private warmUp(route: Route): void {
    if (this.root) void this.api.check(this.root, route.entry_mm, route.target_mm).catch(() => undefined);
  }

  private async approve(): Promise<void> {
    const { root, shown } = this;
    const route = this.route;
    if (!root || !shown || !route) return;
    const what = this.byHand
      ? { root, after: shown.version, entry_mm: this.byHand.route.entry_mm, target_mm: this.byHand.route.target_mm }
      : { root, after: shown.version, route_id: route.id };
    try {
      await this.api.approve(what);
      this.take(await this.api.plan());
      this.chooseRoot(root);
    } catch (error) {
      this.say(error);
      this.draw();
    }
  }

  private async nameLevel(level: string): Promise<void> {
    try {
      await this.api.nameLevel(level, this.crosshair);
      window.location.assign(window.location.pathname);
    } catch (error) {
      this.say(error);
      this.draw();
    }
  }

  private say(error: unknown): void {
    if (!(error instanceof Refusal)) console.error(error);
    this.fault = error instanceof Refusal ? error.message : "The server can't be reached; try again.";
  }

  // Mouse, touch and keys ----------------------------------------------------------------------------------------

  private grabbed: ViewName | null = null;
  private active: ViewName = "axial";

  private listen(): void {
    this.drawTabs();
    for (const view of this.views.querySelectorAll<HTMLElement>("[data-view]")) {
      const name = view.dataset["view"] as ViewName | "solid";
      if (name === "solid") continue;
      follow(view, {
        press: (x, y) => this.press(name, x, y),
        drag: (x, y) => this.drag(name, x, y),
        release: () => this.release(),
        window: (dx, dy) => this.changeWindow(dx, dy),
        wheel: (steps) => this.scroll(name, steps),
        zoom: (factor) => this.zoom(factor),
        pan: (dx, dy) => this.pan(name, dx, dy),
      });
    }
    this.views.addEventListener("keydown", (event) => this.key(event));
  }

  private press(name: ViewName, x: number, y: number): void {
    this.active = name;
    this.grabbed = name;
    const plane = this.planes.get(name);
    const route = this.drawn ?? (this.route ? { entry: this.route.entry_mm, target: this.route.target_mm } : null);
    if (plane && route && this.shown?.may.plan && name !== "needle") {
      const away = (point: Vec): number => Math.hypot(plane.toPixel(point)[0] - x, plane.toPixel(point)[1] - y);
      const nearest: Handle = away(route.entry) < away(route.target) ? "entry" : "target";
      this.handle = Math.min(away(route.entry), away(route.target)) < GRIP_PX ? nearest : "crosshair";
    } else this.handle = "crosshair";
    if (this.handle === "crosshair") this.drag(name, x, y);
    else this.draw();
  }

  private drag(name: ViewName, x: number, y: number): void {
    const plane = this.planes.get(name);
    if (!plane || this.grabbed !== name) return;
    const flat = plane.toWorld(x, y);
    const ends = this.drawn ?? (this.route ? { entry: this.route.entry_mm, target: this.route.target_mm } : null);
    const held = this.handle === "entry" ? ends?.entry : this.handle === "target" ? ends?.target : this.crosshair;
    this.moveTo(name === "needle" || !held ? flat : add(flat, scale(plane.away, plane.behind(held))));
  }

  private release(): void {
    this.grabbed = null;
    if (this.byHand && !this.checking) {
      this.drawn = { entry: this.byHand.route.entry_mm, target: this.byHand.route.target_mm };
      this.draw();
    }
  }

  private scroll(name: ViewName, steps: number): void {
    const plane = this.planes.get(name);
    if (!plane || !this.ct) return;
    const handle = this.handle;
    this.handle = "crosshair";
    this.moveTo(add(this.crosshair, scale(plane.away, steps * this.sliceStep(name))));
    this.handle = handle;
  }

  private sliceStep(name: ViewName): number {
    const spacing = this.ct?.spacing ?? [1, 1, 1];
    return { axial: spacing[2], coronal: spacing[1], sagittal: spacing[0], needle: 1 }[name];
  }

  private zoom(factor: number): void {
    this.mmPerPixel = Math.min(Math.max(this.mmPerPixel / factor, 0.05), 2);
    this.draw();
  }

  private pan(name: ViewName, dx: number, dy: number): void {
    const plane = this.planes.get(name);
    if (!plane) return;
    this.centre = sub(this.centre, add(scale(plane.right, dx * plane.mmPerPixel), scale(plane.down, dy * plane.mmPerPixel)));
    this.draw();
  }

  private changeWindow(dx: number, dy: number): void {
    const width = Math.max(20, Math.round(this.window.width + dx * 4));
    this.window = { name: "Own", width, level: Math.round(this.window.level - dy * 3) };
    this.stage.show(this.window);
    this.draw();
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const plane = this.planes.get(this.active === "needle" ? "axial" : this.active);
    const reach = event.shiftKey ? 5 : 1;
    const moves: Record<string, Vec | undefined> = plane && {
      ArrowLeft: scale(plane.right, -reach),
      ArrowRight: scale(plane.right, reach),
      ArrowUp: scale(plane.down, -reach),
      ArrowDown: scale(plane.down, reach),
    } || {};
    const step = moves[event.key];
    const actions: Record<string, () => void> = {
      PageUp: () => this.scroll(this.active, -1),
      PageDown: () => this.scroll(this.active, 1),
      "+": () => this.zoom(1.2),
      "=": () => this.zoom(1.2),
      "-": () => this.zoom(1 / 1.2),
      c: () => this.chooseHandle("crosshair"),
      e: () => this.chooseHandle("entry"),
      t: () => this.chooseHandle("target"),
      l: () => this.toggleLabels(),
      w: () => this.nextWindow(),
      "1": () => this.activate("axial"),
      "2": () => this.activate("sagittal"),
      "3": () => this.activate("coronal"),
    };
    const action = step ? () => this.moveBy(step) : actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  private activate(name: ViewName): void {
    this.active = name;
    this.draw();
  }

  private chooseHandle(handle: Handle): void {
    this.handle = handle;
    const route = this.route;
    if (route && handle === "target") this.crosshair = this.drawn?.target ?? route.target_mm;
    if (route && handle === "entry") this.crosshair = this.drawn?.entry ?? route.entry_mm;
    this.draw();
  }

  private toggleLabels(): void {
    this.showLabels = !this.showLabels;
    this.draw();
  }

  private nextWindow(): void {
    const at = WINDOWS.findIndex(({ name }) => name === this.window.name);
    this.chooseWindow(WINDOWS[(at + 1) % WINDOWS.length]?.name ?? "Bone");
  }

  private chooseWindow(name: string): void {
    this.window = WINDOWS.find((window) => window.name === name) ?? this.window;
    this.stage.show(this.window);
    this.draw();
  }

  /** On a narrow screen one picture at a time. */
  private drawTabs(): void {
    const tabs = find<HTMLElement>(this.page, "[data-tabs]");
    const names = { axial: "Axial", needle: "Needle", sagittal: "Sagittal", coronal: "Coronal", solid: "3-D" };
    tabs.replaceChildren(
      ...Object.entries(names).map(([view, name]) =>
        make(
          "button",
          { type: "button", class: "button", "aria-pressed": String(this.views.dataset["only"] === view), click: () => this.only(view) },
          name,
        ),
      ),
    );
  }

  private only(view: string): void {
    this.views.dataset["only"] = view;
    this.drawTabs();
    this.draw();
  }

  // Drawing ------------------------------------------------------------------------------------------------------

  /** Draws at the next frame, once, however often it was asked for. */
  private draw(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.drawNow();
    });
  }

  private rectangles(): Map<ViewName | "solid", Rectangle> {
    const all = this.views.getBoundingClientRect();
    const found = new Map<ViewName | "solid", Rectangle>();
    for (const view of this.views.querySelectorAll<HTMLElement>("[data-view]")) {
      const { left, top, width, height } = view.getBoundingClientRect();
      // A pixel of margin: the line between two pictures, and no tile of NiiVue's touches another.
      if (width > 2 && height > 2)
        found.set(view.dataset["view"] as ViewName, { left: left - all.left + 1, top: top - all.top + 1, width: width - 2, height: height - 2 });
    }
    return found;
  }

  private drawNow(): void {
    const places = this.rectangles();
    const { width, height } = this.views.getBoundingClientRect();
    const tiles = FLAT.flatMap((view) => {
      const place = places.get(view);
      if (!place) return [];
      const plane = this.flatPlane(view, place);
      this.planes.set(view, plane);
      return [{ view, plane, position: [place.left / width, place.top / height, place.width / width, place.height / height] as [number, number, number, number] }];
    });
    this.stage.draw(tiles, this.crosshair);
    this.overlay.begin(width, height);
    const scene = this.scene();
    for (const { view, plane } of tiles) {
      const place = places.get(view);
      if (place) this.overlay.slice(view, place, plane, scene, CAPTIONS[view], this.sliceName(view));
    }
    this.drawNeedle(places.get("needle"), scene);
    const solid = places.get("solid");
    if (solid) this.overlay.solid(solid, this.root ?? "");
    if (scene.route && !this.grabbed) void this.solid.show(scene.route.entry, scene.route.target, scene.route.acceptable ? ROUTE_COLOUR : FORBIDDEN_COLOUR);
    drawSide(find(this.page, "[data-side]"), this.sideState(), this.actions);
    this.views.dataset["crosshair"] = this.crosshair.map((v) => v.toFixed(1)).join(" ");
  }

  private flatPlane(view: Exclude<ViewName, "needle">, place: Rectangle): Plane {
    const { right, down } = ORIENTATION[view];
    const plane = new Plane(this.centre, right, down, this.mmPerPixel, Math.round(place.width), Math.round(place.height));
    return new Plane(add(this.centre, scale(plane.away, plane.behind(this.crosshair))), right, down, this.mmPerPixel, plane.width, plane.height);
  }

  private drawNeedle(place: Rectangle | undefined, scene: Scene): void {
    const canvas = find<HTMLCanvasElement>(this.page, "[data-needle]");
    const planned = this.planned;
    const route = this.route;
    if (!place || !this.ct || !scene.route || !planned || !route) {
      canvas.width = canvas.height = 0;
      return;
    }
    const { entry, target } = scene.route;
    const { right, down } = needleOrientation(entry, target);
    const middle = add(entry, scale(down, norm(sub(target, entry)) * 0.62));
    const plane = new Plane(middle, right, down, this.mmPerPixel, Math.round(place.width), Math.round(place.height));
    this.planes.set("needle", plane);
    paint(canvas, valuesOn(this.ct, plane), plane, this.window);
    this.overlay.needle(place, plane, scene, { ...route, entry_mm: entry, target_mm: target }, planned);
  }

  private scene(): Scene {
    const route = this.route;
    const ends = this.drawn ?? (route ? { entry: route.entry_mm, target: route.target_mm } : null);
    return {
      root: this.root ?? "",
      route: ends && { ...ends, acceptable: this.byHand?.acceptable ?? true },
      crosshair: this.crosshair,
      labels: this.showLabels ? this.labels : null,
      colours: this.colours,
      nerves: this.shown?.spine.roots ?? [],
      window: title(this.window),
    };
  }

  private sliceName(view: Exclude<ViewName, "needle">): string {
    const at = this.crosshair;
    const along = { axial: ["z", at[2]], coronal: ["y", at[1]], sagittal: ["x", at[0]] }[view] as [string, number];
    return `${along[0]} ${along[1].toFixed(0)} mm`;
  }

  private sideState(): SideState {
    const planned = this.planned;
    return {
      shown: this.shown as PlanShown,
      planned,
      routes: planned?.routes ?? [],
      chosen: this.chosen,
      byHand: this.byHand,
      checking: this.checking,
      fault: this.fault,
      handle: this.handle,
      labels: this.showLabels,
      window: this.window.name,
    };
  }

  private readonly actions = {
    chooseRoot: (root: string) => this.chooseRoot(root),
    chooseRoute: (id: string) => this.chooseRoute(id),
    chooseHandle: (handle: Handle) => this.chooseHandle(handle),
    chooseWindow: (name: string) => this.chooseWindow(name),
    toggleLabels: () => this.toggleLabels(),
    reset: () => this.chooseRoute(this.chosen ?? ""),
    approve: () => void this.approve(),
    nameLevel: (level: string) => void this.nameLevel(level),
  };
}

function paint(canvas: HTMLCanvasElement, values: Float32Array, plane: Plane, window: Window): void {
  canvas.width = plane.width;
  canvas.height = plane.height;
  const pen = canvas.getContext("2d");
  if (!pen || plane.width === 0) return;
  const image = pen.createImageData(plane.width, plane.height);
  const low = darkest(window);
  for (let pixel = 0; pixel < values.length; pixel += 1) {
    const value = values[pixel] ?? Number.NaN;
    const grey = Number.isNaN(value) ? 0 : ((value - low) / window.width) * 255;
    image.data[4 * pixel] = image.data[4 * pixel + 1] = image.data[4 * pixel + 2] = grey;
    image.data[4 * pixel + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
}

function warnings(said: readonly string[]): HTMLElement {
  return make("section", { class: "banner warning" }, make("ul", {}, ...said.map((words) => make("li", {}, words))));
}

