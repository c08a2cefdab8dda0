"""Reading a page as a person does: each control by the words beside it, and what it would send."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"input", "img", "br", "meta", "link", "hr", "path"}


@dataclass
class Node:
    """One element with what is in it."""

    tag: str
    attributes: dict[str, str]
    parent: "Node | None"
    children: "list[Node | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        parts = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join(" ".join(parts).split())

    def all(self, tag: str, **wanted: str) -> "list[Node]":
        found = []
        for child in self.children:
            if isinstance(child, Node):
                if child.tag == tag and all(
                    value in child.attributes.get(name.rstrip("_"), "").split() for name, value in wanted.items()
                ):
                    found.append(child)
                found += child.all(tag, **wanted)
        return found

    def one(self, tag: str, **wanted: str) -> "Node":
        (found,) = self.all(tag, **wanted)
        return found

    def above(self, tag: str) -> "list[Node]":
        """Every ancestor of that tag, the nearest first."""
        found, node = [], self.parent
        while node is not None:
            if node.tag == tag:
                found.append(node)
            node = node.parent
        return found


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("page", {}, None)
        self._here = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self._here)
        self._here.children.append(node)
        if tag not in VOID:
            self._here = node

    def handle_endtag(self, tag: str) -> None:
        node = self._here
        while node.tag != tag and node.parent is not None:
            node = node.parent
        if node.tag == tag and node.parent is not None:
            self._here = node.parent

    def handle_data(self, data: str) -> None:
        self._here.children.append(data)


def page(html: str) -> Node:
    """The page as a tree."""
    builder = _Builder()
    builder.feed(html)
    return builder.root


@dataclass(frozen=True)
class Control:
    """One question of a form: its words, the rows it stands in, and its choices by their words."""

    name: str
    question: str
    group: tuple[str, ...]
    options: dict[str, str]


class Form:
    """The form of a page, to be filled in by its words."""

    def __init__(self, html: str, number: int = -1) -> None:
        self.page = page(html)
        self.form = [form for form in self.page.all("form") if form.attributes.get("method") == "post"][number]
        self.sent: list[tuple[str, str]] = []
        self.controls = self._controls()
        self._take_over()

    def answer(self, control: Control, words: str) -> None:
        """Answer one question: with one of its choices by its words, or with what is typed."""
        value = control.options[words] if control.options else words
        self.sent = [(name, old) for name, old in self.sent if name != control.name] + [(control.name, value)]

    def find(self, question: str, group: tuple[str, ...] = ()) -> Control:
        (found,) = [one for one in self.controls if (one.question, one.group) == (question, group)]
        return found

    def _controls(self) -> list[Control]:
        found: dict[str, Control] = {}
        labels = {label.attributes["for"]: label.text for label in self.form.all("label") if "for" in label.attributes}
        for node in self.form.all("input") + self.form.all("select") + self.form.all("textarea"):
            name, kind = node.attributes.get("name", ""), node.attributes.get("type", "text")
            if kind == "hidden" or not name:
                continue
            if kind in ("radio", "checkbox"):
                label = node.above("label")[0].text
                question = _legend(node.above("fieldset")[0]) if kind == "radio" else label
                known = found.setdefault(name, Control(name, question, _group(node), {}))
                known.options[label] = node.attributes.get("value", "on")
            else:
                options = {one.text: one.attributes["value"] for one in node.all("option")}
                found[name] = Control(name, labels[node.attributes["id"]], _group(node), options)
        return list(found.values())

    def _take_over(self) -> None:
        """What the form would send as it stands."""
        for node in self.form.all("input"):
            kind = node.attributes.get("type", "text")
            if kind in ("radio", "checkbox") and "checked" not in node.attributes:
                continue
            if node.attributes.get("name"):
                self.sent.append((node.attributes["name"], node.attributes.get("value", "")))
        for node in self.form.all("textarea"):
            self.sent.append((node.attributes["name"], node.text))
        for node in self.form.all("select"):
            chosen = [one for one in node.all("option") if "selected" in one.attributes]
            self.sent.append((node.attributes["name"], chosen[0].attributes["value"] if chosen else ""))


def _legend(fieldset: Node) -> str:
    legends = [child for child in fieldset.children if isinstance(child, Node) and child.tag == "legend"]
    return legends[0].text if legends else ""


def _group(node: Node) -> tuple[str, ...]:
    """The rows that a control stands in, the outermost first: `("Study 1", "Finding 2")`."""
    rows = [one for one in node.above("fieldset") if "one-row" in one.attributes.get("class", "").split()]
    return tuple(_legend(row) for row in reversed(rows))
