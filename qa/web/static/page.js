// Opens a quote's document beside the chat, and keeps the newest turn in view.
(() => {
  let opener = null;
  let request = 0;

  function pane() {
    let element = document.getElementById("source-pane");
    if (element) return element;
    element = document.createElement("aside");
    element.id = "source-pane";
    element.hidden = true;
    element.tabIndex = -1;
    element.setAttribute("role", "dialog");
    element.setAttribute("aria-labelledby", "source-title");
    const bar = document.createElement("div");
    bar.className = "bar";
    const title = document.createElement("strong");
    title.id = "source-title";
    const close = document.createElement("button");
    close.type = "button";
    close.className = "close";
    close.textContent = "CLOSE_LABEL";
    close.addEventListener("click", hide);
    bar.append(title, close);
    const body = document.createElement("div");
    body.className = "body";
    body.tabIndex = 0;
    element.append(bar, body);
    document.body.append(element);
    return element;
  }

  function hide() {
    pane().hidden = true;
    document.body.classList.remove("source-open");
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  }

  async function show(link) {
    const mine = ++request;
    opener = link;
    let page = null;
    try {
      const response = await fetch(link.href.split("#")[0], { credentials: "same-origin" });
      if (response.ok) page = new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      page = null;
    }
    if (mine !== request) return;
    const element = pane();
    const body = element.querySelector(".body");
    const content = page && page.getElementById("source-content");
    element.querySelector("#source-title").textContent = content ? page.title : "";
    body.replaceChildren(content ? document.importNode(content, true) : "FAILED_TEXT");
    element.hidden = false;
    document.body.classList.add("source-open");
    element.querySelector(".close").focus({ preventScroll: true });
    const mark = body.querySelector("#quote");
    if (!mark) return;
    const room = body.clientHeight - mark.getBoundingClientRect().height;
    const top = mark.getBoundingClientRect().top - body.getBoundingClientRect().top;
    body.scrollTop += top - Math.max(12, room / 3);
  }

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const card = event.target.closest && event.target.closest("article.quote");
    if (!card) return;
    const link = card.querySelector("a.open-source");
    const onLink = event.target.closest("a") === link;
    if (!onLink && String(getSelection())) return; // the reader is copying words
    event.preventDefault();
    show(link);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !pane().hidden) hide();
  });

  // Read the newest turn out, and bring it into view. An alert is read out by itself.
  function follow(thread) {
    const status = document.createElement("div");
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    document.body.append(status);
    let before = "";
    new MutationObserver(() => {
      const turn = thread.querySelector(".turn:last-child");
      if (!turn || turn.textContent === before) return;
      before = turn.textContent;
      const said = [...turn.children].filter((part) => part.getAttribute("role") !== "alert");
      status.textContent = said.map((part) => part.innerText).join(" ");
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      turn.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
    }).observe(thread, { childList: true, subtree: true, characterData: true });
  }

  const waiting = setInterval(() => {
    const thread = document.getElementById("thread");
    if (!thread) return;
    clearInterval(waiting);
    follow(thread);
  }, 100);
})();
