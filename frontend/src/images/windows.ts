/** Which HU show as black and as white; the same windows as in the reports. */

export interface Window {
  readonly name: string;
  readonly width: number;
  readonly level: number;
}

export const WINDOWS: readonly Window[] = [
  { name: "Bone", width: 1500, level: 300 },
  { name: "Soft tissue", width: 400, level: 40 },
  { name: "Needle", width: 2000, level: 500 },
];

export const title = (window: Window): string => `${window.name}  W ${window.width} L ${window.level}`;
export const darkest = (window: Window): number => window.level - window.width / 2;
export const brightest = (window: Window): number => window.level + window.width / 2;
