/**
 * NiiVue draws the axial, sagittal and coronal slices; where each lies and how large is decided here.
 *
 * NiiVue would fit the whole scan into each tile. Two of its methods are replaced so that a tile shows the field that its
 * view asks for, filling the tile: `calculateWidthHeight` (no letter box) and `screenFieldOfViewExtendedMM` (the field).
 * `tests/web/images/test_orientation.py` holds the result to NiiVue's own coordinates and to pixels of known side.
 */

import { Niivue, SLICE_TYPE } from "@niivue/niivue";
import type { Plane, ViewName } from "./planes";
import { ras, type Vec } from "./vec";
import { latticeOf, type Lattice } from "./volume";
import { brightest, darkest, type Window } from "./windows";

type Slice = Exclude<ViewName, "needle">;
type Field = { mnMM: Vec; mxMM: Vec; rotation: unknown; fovMM: Vec };

const TYPE: Record<Slice, SLICE_TYPE> = {
  axial: SLICE_TYPE.AXIAL,
  coronal: SLICE_TYPE.CORONAL,
  sagittal: SLICE_TYPE.SAGITTAL,
};

/** What a tile of NiiVue's canvas shows, and its rectangle in shares of the canvas. */
export interface Tile {
  readonly view: Slice;
  readonly plane: Plane;
  readonly position: [number, number, number, number];
}

/** The part of NiiVue that is replaced. */
interface Innards {
  calculateWidthHeight(type: number, scale: unknown, width: number, height: number): [number, number];
  screenFieldOfViewExtendedMM(type: number): Field;
}

export class Stage {
  readonly nv = new Niivue({
    isRadiologicalConvention: true,
    sagittalNoseLeft: true,
    isSliceMM: true,
    isOrientationTextVisible: false,
    isRuler: false,
    isColorbar: false,
    crosshairWidth: 0,
    backColor: [0, 0, 0, 1],
    interactive: false,
    dragAndDropEnabled: false,
    loadingText: "",
    logLevel: "error",
  });
  private fields = new Map<number, Plane>();

  async load(canvas: HTMLCanvasElement, url: string): Promise<Lattice> {
    await this.nv.attachToCanvas(canvas);
    this.takeOverTheField();
    await this.nv.loadVolumes([{ url, colormap: "gray" }]);
    const image = this.nv.volumes[0];
    if (!image) throw new Error("the scan did not load");
    return latticeOf(image);
  }

  show(window: Window): void {
    const image = this.nv.volumes[0];
    if (!image) return;
    image.cal_min = darkest(window);
    image.cal_max = brightest(window);
    this.nv.updateGLVolume();
  }

  draw(tiles: readonly Tile[], crosshair: Vec): void {
    this.fields = new Map(tiles.map((tile) => [TYPE[tile.view], tile.plane]));
    this.nv.scene.crosshairPos = this.nv.mm2frac([...ras(crosshair)]);
    this.nv.setCustomLayout(tiles.map((tile) => ({ sliceType: TYPE[tile.view], position: tile.position })));
  }

  private takeOverTheField(): void {
    const innards = this.nv as unknown as Innards;
    const whole = innards.screenFieldOfViewExtendedMM.bind(this.nv);
    innards.calculateWidthHeight = (_type, _scale, width, height) => [width, height];
    innards.screenFieldOfViewExtendedMM = (type) => {
      const plane = this.fields.get(type);
      return plane ? fieldOf(plane, whole(type)) : whole(type);
    };
  }
}

/** The plane's rectangle in NiiVue's terms: RAS mm, first across then up, lowest and highest. */
function fieldOf(plane: Plane, whole: Field): Field {
  const corners = [ras(plane.toWorld(0, 0)), ras(plane.toWorld(plane.width, plane.height))] as const;
  const axis = (direction: Vec): 0 | 1 | 2 => (Math.abs(direction[0]) > 0.5 ? 0 : Math.abs(direction[1]) > 0.5 ? 1 : 2);
  const [across, up] = [axis(plane.right), axis(plane.down)];
  const low = (a: 0 | 1 | 2): number => Math.min(corners[0][a], corners[1][a]);
  const high = (a: 0 | 1 | 2): number => Math.max(corners[0][a], corners[1][a]);
  const mnMM: Vec = [low(across), low(up), whole.mnMM[2]];
  const mxMM: Vec = [high(across), high(up), whole.mxMM[2]];
  return { ...whole, mnMM, mxMM, fovMM: [mxMM[0] - mnMM[0], mxMM[1] - mnMM[1], mxMM[2] - mnMM[2]] };
}
