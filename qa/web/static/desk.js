// The review desk: keys, the document beside an answer, and taking the words that answer.
(() => {
  const file = document.getElementById("file");
  const here = document.getElementById("source-content-here");
  const take = document.getElementById("take");
  const spans = document.getElementById("spans");

  // Offsets count characters as the server does: code points, not UTF-16 units.
  const length = (text) => [...text].length;

  async function show(name, start, end) {
    file.value = name;
    const query = new URLSearchParams({ file: name, start, end });
    const response = await fetch(`/source?${query}`, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const content = page.getElementById("source-content");
    here.replaceChildren(content ? document.importNode(content, true) : "It could not be opened.");
    const mark = here.querySelector("#quote");
    if (mark) here.scrollTop = mark.offsetTop - here.clientHeight / 3;
  }

  function selected() {
    const text = here && here.querySelector(".document");
    const selection = getSelection();
    if (!text || !selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return null;
    const before = document.createRange();
    before.setStart(text, 0);
    before.setEnd(range.startContainer, range.startOffset);
    let start = length(before.toString());
    let words = range.toString();
    start += length(words) - length(words.trimStart());
    words = words.trim();
    return words && { file: file.value, start, end: start + length(words), text: words };
  }

  function add(span) {
    const item = document.createElement("li");
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = "span";
    input.value = JSON.stringify(span);
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "tool";
    drop.textContent = "take out";
    drop.addEventListener("click", () => item.remove());
    item.append(`“${span.text}” (${span.file}) `, drop, input);
    spans.append(item);
  }

  if (file) {
    file.addEventListener("change", () => show(file.value, 0, 1));
    document.addEventListener("selectionchange", () => (take.disabled = !selected()));
    take.addEventListener("click", () => add(selected()));
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-show]");
      if (!button) return;
      const place = JSON.parse(button.dataset.show);
      show(place.file, place.start, place.end);
    });
    const first = document.querySelector("[data-show]");
    if (first) first.click();
    else if (file.value) show(file.value, 0, 1);
  }

  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey) return;
    const verdict = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (verdict) verdict.click();
    const rows = [...document.querySelectorAll("a.row")];
    const now = rows.indexOf(document.activeElement);
    const next = { j: now + 1, k: now - 1 }[event.key];
    if (next !== undefined && rows[next]) rows[next].focus();
  });

  const reload = document.querySelector("[data-reload]");
  if (reload) setTimeout(() => location.reload(), 1000 * Number(reload.dataset.reload));
})();
