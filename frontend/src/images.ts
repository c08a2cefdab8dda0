/** The island of pictures: starts where the page has a place for it, and says when everything is drawn. */

import { PlanPage } from "./images/plan";

declare global {
  interface Window {
    /** True once the first pictures are drawn: what a browser test waits for. */
    ready?: boolean;
    /** The viewer, for tests that hold it to NiiVue's own coordinates. */
    planPage?: PlanPage;
  }
}

const place = document.getElementById("plan");
if (place) {
  const page = new PlanPage(place);
  window.planPage = page;
  page.start().then(
    () => {
      window.ready = true;
      place.dataset["ready"] = "";
    },
    (error: unknown) => {
      console.error(error);
      const wait = place.querySelector("[data-wait]");
      if (wait) wait.textContent = `The pictures can't be shown: ${error instanceof Error ? error.message : "unknown fault"}. Load the page again.`;
    },
  );
}
