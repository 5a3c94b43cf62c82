// What Gradio has no part for: footnotes that show their quote and open the source at it, the panel they open
// it in, questions that can be clicked, and the switch between light and dark.
// Documents reach this page only as escaped HTML from the server's templates, or as textContent.

const footnotes = (() => {
  "use strict";

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const narrow = matchMedia("(max-width: 899px)");
  const find = (selector, root = document) => root.querySelector(selector);

  // -- light and dark ------------------------------------------------------------------------------------------

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const remembered = {
    get theme() { try { return localStorage.getItem("footnote-theme"); } catch { return null; } },
    set theme(value) { try { localStorage.setItem("footnote-theme", value); } catch { /* private window */ } },
  };
  let chosen = null; // for windows that may not store anything
  const wanted = () => remembered.theme ?? chosen ?? (dark.matches ? "dark" : "light");

  function applyTheme() {
    const isDark = wanted() === "dark";
    for (const element of [document.documentElement, document.body]) {
      if (element && element.classList.contains("dark") !== isDark) element.classList.toggle("dark", isDark);
    }
  }

  function switchTheme() {
    chosen = wanted() === "dark" ? "light" : "dark";
    remembered.theme = chosen;
    applyTheme();
  }

  // -- the quote of a footnote, shown beside it -------------------------------------------------------------------

  const quote = document.createElement("div");
  quote.className = "quote-card";
  quote.id = "quote-card";
  quote.setAttribute("role", "tooltip");
  quote.hidden = true;

  function showQuote(footnote) {
    const words = document.createElement("q");
    words.dir = "auto";
    words.textContent = footnote.dataset.quote;
    const place = document.createElement("p");
    place.textContent = footnote.dataset.place;
    quote.replaceChildren(words, place);
    quote.hidden = false;
    footnote.setAttribute("aria-describedby", quote.id);
    const at = footnote.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = quote;
    const above = at.top - height - 8;
    quote.style.left = `${Math.max(12, Math.min(at.left - 24, innerWidth - width - 12))}px`;
    quote.style.top = `${above > 60 ? above : at.bottom + 8}px`;
  }

  function hideQuote() {
    quote.hidden = true;
    find(`.fn[aria-describedby="${quote.id}"]`)?.removeAttribute("aria-describedby");
  }

  // -- the source panel --------------------------------------------------------------------------------------------

  let opener = null; // what had the focus before the panel took it
  let asked = 0; // only the latest request may fill the panel

  const panels = () => [...document.querySelectorAll(".panel")];
  const panel = () => panels().find((one) => one.closest(".tabitem")?.offsetWidth) ?? null; // that of the page shown
  const part = (selector) => find(selector, panel());
  const isSheetOpen = () => panel()?.classList.contains("open");

  async function fill(url) {
    const mine = ++asked;
    const body = part(".panel-body");
    body.setAttribute("aria-busy", "true");
    let html;
    try {
      const response = await fetch(url);
      html = await response.text();
      if (!response.ok && response.status !== 404) throw new Error(String(response.status));
    } catch {
      html = '<div class="problem" role="alert"><p>The source could not be fetched. Is Footnote still running?</p></div>';
    }
    if (mine !== asked) return false;
    body.innerHTML = html;
    body.removeAttribute("aria-busy");
    document.dispatchEvent(new Event("panel-filled")); // for sources.js
    return true;
  }

  // Also called by the Ask page when Gradio has made the panel.
  async function listSources() {
    if (!(await fill("/view/sources"))) return;
    part(".panel-name").textContent = "Sources";
    part("[data-list]").hidden = true;
    part(".panel-body").scrollTop = 0;
    markOpened(null);
  }

  async function openSource({ source, version, start, end, around, quote: cited }, answer) {
    const query = new URLSearchParams(Object.entries({ version, start, end, around, answer }).filter(([, value]) => value));
    if (!(await fill(`/view/source/${encodeURIComponent(source)}?${query}`))) return;
    part(".panel-name").textContent = "Source";
    part("[data-list]").hidden = !panel().dataset.listed;
    const problem = part(".problem");
    if (problem && cited) { // the source has changed or gone since: what was cited is still shown
      const words = document.createElement("blockquote");
      words.dir = "auto";
      words.textContent = cited;
      problem.append(words);
    }
    showWords();
  }

  function showWords() {
    const body = part(".panel-body");
    const mark = find("mark", body);
    const paper = find(".paper", body)?.offsetHeight ?? 0; // the page image stays above the text
    body.scrollTop = mark
      ? mark.getBoundingClientRect().top - body.getBoundingClientRect().top + body.scrollTop - paper - (body.clientHeight - paper) / 3
      : 0;
    if (mark && !calm.matches) for (const words of body.querySelectorAll("mark")) words.classList.add("lit");
  }

  function openSheet(from, byKey) {
    opener = from;
    panel().classList.add("open");
    if (narrow.matches || byKey) panel().focus({ preventScroll: true });
  }

  function closeSheet() {
    if (!isSheetOpen()) return;
    panel().classList.remove("open");
    if (narrow.matches || panel().contains(document.activeElement)) {
      (opener?.isConnected ? opener : find("#question textarea"))?.focus({ preventScroll: true });
    }
    opener = null;
  }

  function markOpened(button) {
    for (const other of document.querySelectorAll(".opened")) other.classList.remove("opened");
    button?.classList.add("opened");
  }

  // -- the transcript ------------------------------------------------------------------------------------------------

  // Called by the Ask page when Gradio has made its transcript, with what a click in it can tell the server.
  function transcript(element, tell) {
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const { ask, verdict, reason, index } = button.dataset;
      if (ask) tell.ask(ask);
      else if (verdict) tell.judge({ verdict, reason: reason ?? null, index: Number(index) });
      else if ("testcase" in button.dataset) tell.keep(Number(index));
    });
    let count = 0;
    new MutationObserver(() => {
      const exchanges = element.querySelectorAll(".exchange");
      if (exchanges.length > count) exchanges[exchanges.length - 1].scrollIntoView({ block: "start" });
      count = exchanges.length;
      const current = find(`.fn[aria-describedby="${quote.id}"]`);
      if (!quote.hidden && !current) hideQuote();
    }).observe(element, { childList: true, subtree: true });
  }

  // Called by a page for HTML of ours whose buttons tell the server something: `data-tell` names the event.
  function telling(element, tell) {
    element.addEventListener("click", (event) => {
      const { tell: name, ...said } = event.target.closest("button[data-tell]")?.dataset ?? {};
      tell[name]?.(said);
    });
  }

  function toQuestion() {
    find("#pages [role=tab]")?.click();
    requestAnimationFrame(() => find("#question textarea")?.focus());
  }

  // -- one set of listeners for everything ---------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button, a");
    if (!button) return;
    const byKey = event.detail === 0; // a press of a key comes as a click without a button of the mouse
    if (button.id === "theme-switch") switchTheme();
    else if (button.matches("[data-close]")) closeSheet();
    else if (button.matches("[data-list]")) listSources();
    else if (button.matches("[data-sheet]")) { listSources(); openSheet(button, byKey); }
    else if (button.matches(".skip")) { event.preventDefault(); toQuestion(); }
    else if (button.dataset.source) {
      hideQuote();
      if (!button.closest(".panel")) markOpened(button);
      if (!button.closest(".panel")) openSheet(button, byKey);
      openSource(button.dataset, button.closest("[data-answer]")?.dataset.answer);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (!quote.hidden) hideQuote();
    else closeSheet();
  });
  for (const [shows, hides] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    document.addEventListener(shows, (event) => {
      const footnote = event.target.closest?.(".fn");
      if (footnote) showQuote(footnote);
    });
    document.addEventListener(hides, (event) => { if (event.target.closest?.(".fn")) hideQuote(); });
  }
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches?.("textarea, input:not([dir])")) target.dir = "auto"; // Gradio's fields know one direction
  });
  addEventListener("scroll", hideQuote, { capture: true, passive: true });
  dark.addEventListener("change", applyTheme);

  applyTheme();
  document.addEventListener("DOMContentLoaded", () => {
    document.body.append(quote);
    applyTheme();
    // Gradio follows the system by itself; what was chosen here wins.
    new MutationObserver(applyTheme).observe(document.body, { attributeFilter: ["class"] });
  });

  return { transcript, telling, listSources, openSource, fill, panel, part, openSheet, markOpened };
})();
window.footnotes = footnotes;
