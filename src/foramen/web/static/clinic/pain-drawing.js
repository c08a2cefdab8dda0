// Drawing on the body map. The strokes go to the server as shares of the picture; which areas they cover is its affair.

const form = document.getElementById("pain-drawing");
const field = form.elements.namedItem("marks");
const marks = JSON.parse(field.value || "[]");
const LEAST_STEP = 0.006;
let reading = 0;

for (const svg of form.querySelectorAll("svg[data-view]")) {
  svg.addEventListener("pointerdown", (event) => begin(svg, event));
}
form.querySelector("[data-undo]").addEventListener("click", undo);
form.addEventListener("change", (event) => {
  if (event.target.name === "felt") ask([]);
});

function begin(svg, event) {
  if (!event.target.closest(".body, .region, .stroke") || !event.isPrimary) return;
  event.preventDefault();
  svg.setPointerCapture(event.pointerId);
  const feeling = form.elements.namedItem("pen").value;
  const mark = { view: svg.dataset.view, feeling, points: [place(svg, event)] };
  const line = draw(svg, mark);
  const move = (moved) => {
    const point = place(svg, moved);
    const [x, y] = mark.points.at(-1);
    if (Math.hypot(point[0] - x, point[1] - y) < LEAST_STEP) return;
    mark.points.push(point);
    line.setAttribute("points", corners(svg, mark));
  };
  const end = () => {
    svg.removeEventListener("pointermove", move);
    marks.push(mark);
    keep();
    ask([]);
  };
  svg.addEventListener("pointermove", move);
  svg.addEventListener("pointerup", end, { once: true });
  svg.addEventListener("pointercancel", end, { once: true });
}

function place(svg, event) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const share = (value, whole) => Math.min(1, Math.max(0, Math.round((value / whole) * 1e4) / 1e4));
  return [share(at.x, Number(svg.dataset.width)), share(at.y, Number(svg.dataset.height))];
}

function corners(svg, mark) {
  const points = mark.points.length > 1 ? mark.points : [mark.points[0], mark.points[0]];
  return points.map(([x, y]) => `${x * Number(svg.dataset.width)},${y * Number(svg.dataset.height)}`).join(" ");
}

function draw(svg, mark) {
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  line.setAttribute("class", `stroke ${mark.feeling}`);
  line.setAttribute("points", corners(svg, mark));
  svg.querySelector(".strokes").append(line);
  return line;
}

function undo() {
  const last = marks.pop();
  if (!last) return;
  const lines = form.querySelectorAll(`svg[data-view="${last.view}"] .stroke`);
  lines[lines.length - 1].remove();
  keep();
  ask([last]);
}

function keep() {
  field.value = JSON.stringify(marks);
}

// Ask the server which areas the drawing covers and what they say; the newest answer counts.
async function ask(takenBack) {
  const mine = ++reading;
  const body = new URLSearchParams({ marks: takenBack.length || marks.length ? field.value : "[]" });
  body.set("taken_back", JSON.stringify(takenBack));
  for (const box of form.querySelectorAll("input[name=felt]:checked")) body.append("felt", box.value);
  const token = document.querySelector("meta[name=csrf-token]").content;
  const answer = await fetch(form.dataset.reading, { method: "POST", body, headers: { "X-CSRF-Token": token } });
  if (!answer.ok || mine !== reading) return;
  const focused = document.activeElement?.value;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("reading");
  document.getElementById("reading").replaceWith(fresh);
  if (focused) form.querySelector(`input[name=felt][value="${focused}"]`)?.focus();
  shade();
}

function shade() {
  const felt = new Set();
  for (const box of form.querySelectorAll("input[name=felt]:checked")) felt.add(box.value.split(".").slice(1).join("."));
  for (const region of form.querySelectorAll(".region")) region.classList.toggle("felt", felt.has(region.dataset.felt));
}
