/** A button that can't be taken back asks first: `<button data-ask="End the procedure here?">`. */

export function askBefore(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element | null)?.closest<HTMLElement>("[data-ask]");
    if (button && !window.confirm(button.dataset["ask"])) event.preventDefault();
  });
}
