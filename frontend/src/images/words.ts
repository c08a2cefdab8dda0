/** Numbers as a person reads them; the same words as in the reports. */

import type { Route } from "./api";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MOST_MEASURED_MM = 25;

export const TISSUES = { bone: "bone", thecal_sac: "thecal sac", vessel: "vessels", organ: "organs", lung: "lung" } as const;

export const APPROACH: Record<string, string> = {
  periradicular: "periradicular, tip beside the root",
  subpedicular: "subpedicular, tip below the pedicle",
  infraneural: "infraneural, tip below the root",
  "s1-dorsal": "through the dorsal S1 foramen",
};

export const mm = (value: number): string => `${Math.round(value)} mm`;

export function clearance(value: number | null): string {
  if (value === null) return "not checked";
  return value >= MOST_MEASURED_MM ? `> ${MOST_MEASURED_MM} mm` : `${value.toFixed(1)} mm`;
}

export function percent(share: number): string {
  return share > 0.99 ? "over 99 %" : `${Math.round(share * 100)} %`;
}

export function craniocaudal(route: Route): string {
  const angle = Math.round(Math.abs(route.craniocaudal_angle_deg));
  return angle === 0 ? "none" : `${angle}° to ${route.craniocaudal_angle_deg > 0 ? "head" : "feet"}`;
}

export function fromMidline(route: Route, root: string): string {
  const lateral = route.skin.lateral_of_midline_mm;
  if (Math.abs(lateral) < 0.5) return "on it";
  const own = root.endsWith("left") ? "LEFT" : "RIGHT";
  const other = own === "LEFT" ? "RIGHT" : "LEFT";
  return `${mm(Math.abs(lateral))} ${lateral > 0 ? own : other}`;
}

export function tipDirection(route: Route): string {
  if (Math.round(Math.abs(route.axial_angle_deg)) === 0) return "straight down";
  return `tip to the ${route.axial_angle_deg > 0 ? "LEFT" : "RIGHT"}`;
}

export function moment(text: string): string {
  const when = new Date(text);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${DAYS[when.getDay()]} ${when.getDate()} ${MONTHS[when.getMonth()]} ${when.getFullYear()}, ${two(when.getHours())}:${two(when.getMinutes())}`;
}
