"use strict";
const questions = [...document.querySelectorAll(".question")];
const words = new Map(questions.map((q) => [q, q.textContent.toLowerCase()]));
const buttons = [...document.querySelectorAll("[data-show]")];
const type = document.getElementById("type");
const find = document.getElementById("find");
let show = "all";

function matches(question) {
  const { outcome, failure } = question.dataset;
  const chosen = show === "all" || outcome === show || failure === show ||
    (show === "failed" && (outcome === "wrong" || outcome === "declined"));
  return chosen && (!type.value || question.dataset.type === type.value) &&
    words.get(question).includes(find.value.trim().toLowerCase());
}

function filter() {
  let shown = 0;
  for (const question of questions) {
    question.hidden = !matches(question);
    shown += !question.hidden;
  }
  for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.show === show);
  document.getElementById("count").textContent = `${shown} of ${questions.length} shown`;
}

function target() {
  try {
    return document.getElementById(decodeURIComponent(location.hash.slice(1)));
  } catch {
    return null;
  }
}

function open() {
  const place = target();
  const question = place && place.closest(".question");
  if (!question) return;
  question.hidden = false;
  question.open = true;
  place.scrollIntoView({ block: "center" });
}

for (const button of buttons) button.addEventListener("click", () => { show = button.dataset.show; filter(); });
type.addEventListener("change", filter);
find.addEventListener("input", filter);
addEventListener("hashchange", open);
filter();
open();
