// The Sources page and what belongs to one source: its own page, search within it, its pages as images.
// Documents reach this page only as escaped HTML from the server's templates, or as textContent.

const sources = (() => {
  "use strict";

  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const part = (selector) => footnotes.part(selector);

  // -- a source's own page ---------------------------------------------------------------------------------------

  async function openAbout(id) {
    if (!(await footnotes.fill(`/view/about/${encodeURIComponent(id)}`))) return;
    part(".panel-name").textContent = "Source";
    part("[data-list]").hidden = !footnotes.panel().dataset.listed;
    part(".panel-body").scrollTop = 0;
  }

  // What takes longer, such as asking questions to see which are answered, comes when the page is there.
  async function fetchLater(place) {
    const url = place.dataset.later;
    delete place.dataset.later;
    try {
      const response = await fetch(url);
      if (response.ok) place.innerHTML = await response.text();
    } catch { /* the guide is complete without it */ }
  }

  function switchEditing(form) {
    form.hidden = !form.hidden;
    find("[data-edit][aria-expanded]", form.closest(".source"))?.setAttribute("aria-expanded", String(!form.hidden));
    if (form.hidden) form.reset();
    else find("input", form).select();
  }

  // -- search within a source ------------------------------------------------------------------------------------

  let search = { source: null, words: "", at: -1, hits: [] }; // the last one, so that its hits can be walked through
  let typed = 0;

  async function searchWithin(form) {
    const words = find("input", form).value.trim();
    const mine = ++typed;
    const found = form.nextElementSibling;
    search = { source: form.dataset.within, words, at: -1, hits: [] };
    if (!words) { found.replaceChildren(); showSteps(form); return; }
    let html;
    try {
      const response = await fetch(`/view/find/${encodeURIComponent(search.source)}?${new URLSearchParams({ q: words })}`);
      html = await response.text();
    } catch {
      html = '<p class="small" role="alert">The search failed. Is Footnote still running?</p>';
    }
    if (mine !== typed) return;
    found.innerHTML = html;
    search.hits = all(".hit", found).map((hit) => ({ ...hit.dataset }));
    showSteps(form);
  }

  function showSteps(form) {
    const { hits, at } = search;
    find(".steps", form).hidden = !hits.length || at < 0;
    find(".step-count", form).textContent = `${at + 1} of ${hits.length}`;
  }

  function openHit(at) {
    const { hits } = search;
    if (!hits.length) return;
    search.at = (at + hits.length) % hits.length;
    footnotes.openSource(hits[search.at]);
  }

  // The panel has been filled anew: the words searched for stay, and with them the way to the next hit.
  function resumeSearch(form) {
    if (form.dataset.within !== search.source || search.at < 0) return;
    find("input", form).value = search.words;
    showSteps(form);
  }

  // -- pages as images -------------------------------------------------------------------------------------------

  const folded = {
    get now() { try { return localStorage.getItem("footnote-paper") === "folded"; } catch { return false; } },
    set now(value) { try { localStorage.setItem("footnote-paper", value ? "folded" : ""); } catch { /* private window */ } },
  };

  async function showPage(paper, number) {
    const view = find(".paper-view", paper);
    const { paper: id, version, start, end } = paper.dataset;
    paper.dataset.number = number;
    view.setAttribute("aria-busy", "true");
    let html;
    try {
      const response = await fetch(`/view/page/${encodeURIComponent(id)}/${number}?${new URLSearchParams({ version, start, end })}`);
      html = await response.text();
    } catch {
      html = '<p class="paper-note" role="alert">The page could not be fetched.</p>';
    }
    if (paper.dataset.number !== String(number)) return; // turned on meanwhile
    view.innerHTML = html;
    view.removeAttribute("aria-busy");
    const drawn = find(".page-drawn", view);
    const count = Number(drawn?.dataset.count ?? 0);
    find(".paper-number", paper).textContent = count ? `Page ${number} of ${count}` : `Page ${number}`;
    for (const turn of all("[data-turn]", paper)) {
      const to = Number(number) + Number(turn.dataset.turn);
      turn.disabled = !count || to < 1 || to > count;
    }
    const box = find(".word-box", view);
    view.scrollTo(box ? box.offsetLeft - 24 : 0, box ? box.offsetTop - view.clientHeight / 3 : 0);
  }

  function fold(paper, hide) {
    paper.classList.toggle("folded", hide);
    const button = find("[data-fold]", paper);
    button.setAttribute("aria-expanded", String(!hide));
    button.textContent = hide ? "Show the page" : "Hide the page";
    if (!hide && !find(".paper-view", paper).childElementCount) showPage(paper, paper.dataset.number);
  }

  // -- what has to be done once the panel is filled --------------------------------------------------------------

  document.addEventListener("panel-filled", () => {
    const body = part(".panel-body");
    for (const place of all("[data-later]", body)) fetchLater(place);
    const form = find(".within", body);
    if (form) resumeSearch(form);
    const paper = find(".paper", body);
    if (paper) fold(paper, folded.now);
  });

  // -- the table -------------------------------------------------------------------------------------------------

  let events = {}; // what can be told to the server
  const tell = (what, data) => events[what]?.(data);
  let order = { key: "title", falling: false };
  let shelfElement = null;
  const chosen = new Set();
  const rows = () => all(".catalogue tbody tr", shelfElement ?? document);

  function arrange() {
    const table = find(".catalogue", shelfElement);
    const tools = find(".shelf-tools");
    if (tools) tools.hidden = !table;
    if (!table) { showChosen(); return; }
    const list = rows();
    const numeric = ["size", "chunks", "health"].includes(order.key);
    const value = (row) => (numeric ? Number(row.dataset[order.key]) : row.dataset[order.key]);
    const compare = (a, b) => (numeric ? value(a) - value(b) : value(a).localeCompare(value(b)));
    list.sort((a, b) => (order.falling ? compare(b, a) : compare(a, b)));
    find("tbody", table).append(...list);
    for (const head of all("th[scope=col]", table)) {
      const key = find(".sort", head)?.dataset.sort;
      if (key === order.key) head.setAttribute("aria-sort", order.falling ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    listCollections(list);
    filter();
  }

  function listCollections(list) {
    const select = find("#shelf-collection");
    const names = [...new Set(list.map((row) => row.dataset.collection).filter(Boolean))].sort();
    const before = select.value;
    select.replaceChildren(new Option("All collections", ""), ...names.map((name) => new Option(name, name)));
    select.value = names.includes(before) ? before : "";
    select.hidden = !names.length;
  }

  function filter() {
    const words = find("#shelf-filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const collection = find("#shelf-collection").value;
    let left = 0;
    for (const row of rows()) {
      const { title, kind, tags, collection: its } = row.dataset;
      const text = `${title} ${kind.toLowerCase()} ${tags} ${its.toLowerCase()}`;
      row.hidden = Boolean(collection && its !== collection) || !words.every((word) => text.includes(word));
      left += !row.hidden;
    }
    find(".none-left", shelfElement).hidden = left > 0;
    find("#ask-collection").hidden = !collection;
    showChosen();
  }

  function showChosen() {
    const known = new Set(rows().map((row) => row.dataset.id));
    for (const id of chosen) if (!known.has(id)) chosen.delete(id);
    for (const box of all("[data-pick]", shelfElement)) box.checked = chosen.has(box.dataset.pick);
    const bar = find(".chosen-bar");
    if (!bar) return;
    bar.hidden = !chosen.size;
    find(".chosen-count", bar).textContent = `${chosen.size} chosen`;
  }

  // What the server has to say of the last change.
  function heed(notice) {
    const { kind, about } = notice.dataset;
    const meant = about.split(" ");
    const shown = all(".panel .about").find((page) => meant.includes(page.dataset.id) && page.offsetWidth);
    const text = all(".panel .within").find((form) => meant.includes(form.dataset.within) && form.offsetWidth);
    if (kind === "refused" && shown) {
      const problem = find(".describe-problem", shown);
      problem.textContent = notice.textContent;
      problem.hidden = false;
    }
    if (kind === "described" && (shown || text)) openAbout(about);
    if (kind === "removed" && (shown || text)) {
      const gone = document.createElement("p");
      gone.className = "quiet pad";
      gone.textContent = "This source was removed.";
      part(".panel-body").replaceChildren(gone);
    }
    if (kind === "removed") find(".undo", notice)?.focus({ preventScroll: true });
  }

  // Called by the Sources page when Gradio has made its table.
  function shelf(element, telling) {
    events = telling;
    shelfElement = element;
    find("#drop .upload-container")?.removeAttribute("aria-label"); // it contradicts the words on the button
    const tables = new MutationObserver(() => {
      tables.disconnect(); // arranging changes the table itself
      arrange();
      tables.observe(element, { childList: true, subtree: true });
    });
    tables.observe(element, { childList: true, subtree: true });
    new MutationObserver(() => {
      const notice = find("#notice .notice");
      if (notice && !notice.dataset.heeded) { notice.dataset.heeded = "yes"; heed(notice); }
    }).observe(find("#notice"), { childList: true, subtree: true });
  }

  // -- one set of listeners for everything -----------------------------------------------------------------------

  const asksOnly = (...scope) => { if (scope.length) tell("scope", { scope }); };

  function ask(question) {
    all("#pages [role=tab]").find((tab) => tab.textContent.trim() === "Ask")?.click();
    const box = find("#question textarea");
    box.value = question;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    requestAnimationFrame(() => box.focus());
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { about, leaf, turn, step, cancel, remove, undo, renew, only, asks, sort } = button.dataset;
    const paper = find(".paper", button.closest(".panel") ?? undefined);
    if (about) {
      if (!button.closest(".panel")) { footnotes.markOpened(button); footnotes.openSheet(button); }
      openAbout(about);
    } else if (button.matches(".hit")) search.at = search.hits.findIndex((hit) => hit.start === button.dataset.start);
    else if (step) openHit(search.at + Number(step));
    else if (leaf) { fold(paper, false); showPage(paper, leaf); }
    else if (turn) showPage(paper, Number(paper.dataset.number) + Number(turn));
    else if ("fold" in button.dataset) { folded.now = !paper.classList.contains("folded"); fold(paper, folded.now); }
    else if ("edit" in button.dataset) switchEditing(find(".describe", button.closest(".source")));
    else if (cancel) { button.disabled = true; tell("cancel", { token: cancel }); }
    else if (remove) tell("remove", { sources: [remove] });
    else if (undo) { button.disabled = true; tell("undo", { token: undo }); }
    else if (renew) tell("renew", { source: renew });
    else if (only) asksOnly(only);
    else if (asks) ask(asks);
    else if (sort) {
      const falling = order.key === sort ? !order.falling : button.dataset.first === "descending";
      order = { key: sort, falling };
      arrange();
    } else if ("all" in button.dataset) { find("#shelf-filter").value = ""; find("#shelf-collection").value = ""; filter(); }
    else if (button.id === "ask-collection") asksOnly(`collection:${find("#shelf-collection").value}`);
    else if (button.id === "ask-chosen") asksOnly(...chosen);
    else if (button.id === "remove-chosen") tell("remove", { sources: [...chosen] });
    else if (button.id === "choose-none") { chosen.clear(); showChosen(); }
  });
  document.addEventListener("change", ({ target }) => {
    if (target.id === "shelf-collection") filter();
    else if (target.dataset.pick) {
      if (target.checked) chosen.add(target.dataset.pick);
      else chosen.delete(target.dataset.pick);
      showChosen();
    }
  });
  let waiting = 0;
  document.addEventListener("input", ({ target }) => {
    if (target.id === "shelf-filter") filter();
    else if (target.closest(".within")) {
      clearTimeout(waiting);
      waiting = setTimeout(searchWithin, 250, target.closest(".within"));
    }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches(".within, .describe")) return;
    event.preventDefault();
    if (form.matches(".describe")) {
      find(".describe-problem", form).hidden = true;
      tell("describe", { source: form.dataset.describe, ...Object.fromEntries(new FormData(form)) });
      return;
    }
    clearTimeout(waiting);
    const asked = find("input", form).value.trim();
    if (asked === search.words && search.hits.length) openHit(search.at + 1); // Enter goes on to the next hit
    else searchWithin(form);
  });

  return { shelf };
})();
window.sources = sources;
