// Conversations that are kept: the list beside the chat, the address of each, and what can be done with an answer.
// Adds to `footnotes` what the Ask page calls. Titles reach this page as escaped HTML, or as textContent.

(() => {
  "use strict";

  const find = (selector, root = document) => root.querySelector(selector);
  const longest = 4000; // characters of a question

  // -- the conversation shown, and the address it has -----------------------------------------------------------------

  let shown = null; // the id of the conversation on the page; "" is one not begun, null none yet

  // The transcript carries the id, title and linked answer of what it shows.
  function follow(transcript) {
    const marker = find("#marker", transcript);
    if (!marker) return;
    const { conversation, title, answer } = marker.dataset;
    if (conversation !== shown) {
      shown = conversation;
      const exchanges = transcript.querySelectorAll(".exchange");
      const linked = find(".exchange.linked", transcript) ?? exchanges[exchanges.length - 1];
      if (exchanges.length > 1 || answer) linked?.scrollIntoView({ block: "start" });
    }
    address(conversation, answer);
    document.title = title ? `${title} · Footnote` : "Footnote";
    const name = find(".talk-title");
    if (name && name.textContent !== title) name.textContent = title;
    for (const link of document.querySelectorAll("[data-export]")) {
      link.href = `/view/conversations/${conversation}/export.${link.dataset.export}`;
    }
    find(".talk-bar")?.classList.toggle("kept-here", Boolean(conversation));
    const after = find("[data-follow-ups]:empty", transcript);
    if (after) offer(after.dataset.followUps);
  }

  function address(conversation, answer) {
    const url = new URL(location.href);
    if (answer && url.searchParams.get("a") === answer) return; // a link to an answer stays until more is asked
    if (!url.searchParams.has("a") && (url.searchParams.get("c") ?? "") === conversation) return;
    const leads = conversation && !url.searchParams.has("a");
    url.searchParams.delete("a");
    if (conversation) url.searchParams.set("c", conversation);
    else url.searchParams.delete("c");
    history[leads ? "pushState" : "replaceState"](null, "", url);
  }

  // -- after an answer ------------------------------------------------------------------------------------------------

  const offered = new Map(); // the transcript is drawn anew at each change, questions to go on with are asked for once

  async function offer(id) {
    if (!id) return;
    if (!offered.has(id)) {
      const idle = new Promise((resolve) => { setTimeout(resolve, 1200); }); // first the answer and its footnotes
      const got = idle.then(() => fetch(`/view/answers/${id}/follow-ups`));
      offered.set(id, got.then((response) => (response.ok ? response.text() : ""), () => ""));
    }
    const html = (await offered.get(id)).trim();
    const place = find(`[data-follow-ups="${CSS.escape(id)}"]:empty`);
    if (place && html) place.innerHTML = html;
  }

  async function copy(button, text) {
    const said = (button.dataset.said ??= button.textContent);
    try {
      const item = text.then((words) => new Blob([words], { type: "text/plain" }));
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": item })]);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not copied";
    }
    setTimeout(() => { button.textContent = said; }, 1600);
  }

  async function markdown(id) {
    const got = await fetch(`/view/answers/${id}.md`);
    if (!got.ok) throw new Error(String(got.status));
    return got.text();
  }

  const link = (id) => new URL(`/?a=${id}`, location.href).href;

  // -- asking a question anew ------------------------------------------------------------------------------------------

  function edit(exchange, again) {
    if (find(".edit-form", exchange)) return;
    const row = find(".asked-row", exchange);
    const form = document.createElement("form");
    form.className = "edit-form";
    const words = document.createElement("textarea");
    words.value = find(".asked", row).textContent;
    words.maxLength = longest;
    words.rows = Math.min(8, Math.ceil(words.value.length / 60) + 1);
    words.dir = "auto";
    words.setAttribute("aria-label", "Edit the question");
    const ask = document.createElement("button");
    ask.className = "small-button primary";
    ask.textContent = "Ask";
    const cancel = document.createElement("button");
    cancel.type = "button";
    cancel.className = "small-button";
    cancel.textContent = "Cancel";
    const buttons = document.createElement("div");
    buttons.className = "edit-buttons";
    buttons.append(ask, cancel);
    if (exchange.nextElementSibling?.matches(".exchange")) {
      const warning = document.createElement("span");
      warning.className = "quiet";
      warning.textContent = "What was asked after it goes.";
      buttons.append(warning);
    }
    form.append(words, buttons);
    const close = () => { form.replaceWith(row); find("[data-anew]", row).focus(); };
    cancel.addEventListener("click", close);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (words.value.trim()) again(words.value.trim());
    });
    words.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); form.requestSubmit(); }
      if (event.key === "Escape") { event.stopPropagation(); close(); }
    });
    row.replaceWith(form);
    words.focus();
    words.setSelectionRange(words.value.length, words.value.length);
  }

  // Called by the Ask page when Gradio has made its transcript, with what a click in it can tell the server.
  function conversation(element, tell) {
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      const exchange = button?.closest(".exchange");
      if (!exchange) return;
      const { answer: id } = exchange.dataset;
      const again = (question) => { if (!find("[aria-busy]", element)) tell.edit(id, question); };
      if ("anew" in button.dataset) edit(exchange, again);
      else if ("retry" in button.dataset) again(find(".asked", exchange).textContent);
      else if ("copy" in button.dataset) copy(button, markdown(id));
      else if ("link" in button.dataset) copy(button, Promise.resolve(link(id)));
    });
    new MutationObserver(() => follow(element)).observe(element, { childList: true, subtree: true });
    follow(element);
  }

  // -- the list ---------------------------------------------------------------------------------------------------------

  // Called by the Ask page when Gradio has made the bar above the transcript and the list that it opens.
  function conversations(element, tell) {
    const drawer = find(".kept", element);
    const opener = find("[data-kept]", element);
    const list = find(".kept-list", element);
    const search = find(".kept-search", element);
    const menu = find(".menu", element);
    let asked = 0; // only the latest request may fill the list

    async function load() {
      const mine = ++asked;
      const query = new URLSearchParams({ q: search.value, opened: shown ?? "" });
      let html;
      try {
        const got = await fetch(`/view/conversations?${query}`);
        if (!got.ok) throw new Error(String(got.status));
        html = await got.text();
      } catch {
        html = '<p class="quiet pad" role="alert">The list could not be fetched. Is Footnote still running?</p>';
      }
      if (mine === asked) list.innerHTML = html;
    }

    async function change(row, method, body) {
      const headers = body ? { "content-type": "application/json" } : {};
      try {
        await fetch(`/view/conversations/${row.dataset.id}`, { method, headers, body: body && JSON.stringify(body) });
      } finally {
        await load();
      }
    }

    function open() {
      drawer.classList.add("open");
      opener.setAttribute("aria-expanded", "true");
      load();
      search.focus({ preventScroll: true });
    }

    function close() {
      if (!drawer.classList.contains("open")) return;
      drawer.classList.remove("open");
      opener.setAttribute("aria-expanded", "false");
      if (drawer.contains(document.activeElement)) opener.focus({ preventScroll: true });
    }

    function rename(row) {
      const opens = find(".kept-open", row);
      const title = document.createElement("input");
      title.className = "kept-name";
      title.value = find(".kept-title", row).textContent;
      title.maxLength = 120;
      title.dir = "auto";
      title.setAttribute("aria-label", "New title");
      let done = false;
      const end = async (keep) => {
        if (done) return;
        done = true;
        const words = title.value.trim();
        if (!keep || !words) { title.replaceWith(opens); return; }
        await change(row, "PATCH", { title: words });
        if (row.dataset.id === shown) find(".talk-title").textContent = words;
        find(`.kept-row[data-id="${CSS.escape(row.dataset.id)}"] [data-rename]`, list)?.focus();
      };
      title.addEventListener("keydown", (event) => {
        if (event.key === "Enter") end(true);
        if (event.key === "Escape") { event.stopPropagation(); end(false); find("[data-rename]", row).focus(); }
      });
      title.addEventListener("blur", () => end(true));
      opens.replaceWith(title);
      title.select();
    }

    // Deleted by a second click; a double click is not yet a yes.
    async function forget(row, button) {
      if (button.dataset.sure) {
        const here = row.dataset.id === shown;
        await change(row, "DELETE");
        if (here) tell.open("");
        search.focus({ preventScroll: true });
        return;
      }
      if (button.dataset.asked) return;
      const icon = [...button.childNodes];
      button.dataset.asked = "yes";
      button.replaceChildren("Really delete?");
      setTimeout(() => { button.dataset.sure = "yes"; }, 400);
      setTimeout(() => {
        delete button.dataset.asked;
        delete button.dataset.sure;
        button.replaceChildren(...icon);
      }, 5000);
    }

    element.addEventListener("click", (event) => {
      const button = event.target.closest("button, a");
      if (!button) return;
      const row = button.closest(".kept-row");
      if ("kept" in button.dataset) { if (drawer.classList.contains("open")) close(); else open(); }
      else if ("keptClose" in button.dataset) close();
      else if ("new" in button.dataset) { close(); tell.open(""); find("#question textarea")?.focus(); }
      else if ("export" in button.dataset) menu.open = false;
      else if ("rename" in button.dataset) rename(row);
      else if ("forget" in button.dataset) forget(row, button);
      else if ("open" in button.dataset && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        close();
        tell.open(`?c=${button.dataset.open}`);
      }
    });
    let typing;
    search.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(load, 150); });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (menu.open) { menu.open = false; find("summary", menu).focus(); } else close();
    });
    document.addEventListener("pointerdown", (event) => {
      if (!drawer.contains(event.target) && !opener.contains(event.target)) close();
      if (!menu.contains(event.target)) menu.open = false;
    });
    addEventListener("popstate", () => tell.open(location.search));
  }

  Object.assign(window.footnotes, { conversation, conversations });
})();
