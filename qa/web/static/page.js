// The page's own buttons, the pane that shows a quote in its document, and reading answers out.
(() => {
  const words = "WORDS";
  const ready = (id) => document.getElementById(id);

  // The source pane: a document beside the chat, with an address of its own.
  let opener = null;
  let request = 0;

  function button(label, action) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "tool";
    element.textContent = label;
    element.addEventListener("click", action);
    return element;
  }

  function pane() {
    let element = ready("source-pane");
    if (element) return element;
    element = document.createElement("aside");
    element.id = "source-pane";
    element.hidden = true;
    element.setAttribute("role", "dialog");
    element.setAttribute("aria-labelledby", "source-title");
    const bar = document.createElement("div");
    bar.className = "bar";
    const title = document.createElement("strong");
    title.id = "source-title";
    const close = button(words.close, hide);
    close.classList.add("close");
    const steps = document.createElement("span");
    steps.className = "steps";
    steps.append(button("↑", () => step(-1)), button("↓", () => step(1)));
    steps.firstChild.setAttribute("aria-label", words.previous);
    steps.lastChild.setAttribute("aria-label", words.next);
    bar.append(title, steps, close);
    const body = document.createElement("div");
    body.className = "body";
    body.tabIndex = 0;
    body.setAttribute("role", "region");
    body.setAttribute("aria-labelledby", "source-title");
    element.append(bar, body);
    document.body.append(element);
    return element;
  }

  function hide() {
    if (pane().hidden) return;
    pane().hidden = true;
    document.body.classList.remove("source-open");
    if (location.search) history.pushState(null, "", location.pathname);
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  }

  function bring(mark) {
    const body = pane().querySelector(".body");
    const room = body.clientHeight - mark.getBoundingClientRect().height;
    const top = mark.getBoundingClientRect().top - body.getBoundingClientRect().top;
    body.scrollTop += top - Math.max(12, room / 3);
  }

  function step(by) {
    const marks = [...pane().querySelectorAll(".document mark")];
    const now = marks.findIndex((mark) => mark.classList.contains("now"));
    const next = marks[(now + by + marks.length) % marks.length];
    if (!next) return;
    for (const mark of marks) mark.classList.toggle("now", mark === next);
    bring(next);
    next.focus({ preventScroll: true });
  }

  async function show(search) {
    const mine = ++request;
    let page = null;
    try {
      const response = await fetch(`source${search}`, { credentials: "same-origin" });
      if (response.ok) page = new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      page = null;
    }
    if (mine !== request) return;
    const element = pane();
    const body = element.querySelector(".body");
    const content = page && page.getElementById("source-content");
    element.querySelector("#source-title").textContent = content ? page.title : "";
    body.replaceChildren(content ? document.importNode(content, true) : words.failed);
    element.hidden = false;
    document.body.classList.add("source-open");
    const marks = body.querySelectorAll(".document mark");
    element.querySelector(".steps").hidden = marks.length < 2;
    element.querySelector(".close").focus({ preventScroll: true });
    const mark = body.querySelector("#quote");
    if (!mark) return;
    mark.classList.add("now");
    bring(mark);
  }

  function openCard(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const card = event.target.closest("article.quote");
    if (!card || event.target.closest(".term, .definition")) return;
    const link = card.querySelector("a.open-source");
    const onLink = event.target.closest("a") === link;
    if (!onLink && String(getSelection())) return; // the reader is copying words
    event.preventDefault();
    opener = link;
    const search = new URL(link.href).search;
    history.pushState(null, "", search);
    show(search);
  }

  function fromAddress() {
    if (new URLSearchParams(location.search).has("file")) show(location.search);
    else if (ready("source-pane")) hide();
  }

  // A term's definition: shown below the term on hover, focus and tap; Escape takes it away.
  let explained = null;

  function explain(term) {
    if (explained === term) return;
    unexplain();
    const definition = ready(term.getAttribute("aria-controls"));
    if (!definition) return;
    explained = term;
    term.setAttribute("aria-expanded", "true");
    definition.hidden = false;
    const card = term.closest("article").getBoundingClientRect();
    const place = term.getBoundingClientRect();
    const left = Math.min(place.left - card.left, card.width - definition.offsetWidth - 8);
    definition.style.left = `${Math.max(8, left)}px`;
    definition.style.top = `${place.bottom - card.top + 2}px`;
  }

  function unexplain() {
    if (!explained) return;
    explained.setAttribute("aria-expanded", "false");
    const definition = ready(explained.getAttribute("aria-controls"));
    if (definition) definition.hidden = true;
    explained = null;
  }

  // Tools below an answer.
  const taken = () => `${words.taken} ${new Date().toISOString().slice(0, 10)}`;

  async function copy(element) {
    const label = element.textContent;
    await navigator.clipboard.writeText(`${element.dataset.copy}\n${taken()}`);
    element.textContent = element.dataset.done;
    setTimeout(() => (element.textContent = label), 2000);
  }

  function print(element) {
    const turn = element.closest(".turn");
    const date = document.createElement("p");
    date.className = "taken";
    date.textContent = taken();
    turn.append(date);
    turn.classList.add("printed");
    document.body.classList.add("printing");
    window.print();
    date.remove();
    turn.classList.remove("printed");
    document.body.classList.remove("printing");
  }

  async function report(form) {
    const turn = form.closest(".turn");
    const earlier = [];
    for (let one = turn.previousElementSibling; one; one = one.previousElementSibling) {
      if (one.dataset.question) earlier.unshift(one.dataset.question);
    }
    const said = new FormData(form);
    const chosen = form.querySelector("input[type=radio]:checked");
    const status = form.parentElement.querySelector("[role=status]");
    if (!chosen) {
      form.querySelector("input[type=radio]").focus();
      return;
    }
    let sent = false;
    try {
      const response = await fetch("api/report", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
          question: turn.dataset.question,
          history: earlier.slice(-50),
          as_typed: Boolean(turn.dataset.asTyped),
          verdict: chosen.value,
          comment: said.get("comment"),
        }),
      });
      sent = response.ok;
    } catch {
      sent = false;
    }
    status.textContent = sent ? words.reported : words.not_reported;
    form.hidden = sent;
  }

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest && event.target.closest(selector);
    if (!event.target.closest) return;
    if (explained && !on(".definition") && !on(".term")) unexplain();
    if (on("[data-ask]")) {
      document.dispatchEvent(new CustomEvent("qa-ask", { detail: on("[data-ask]").dataset.ask }));
    } else if (on(".copy")) copy(on(".copy"));
    else if (on(".print")) print(on(".print"));
    else if (on(".term")) explain(on(".term"));
    else openCard(event);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.closest(".report")) return;
    event.preventDefault();
    report(event.target);
  });
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return;
    const term = event.target.closest && event.target.closest(".term");
    if (term) explain(term);
    else if (explained && !event.target.closest(".definition")) unexplain();
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches(".term")) explain(event.target);
    else unexplain();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (explained) unexplain();
      else hide();
    } else if (event.target.matches && event.target.matches(".term")) {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      explain(event.target);
    }
  });
  window.addEventListener("popstate", fromAddress);

  // What helps to read a turn comes after it: the words that answer, or questions like it.
  async function help(turn, number) {
    turn.dataset.helped = "asked";
    const query = new URLSearchParams({ token: turn.dataset.token, number });
    try {
      const response = await fetch(`turn?${query}`, { credentials: "same-origin" });
      if (!response.ok) return;
      const holder = document.createElement("template");
      holder.innerHTML = await response.text();
      const helped = holder.content.firstElementChild;
      const selection = getSelection();
      const busy =
        turn.contains(document.activeElement) ||
        (!selection.isCollapsed && turn.contains(selection.anchorNode)) ||
        turn.querySelector(".report[open], .closest[open]");
      if (!turn.isConnected || busy) return; // the reader is at work in it
      const alarm = turn.querySelector("[role=alert]");
      if (alarm) helped.querySelector(".urgent").replaceWith(alarm);
      helped.dataset.helped = "done";
      turn.replaceWith(helped);
    } catch {
      // The answer stands as it is.
    } finally {
      turn.dataset.helped = "done";
    }
  }

  // Read the newest turn out, and bring it into view. An alert is read out by itself.
  function follow(thread) {
    const status = document.createElement("div");
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    document.body.append(status);
    let before = "";
    let turns = 0;
    new MutationObserver(() => {
      const all = thread.querySelectorAll(".turn");
      const turn = all[all.length - 1];
      if (!turn || turn.textContent === before) return;
      before = turn.textContent;
      const suggested = turn.querySelector(".suggested");
      if (suggested && turns === all.length) {
        status.textContent = suggested.innerText; // the rest was read before it came
        return;
      }
      if (turn.dataset.token && !turn.dataset.helped) help(turn, all.length - 1);
      const said = [...turn.children].filter(
        (part) => part.getAttribute("role") !== "alert" && !part.matches(".tools"),
      );
      status.textContent = said.map((part) => part.innerText).join(" ");
      turns = all.length;
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const header = ready("header");
      const covered = getComputedStyle(header).position === "sticky" ? header.offsetHeight : 0;
      turn.style.scrollMarginTop = `${covered}px`;
      turn.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
    }).observe(thread, { childList: true, subtree: true, characterData: true });
  }

  document.documentElement.lang = "en";
  const waiting = setInterval(() => {
    const thread = ready("thread");
    if (!thread) return;
    clearInterval(waiting);
    follow(thread);
    fromAddress();
  }, 100);
})();
