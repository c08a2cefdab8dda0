/** One way to hear mouse, pen and fingers: press and drag, two fingers or Ctrl and wheel to zoom, wheel for slices. */

export interface Gestures {
  press(x: number, y: number): void;
  drag(x: number, y: number): void;
  release(): void;
  /** Right button, or Shift and the left one. */
  window(dx: number, dy: number): void;
  wheel(steps: number): void;
  zoom(factor: number): void;
  /** Two fingers, or the middle button. */
  pan(dx: number, dy: number): void;
}

type Mode = "drag" | "window" | "pan" | null;

export function follow(element: HTMLElement, gestures: Gestures): void {
  const fingers = new Map<number, { x: number; y: number }>();
  let mode: Mode = null;
  const at = (event: MouseEvent): { x: number; y: number } => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  element.addEventListener("contextmenu", (event) => event.preventDefault());
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    const here = at(event);
    fingers.set(event.pointerId, here);
    if (fingers.size > 1) {
      if (mode === "drag") gestures.release();
      mode = "pan";
    } else if (event.button === 2 || event.shiftKey) mode = "window";
    else if (event.button === 1) mode = "pan";
    else {
      mode = "drag";
      gestures.press(here.x, here.y);
    }
  });
  element.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before || mode === null) return;
    const here = at(event);
    const span = spread(fingers);
    fingers.set(event.pointerId, here);
    const [dx, dy] = [here.x - before.x, here.y - before.y];
    if (mode === "drag") gestures.drag(here.x, here.y);
    else if (mode === "window") gestures.window(dx, dy);
    else {
      gestures.pan(dx / fingers.size, dy / fingers.size);
      if (fingers.size === 2 && span > 0) gestures.zoom(spread(fingers) / span);
    }
  });
  const end = (event: PointerEvent): void => {
    fingers.delete(event.pointerId);
    if (fingers.size > 0) return;
    if (mode === "drag") gestures.release();
    mode = null;
  };
  element.addEventListener("pointerup", end);
  element.addEventListener("pointercancel", end);
  element.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      if (event.ctrlKey) gestures.zoom(Math.exp(-event.deltaY / 200));
      else if (event.deltaY !== 0) gestures.wheel(Math.sign(event.deltaY));
    },
    { passive: false },
  );
}

function spread(fingers: ReadonlyMap<number, { x: number; y: number }>): number {
  const [one, two] = [...fingers.values()];
  return one && two ? Math.hypot(one.x - two.x, one.y - two.y) : 0;
}
