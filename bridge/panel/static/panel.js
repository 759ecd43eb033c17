"use strict";
// Sections come as HTML from the server and are put in place; lines of the wire are added. Forms are sent without a new page.

const MOST_LINES = 300;
const byId = (id) => document.getElementById(id);

function replacePart(name, html) {
  const part = byId(name);
  if (!part) { location.reload(); return; }
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const typed = new Map();
  for (const field of part.querySelectorAll("input[id]:not([type=checkbox]), select[id]")) typed.set(field.id, field.value);
  const open = new Set([...part.querySelectorAll("details[id][open]")].map((each) => each.id));
  const key = focused && (focused.id || focused.dataset.key);
  part.innerHTML = html;
  for (const [id, value] of typed) { const field = byId(id); if (field) field.value = value; }
  for (const id of open) { const each = byId(id); if (each) each.open = true; }
  const again = key && (byId(key) || part.querySelector(`[data-key="${CSS.escape(key)}"]`));
  if (again) again.focus({ preventScroll: true });
  scrollPapers(part);
}

function scrollPapers(root) {
  for (const paper of root.querySelectorAll(".paper")) paper.scrollTop = paper.scrollHeight;
}

function addLines(lines) {
  const log = byId("wire-lines");
  if (!log || byId("wire-hold").checked) return;
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  for (const line of lines) {
    const row = document.createElement("div");
    row.className = `line line-${line.kind}`;
    for (const member of ["at", "who", "arrow", "text"]) {
      const cell = document.createElement("span");
      cell.className = member;
      cell.textContent = line[member];
      row.append(cell);
    }
    log.append(row);
  }
  while (log.children.length > MOST_LINES) log.firstElementChild.remove();
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function listen() {
  const told = byId("connection");
  const stream = new EventSource(document.body.dataset.live);
  stream.onopen = () => { told.textContent = told.dataset.live; told.classList.remove("broken"); };
  stream.onerror = () => { told.textContent = document.body.dataset.broken; told.classList.add("broken"); };
  stream.addEventListener("part", (event) => { const part = JSON.parse(event.data); replacePart(part.name, part.html); });
  stream.addEventListener("wire", (event) => addLines(JSON.parse(event.data)));
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.classList.contains("act")) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const told = byId("told");
  told.textContent = "";
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { "X-Panel": "1" } });
    if (!answer.ok) told.textContent = await answer.text();
  } catch (error) {
    told.textContent = document.body.dataset.broken;
  }
});

document.addEventListener("change", (event) => {
  for (const kind of ["json", "bytes"])
    if (event.target.id === `wire-${kind}`) byId("wire-lines").classList.toggle(`without-${kind}`, !event.target.checked);
});

scrollPapers(document);
listen();
