// The diary: one question a screen. What is answered is kept on the phone until the clinic has it, and is sent with a
// key of its own, so that it arrives once however often it is sent.

const form = document.getElementById("diary");
const place = location.pathname;
const DRAFT = `foramen-draft ${place}`;
const QUEUE = `foramen-queue ${place}`;
const RETRY_MS = 20000;
const screens = [...form.querySelectorAll(".screen")];
const back = form.querySelector("[data-back]");
const forward = form.querySelector("[data-forward]");
const unsent = document.querySelector("[data-unsent]");
let at = 0;
let sending = null;

document.body.classList.add("one-at-a-time");
restore();
show();
send();
form.addEventListener("input", (event) => {
  exclude(event.target);
  keepDraft();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (isOpen()) return;
  if (at < screens.length - 1) step(1);
  else finish();
});
back.addEventListener("click", () => step(-1));
addEventListener("online", send);
setInterval(send, RETRY_MS);
if ("serviceWorker" in navigator && isSecureContext) navigator.serviceWorker.register("/diary/worker.js");

// The signs of danger are not passed over: one of them, or none of these.
function isOpen() {
  const none = screens[at].querySelector("[name=none_of_these]");
  const open = none !== null && !screens[at].querySelector(":checked");
  screens[at].querySelector(".fault")?.toggleAttribute("hidden", !open);
  return open;
}

function step(by) {
  at += by;
  show();
  keepDraft();
}

function show() {
  screens.forEach((screen, index) => { screen.hidden = index !== at; });
  back.hidden = at === 0;
  forward.textContent = at < screens.length - 1 ? "Next" : "Send";
  if (at === 0 && screens[0].classList.contains("intro")) forward.textContent = "Answer once more";
  screens[at].querySelector("h1").tabIndex = -1;
  if (at > 0) screens[at].querySelector("h1").focus();
}

// "None" and anything else on the same screen exclude one another.
function exclude(box) {
  if (box.type !== "checkbox" || !box.checked) return;
  const others = box.closest(".screen").querySelectorAll(box.hasAttribute("data-none") ? "[data-some]" : "[data-none]");
  for (const other of others) other.checked = false;
}

function answers() {
  return [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && value !== "");
}

function keepDraft() {
  localStorage.setItem(DRAFT, JSON.stringify({ at, answers: answers() }));
}

function restore() {
  const draft = JSON.parse(localStorage.getItem(DRAFT) ?? "null");
  if (!draft) return;
  at = Math.min(draft.at, screens.length - 1);
  for (const [name, value] of draft.answers) {
    for (const input of form.querySelectorAll(`[name="${name}"]`)) {
      if (["radio", "checkbox"].includes(input.type)) input.checked ||= input.value === value;
      else input.value = value;
    }
  }
}

function finish() {
  form.elements.namedItem("answered_at").value = new Date().toISOString();
  const queue = queued();
  queue.push(answers());
  localStorage.setItem(QUEUE, JSON.stringify(queue));
  localStorage.removeItem(DRAFT);
  forward.disabled = true;
  send().then((page) => showAnswer(page));
}

function queued() {
  return JSON.parse(localStorage.getItem(QUEUE) ?? "[]");
}

// Send what waits, oldest first. Nothing leaves the queue before the clinic has said that it has it.
function send() {
  sending ??= deliver().finally(() => { sending = null; unsent.hidden = queued().length === 0; });
  return sending;
}

async function deliver() {
  let page = null;
  while (queued().length) {
    const first = queued()[0];
    const response = await offer(first);
    if (!response?.ok) return null;
    page = await response.text();
    const key = Object.fromEntries(first).key;
    localStorage.setItem(QUEUE, JSON.stringify(queued().filter((one) => Object.fromEntries(one).key !== key)));
  }
  return page;
}

async function offer(entry) {
  const response = await post(entry, document.querySelector("meta[name=csrf-token]").content);
  if (response?.status !== 403) return response;
  const fresh = await fetch(place).then((got) => got.text()).catch(() => "");  // the page was open for too long
  const token = new DOMParser().parseFromString(fresh, "text/html").querySelector("meta[name=csrf-token]")?.content;
  return token ? post(entry, token) : response;
}

function post(entry, token) {
  const body = new URLSearchParams(entry);
  return fetch(form.action, { method: "POST", body, headers: { "X-CSRF-Token": token } }).catch(() => null);
}

function showAnswer(page) {
  const answered = page ? new DOMParser().parseFromString(page, "text/html").getElementById("answer") : null;
  form.replaceWith(answered ?? offlineAnswer());
  const heading = document.querySelector(".done h1");
  heading.tabIndex = -1;
  heading.focus();
}

// Without a connection the phone says what each sign alone would mean; the clinic judged that when it gave the page.
function offlineAnswer() {
  const signs = [...form.querySelectorAll("[name=sign]:checked")].map((box) => box.dataset.response);
  const order = [...document.querySelectorAll("[data-urgency]")].map((one) => one.dataset.urgency);
  const worst = order.find((urgency) => signs.includes(urgency));
  const section = document.getElementById("offline").content.firstElementChild.cloneNode(true);
  if (worst && worst !== "reassure") {
    const words = document.querySelector(`[data-urgency="${worst}"]`);
    section.classList.add(worst);
    section.setAttribute("role", "alert");
    section.querySelector("[data-heading]").textContent = words.textContent;
    section.querySelector("[data-advice]").textContent = words.dataset.advice;
  }
  return section;
}
