/** What the server says and is asked: the models of `web/images/plan_api.py`. */

import { formToken, HEADER } from "../form_token";
import type { Vec } from "./vec";

export interface Route {
  id: string;
  approach: string;
  recommended: boolean;
  entry_mm: Vec;
  target_mm: Vec;
  depth_mm: number;
  axial_angle_deg: number;
  craniocaudal_angle_deg: number;
  clearance_mm: Record<"bone" | "thecal_sac" | "vessel" | "organ" | "lung", number | null>;
  tolerance_deg: number;
  success_probability: number;
  needle: { gauge: number; length_mm: number };
  skin: { lateral_of_midline_mm: number; slice_index: number; z_mm: number };
  reasons: string[];
}

export interface PlannedRoot {
  root: string;
  status: "planned" | "no-acceptable-route" | "not-visible";
  reason: string;
  root_point_mm: Vec | null;
  root_uncertainty_mm: number | null;
  root_evidence: string;
  routes: Route[];
  nearest_miss: string;
  warnings: string[];
}

export interface Spine {
  levels: { certain: boolean; confidence: number; question: string; evidence: string[] } | null;
  provider: string;
  vertebrae: { level: string; centroid_mm: Vec; confidence: number }[];
  roots: { root: string; point_mm: Vec; path_mm: Vec[]; ganglion_mm: Vec; uncertainty_mm: number }[];
}

export interface PlanShown {
  version: number;
  roots: string[];
  files: { ct: string; labels: string; bones: string };
  structures: { value: number; name: string; colour: [number, number, number] }[];
  spine: Spine;
  levels_certain: boolean;
  plan: { roots: PlannedRoot[] } | null;
  approvals: Record<string, { route_id: string; by: string; at: string }>;
  warnings: string[];
  may: { plan: boolean; approve: boolean };
}

export interface Judged {
  route: Route;
  acceptable: boolean;
  objections: string[];
  warnings: string[];
  server_ms: number;
}

/** A refusal, in the server's own sentence. */
export class Refusal extends Error {}

export class Api {
  constructor(private readonly caseId: string) {}

  plan(): Promise<PlanShown> {
    return this.ask("plan");
  }

  check(root: string, entry: Vec, target: Vec): Promise<Judged> {
    return this.ask("routes/check", { root, entry_mm: entry, target_mm: target });
  }

  approve(what: Record<string, unknown>): Promise<{ said: string; version: number }> {
    return this.ask("routes/approve", what);
  }

  nameLevel(level: string, point: Vec): Promise<{ said: string }> {
    return this.ask("levels", { level, point_mm: point });
  }

  private async ask<Answer>(path: string, body?: unknown): Promise<Answer> {
    const headers: Record<string, string> = { Accept: "application/json", [HEADER]: formToken() };
    const request: RequestInit = { headers };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      request.method = "POST";
      request.body = JSON.stringify(body);
    }
    const response = await fetch(`/api/cases/${this.caseId}/${path}`, request);
    const said: unknown = await response.json().catch(() => null);
    if (response.ok) return said as Answer;
    const detail = (said as { detail?: unknown } | null)?.detail;
    throw new Refusal(typeof detail === "string" ? detail : `The server refused (${response.status}).`);
  }
}
