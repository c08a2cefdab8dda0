"""A person who uses the keyboard alone: Tab from control to control, arrows and Space to choose, Enter to send."""

from typing import Any

from support.clerk import LISTS, MEANS, SPOKEN

WHERE = """() => {
  const here = document.activeElement;
  const legendOf = (set) => set?.querySelector(':scope > legend')?.innerText.trim() ?? '';
  const rows = [];
  let row = here.closest('.one-row');
  for (; row; row = row.parentElement.closest('.one-row')) rows.unshift(legendOf(row));
  const group = here.type === 'radio' ? [...document.getElementsByName(here.name)] : [];
  const label = here.labels?.[0]?.innerText.trim() ?? here.innerText?.trim() ?? '';
  return {
    tag: here.tagName, type: here.type ?? '', name: here.name ?? '', label, rows,
    question: here.type === 'radio' ? legendOf(here.closest('fieldset')) : label,
    options: group.map((one) => one.labels[0].innerText.trim()),
    chosen: group.findIndex((one) => one.checked),
    checked: here.checked ?? false,
  };
}"""
MOST_STOPS = 250


class Keyboard:
    """Fills the pages with a patient's story (a referral), by the words beside the fields."""

    def __init__(self, page: Any, story: dict[str, Any]) -> None:
        self.page = page
        self.story = story

    def fill_and_send(self, said: dict[str, str] | None = None, tick_all: str = "", send: str = "") -> None:
        """Go through one page from its top, answer what the story knows, and press its button."""
        self.page.locator("main").focus()
        answered: set[str] = set()
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            here = self.page.evaluate(WHERE)
            if here["tag"] == "BUTTON" and (here["label"] == send if send else self._is_next()):
                self._enter()
                return
            words = self._answer(here, said or {})
            if here["name"] and here["name"] == tick_all and not here["checked"]:
                self.page.keyboard.press("Space")
            elif words is not None and here["name"] not in answered:
                answered.add(here["name"])
                self._give(here, words)
        raise AssertionError("no button to send the page with can be reached by Tab")

    def press(self, button: str) -> None:
        """Tab to a button and press it."""
        self.page.locator("main").focus()
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(WHERE)["label"] == button:
                self._enter()
                return
        raise AssertionError(f"'{button}' can't be reached by Tab")

    def _enter(self) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def _is_next(self) -> bool:
        next_one: bool = self.page.evaluate("document.activeElement.classList.contains('next')")
        return next_one

    def _answer(self, here: dict[str, Any], said: dict[str, str]) -> str | None:
        """What to answer here, in the page's own words; None to pass on."""
        if here["type"] == "checkbox" and here["name"] == "felt":
            return self._felt(here["label"])
        if here["question"] in said:
            return said[here["question"]]
        if here["rows"]:
            return self._in_a_row(here)
        if here["question"] in LISTS:
            rows = self._at(self.story, LISTS[here["question"]][0])
            none = next((words for words in here["options"] if words != "These:"), "")
            return None if rows is None else "These:" if rows else none
        return self._spoken(here, self._at(self.story, MEANS.get(here["question"], "?")))

    def _in_a_row(self, here: dict[str, Any]) -> str | None:
        facts: Any = self.story
        for legend in here["rows"]:
            words, number = legend.rsplit(" ", 1)
            where, _, columns = next(one for one in LISTS.values() if one[1] == words and self._at(facts, one[0]))
            facts = self._at(facts, where)[int(number) - 1]
        if here["question"] in LISTS and LISTS[here["question"]][0] in facts:
            return "These:"
        return self._spoken(here, facts.get(columns.get(here["question"], "?")))

    def _felt(self, label: str) -> str | None:
        feeling, where = label.split(", ")
        side, area = where.split(" ", 1)
        areas = self.story["examination"][side]["pain_areas" if feeling == "pain" else "numb_areas"]
        return "tick" if area.replace(" ", "-") in areas else None

    def _spoken(self, here: dict[str, Any], value: Any) -> str | None:
        if value is None:
            return None
        if not here["options"]:
            return f"{value:g}" if isinstance(value, int | float) else str(value)
        words = SPOKEN.get(str(value), str(value)).replace("-", " ").lower()
        words = {"none": "no"}.get(words, words) if "diabetes" in here["question"] else words
        return next((one for one in here["options"] if one.lower().replace("-", " ") == words), None)

    def _give(self, here: dict[str, Any], words: str) -> None:
        keys = self.page.keyboard
        if here["type"] == "radio":
            place = here["options"].index(words)
            if here["chosen"] < 0 and place == 0:
                keys.press("Space")
            for _ in range(place - max(here["chosen"], 0)):
                keys.press("ArrowDown")
        elif here["type"] == "checkbox":
            if not here["checked"]:
                keys.press("Space")
                self.page.wait_for_load_state("networkidle")
        elif here["type"] in ("date", "datetime-local"):
            self._type_date(here["name"], words)
        elif here["tag"] == "SELECT":
            keys.type(words)
        else:
            keys.press("Control+A")
            keys.type(words)

    def _type_date(self, name: str, iso: str) -> None:
        """Month first or day first is the browser's own affair: the one after which the field holds the day."""
        keys, (year, month, day) = self.page.keyboard, iso[:10].split("-")
        clock = iso[11:16].replace(":", "")
        for first, second in ((month, day), (day, month)):
            keys.type(first + second + year)
            if clock:
                keys.press("ArrowRight")
                keys.type(clock + "AM")
            held = self.page.evaluate("document.activeElement.value")
            if held == iso[:16] or held == iso[:10]:
                return
            for _ in range(6):
                keys.press("ArrowLeft")
        raise AssertionError(f"{name} can't be typed into")

    @staticmethod
    def _at(facts: Any, path: str) -> Any:
        for step in path.split("."):
            facts = facts.get(step) if isinstance(facts, dict) else None
        return facts
