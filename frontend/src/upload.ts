/**
 * Upload of a folder, a zip or a file with its progress. Without this script the same form posts plainly.
 *
 * `<form data-upload>` holds the file fields; `.upload-progress` in it is shown while bytes go out.
 */

import { formToken, HEADER } from "./form_token";

export function followUploads(root: ParentNode = document): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-upload]")) follow(form);
}

function follow(form: HTMLFormElement): void {
  for (const zone of form.querySelectorAll<HTMLElement>("[data-drop]")) acceptDrops(zone, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const data = new FormData(form);
    if (chosen(data).length === 0) return say(form, "Choose a folder, a zip or a file first.");
    send(form, withoutEmpty(data));
  });
}

function acceptDrops(zone: HTMLElement, form: HTMLFormElement): void {
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("is-over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
    void filesOf(event.dataTransfer).then((files) => {
      const data = new FormData(form);
      const rest = withoutFiles(data);
      for (const file of files) rest.append("files", file, file.name);
      if (files.length > 0) send(form, rest);
    });
  });
}

/** Every file that was dropped, those in folders included. */
async function filesOf(dropped: DataTransfer | null): Promise<File[]> {
  const entries = Array.from(dropped?.items ?? [], (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return (await Promise.all(entries.map(filesUnder))).flat();
}

async function filesUnder(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return found;
    found.push(...(await Promise.all(batch.map(filesUnder))).flat());
  }
}

function chosen(data: FormData): File[] {
  return Array.from(data.values()).filter((value): value is File => value instanceof File && value.size > 0);
}

function withoutEmpty(data: FormData): FormData {
  const kept = withoutFiles(data);
  for (const [name, value] of data.entries()) if (value instanceof File && value.size > 0) kept.append(name, value, value.name);
  return kept;
}

function withoutFiles(data: FormData): FormData {
  const kept = new FormData();
  for (const [name, value] of data.entries()) if (typeof value === "string") kept.append(name, value);
  return kept;
}

function send(form: HTMLFormElement, data: FormData): void {
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader(HEADER, formToken());
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) show(form, event.loaded / event.total);
  });
  request.addEventListener("load", () => {
    if (request.status < 300) return window.location.assign(destination(request) ?? window.location.href);
    show(form, null);
    say(form, sentence(request));
  });
  request.addEventListener("error", () => {
    show(form, null);
    say(form, "The connection broke off. Nothing was kept; send it again.");
  });
  say(form, "");
  show(form, 0);
  request.send(data);
}

function destination(request: XMLHttpRequest): string | null {
  return (JSON.parse(request.responseText) as { next?: string }).next ?? null;
}

function sentence(request: XMLHttpRequest): string {
  try {
    const said = (JSON.parse(request.responseText) as { detail?: unknown }).detail;
    if (typeof said === "string") return said;
  } catch {
    // Not JSON: a proxy's own page. The sentence below is all that can be said.
  }
  return `The upload was refused (${request.status}). Nothing was kept.`;
}

function show(form: HTMLFormElement, fraction: number | null): void {
  const box = form.querySelector<HTMLElement>(".upload-progress");
  if (!box) return;
  box.hidden = fraction === null;
  const bar = box.querySelector("progress");
  const words = box.querySelector<HTMLElement>("[data-words]");
  if (bar && fraction !== null) bar.value = fraction;
  if (words && fraction !== null) words.textContent = fraction < 1 ? `Sending ${Math.round(fraction * 100)} %` : "Checking what arrived";
}

function say(form: HTMLFormElement, words: string): void {
  const place = form.querySelector<HTMLElement>(".upload-fault");
  if (!place) return;
  place.textContent = words;
  place.hidden = words === "";
}
