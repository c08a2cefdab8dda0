/** Every request that htmx or fetch makes carries the form token of the page, as plain forms do in a field. */

export const HEADER = "X-CSRF-Token";

export function formToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

export function carryFormToken(htmx: { on: (event: string, listener: (event: Event) => void) => unknown }): void {
  htmx.on("htmx:configRequest", (event) => {
    const detail = (event as CustomEvent<{ headers: Record<string, string> }>).detail;
    detail.headers[HEADER] = formToken();
  });
}
