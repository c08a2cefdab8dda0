/**
 * In the scanner room the space bar, or a pedal that sends it, means "next": it goes to the first answer still missing,
 * else to the large button; pressed there it presses it. Nothing is sent by one press from elsewhere.
 */

const TYPES_WORDS = "input:not([type=radio]):not([type=checkbox]), textarea, select, button, a, summary, [contenteditable]";

export function spaceIsNext(): void {
  if (!document.querySelector(".scanner-room")) return;
  document.addEventListener("keydown", (event) => {
    const at = document.activeElement;
    if (event.key !== " " || event.ctrlKey || event.metaKey || event.altKey || at?.matches(TYPES_WORDS)) return;
    const answered = at instanceof HTMLInputElement && (at.checked || at.type === "checkbox");
    if (at instanceof HTMLInputElement && !answered) return;
    event.preventDefault();
    (missing() ?? document.querySelector<HTMLElement>("[data-next]"))?.focus();
  });
  document.querySelector<HTMLElement>("[data-next]")?.scrollIntoView({ block: "nearest" });
}

/** The first field of the next step that is required and has no answer. */
function missing(): HTMLElement | null {
  const form = document.querySelector<HTMLFormElement>(".step-form");
  return form?.querySelector<HTMLElement>(":invalid:not(fieldset)") ?? null;
}
