/** The panel beside the pictures: roots, routes with their numbers, what moves, and the approval. */

import type { Judged, PlannedRoot, PlanShown, Route } from "./api";
import { make } from "./dom";
import { rootTitle } from "./overlay";
import { WINDOWS } from "./windows";
import * as words from "./words";

export type Handle = "crosshair" | "entry" | "target";

export interface SideState {
  readonly shown: PlanShown;
  readonly planned: PlannedRoot | null;
  readonly routes: readonly Route[];
  readonly chosen: string | null;
  readonly byHand: Judged | null;
  readonly checking: boolean;
  readonly fault: string;
  readonly handle: Handle;
  readonly labels: boolean;
  readonly window: string;
}

export interface SideActions {
  chooseRoot(root: string): void;
  chooseRoute(id: string): void;
  chooseHandle(handle: Handle): void;
  chooseWindow(name: string): void;
  toggleLabels(): void;
  reset(): void;
  approve(): void;
  nameLevel(level: string): void;
}

const HANDLES: Record<Handle, string> = { crosshair: "Crosshair", entry: "Entry", target: "Target" };
const LEVELS = ["T11", "T12", "L1", "L2", "L3", "L4", "L5", "L6"];

/** Draws the panel anew; what had the keyboard's focus keeps it. */
export function drawSide(place: HTMLElement, state: SideState, actions: SideActions): void {
  const focused = document.activeElement?.id ?? "";
  const open = new Set(Array.from(place.querySelectorAll("details[open]"), (element) => element.id));
  place.replaceChildren(...parts(state, actions));
  for (const id of open) place.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
  if (focused) place.querySelector<HTMLElement>(`#${CSS.escape(focused)}`)?.focus();
}

function* parts(state: SideState, actions: SideActions): Generator<HTMLElement> {
  if (state.fault) yield make("p", { class: "fault", role: "alert" }, state.fault);
  if (!state.shown.levels_certain) yield levelCard(state, actions, true);
  if (state.shown.plan) {
    yield rootTabs(state, actions);
    yield routeCard(state, actions);
  }
  yield tools(state, actions);
  if (state.shown.levels_certain) yield levelCard(state, actions, false);
}

function rootTabs(state: SideState, actions: SideActions): HTMLElement {
  const roots = state.shown.plan?.roots ?? [];
  return make(
    "div",
    { class: "root-tabs", role: "group", "aria-label": "Root" },
    ...roots.map((planned) =>
      pressed(`root-${planned.root}`, rootTitle(planned.root), planned === state.planned, () => actions.chooseRoot(planned.root), "root-tab"),
    ),
  );
}

function routeCard(state: SideState, actions: SideActions): HTMLElement {
  const { planned } = state;
  const card = make("section", { class: "panel stack" });
  if (!planned) return card;
  if (planned.routes.length === 0 && !state.byHand) {
    const heading = planned.status === "not-visible" ? "Not visible" : "No acceptable route";
    card.append(make("h2", {}, heading), make("p", {}, sentence(planned.reason)));
    if (planned.nearest_miss) card.append(make("p", { class: "quiet" }, planned.nearest_miss));
    return card;
  }
  const route = current(state);
  card.append(
    make("div", { class: "route-list", role: "group", "aria-label": "Routes, best first" }, ...state.routes.map((one, rank) => routeButton(state, actions, one, rank))),
  );
  if (route) card.append(...judgement(state, planned), ...approval(state, actions, planned), numbers(route, planned), why(route));
  return card;
}

export function current(state: SideState): Route | null {
  return state.byHand?.route ?? state.routes.find((route) => route.id === state.chosen) ?? null;
}

function routeButton(state: SideState, actions: SideActions, route: Route, rank: number): HTMLElement {
  const chosen = !state.byHand && route.id === state.chosen;
  const name = route.id.endsWith("by-hand") ? "By hand" : String(rank + 1);
  const button = pressed(`route-${route.id}`, "", chosen, () => actions.chooseRoute(route.id), "route");
  const approved = state.planned && state.shown.approvals[state.planned.root]?.route_id === route.id;
  button.append(
    make("span", { class: "route-name" }, name, ...(route.recommended ? [make("span", { class: "unit" }, " recommended")] : [])),
    make("span", {}, `${words.mm(route.depth_mm)}, ${Math.round(Math.abs(route.axial_angle_deg))}°`),
    make("span", { class: "quiet" }, approved ? "approved" : words.percent(route.success_probability)),
  );
  return button;
}

function* judgement(state: SideState, planned: PlannedRoot): Generator<HTMLElement> {
  if (state.byHand) {
    const { acceptable, objections } = state.byHand;
    yield make(
      "div",
      { class: acceptable ? "banner" : "banner danger", role: "status", "data-judged": acceptable ? "acceptable" : "not-acceptable" },
      make("h2", {}, state.checking ? "Moved by hand: checking" : acceptable ? "Moved by hand: keeps every margin" : "Moved by hand: not acceptable"),
      ...objections.map((words) => make("p", {}, words)),
    );
  }
  for (const warning of state.byHand ? state.byHand.warnings : planned.warnings)
    yield make("div", { class: "banner warning" }, make("p", {}, warning));
}

function numbers(route: Route, planned: PlannedRoot): HTMLElement {
  const fact = (name: string, value: string, more = ""): HTMLElement =>
    make("div", {}, make("dt", {}, name), make("dd", {}, value, ...(more ? [make("span", { class: "unit" }, ` ${more}`)] : [])));
  const give = planned.root_uncertainty_mm === null ? "" : `± ${Math.max(1, Math.round(planned.root_uncertainty_mm))}`;
  const least = make("div", { class: "wide" }, make("dt", {}, "Least distance to"));
  const list = make("dd", { class: "clearances" });
  for (const [tissue, name] of Object.entries(words.TISSUES) as [keyof typeof words.TISSUES, string][])
    list.append(make("span", { "data-tissue": tissue }, make("span", { class: "quiet" }, `${name} `), words.clearance(route.clearance_mm[tissue])));
  least.append(list);
  return make(
    "dl",
    { class: "facts compact", "data-route": route.id },
    fact("Depth", words.mm(route.depth_mm), give),
    fact("From vertical", `${Math.round(Math.abs(route.axial_angle_deg))}°`, words.tipDirection(route)),
    fact("Entry from the midline", words.fromMidline(route, planned.root)),
    fact("Out of the axial plane", words.craniocaudal(route)),
    fact("Forgives at the skin", `${route.tolerance_deg.toFixed(1)}°`),
    fact("One free pass ends well", words.percent(route.success_probability)),
    fact("Needle", `${route.needle.gauge} G, ${words.mm(route.needle.length_mm)}`),
    least,
  );
}

function why(route: Route): HTMLElement {
  const list = make("ul", {}, ...route.reasons.map((reason) => make("li", {}, reason)));
  return make("details", { id: "why" }, make("summary", {}, "Why"), make("p", {}, words.APPROACH[route.approach] ?? route.approach), list);
}

function* approval(state: SideState, actions: SideActions, planned: PlannedRoot): Generator<HTMLElement> {
  const approved = state.shown.approvals[planned.root];
  if (approved) {
    const which = approved.route_id.endsWith("by-hand") ? "route by hand" : `route ${approved.route_id.split("-").pop()}`;
    yield make("p", { class: "approved" }, `${rootTitle(planned.root)}, ${which}: approved by ${approved.by}, ${words.moment(approved.at)}`);
  }
  const route = current(state);
  if (!state.shown.may.approve) {
    if (!approved) yield make("p", { class: "quiet" }, "A radiologist approves the route.");
    return;
  }
  if (!route || !state.shown.roots.includes(planned.root)) return;
  const done = approved?.route_id === route.id && !state.byHand;
  const refused = state.byHand !== null && (!state.byHand.acceptable || state.checking);
  const name = route.id.endsWith("by-hand") ? "the route by hand" : `route ${route.id.split("-").pop()}`;
  if (!done)
    yield make("button", { id: "approve", class: "button next", type: "button", disabled: refused, click: () => actions.approve() }, `Approve ${rootTitle(planned.root)}, ${name}`);
}

function tools(state: SideState, actions: SideActions): HTMLElement {
  const handles = (Object.keys(HANDLES) as Handle[]).map((handle) =>
    pressed(`handle-${handle}`, HANDLES[handle], handle === state.handle, () => actions.chooseHandle(handle)),
  );
  const windows = WINDOWS.map(({ name }) => pressed(`window-${name.replace(" ", "-")}`, name, state.window === name, () => actions.chooseWindow(name)));
  const card = make("section", { class: "panel stack" });
  if (state.shown.may.plan && state.planned && current(state))
    card.append(make("p", { class: "label" }, "Arrow keys and dragging move"), make("div", { class: "row tight", role: "group", "aria-label": "What moves" }, ...handles));
  if (state.byHand) card.append(make("button", { id: "reset", class: "button", type: "button", click: () => actions.reset() }, "Back to the planned route"));
  card.append(
    make("p", { class: "label" }, "Window"),
    make("div", { class: "row tight", role: "group", "aria-label": "Window" }, ...windows),
    pressed("labels", "Labels", state.labels, () => actions.toggleLabels()),
    make(
      "details",
      { id: "keys" },
      make("summary", {}, "Keys"),
      make("p", {}, "Arrows move by 1 mm, with Shift by 5; Page Up and Page Down go through the slices; + and − zoom; C, E, T choose crosshair, entry or target; L labels; W the next window. Drag with the right button to change the window."),
    ),
  );
  return card;
}

function levelCard(state: SideState, actions: SideActions, asked: boolean): HTMLElement {
  const { spine } = state.shown;
  const select = make("select", { id: "level" }, ...LEVELS.map((level) => make("option", { value: level }, level)));
  const nearest = spine.vertebrae.map((vertebra) => vertebra.level).join(", ");
  const body = [
    make("p", {}, `Found: ${nearest || "no vertebra"}, by ${spine.provider}.`),
    make("p", {}, "Put the crosshair into the body of a vertebra you are sure of, and name it."),
    make("div", { class: "row tight" }, make("label", { for: "level" }, "At the crosshair lies"), select),
    make("button", { id: "name-level", class: asked ? "button next" : "button", type: "button", click: () => actions.nameLevel(select.value) }, "Name it and plan again"),
  ];
  if (!state.shown.may.plan) body.splice(1, body.length - 1);
  if (asked)
    return make("section", { class: "panel stack uncertain" }, make("h2", {}, "Which level is which?"), make("p", {}, spine.levels?.question ?? ""), ...body);
  return make("details", { id: "levels", class: "panel stack" }, make("summary", {}, "Correct a level"), ...body);
}

function pressed(id: string, label: string, on: boolean, click: () => void, kind = "toggle"): HTMLButtonElement {
  return make("button", { id, type: "button", class: `button ${kind}`, "aria-pressed": String(on), click }, ...(label ? [label] : []));
}

function sentence(text: string): string {
  return text ? text[0]?.toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".") : "";
}
