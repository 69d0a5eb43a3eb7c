// Makes the answer page look again by itself, and puts the focus on an error summary. Every page works without it.
"use strict";

(function () {
  const summary = document.querySelector("[data-focus]");
  if (summary) {
    summary.focus();
  }

  // An error summary leads to a field: open what hides it.
  function reveal() {
    let field = null;
    try {
      field = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch (error) {
      return;
    }
    for (let each = field && field.parentElement; each; each = each.parentElement) {
      if (each.tagName === "DETAILS") {
        each.open = true;
      }
    }
    if (field) {
      field.focus();
    }
  }
  window.addEventListener("hashchange", reveal);


  function live() {
    return document.getElementById("live");
  }

  // Puts the freshly rendered page in the place of the old one, and keeps what the reader had opened.
  async function again() {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    const text = await response.text();
    if (!text.includes('id="live"')) { // what was being prepared is there, and is a page of its own
      location.reload();
      return;
    }
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.getElementById("live");
    const opened = new Set();
    live().querySelectorAll("details[open] > summary").forEach((each) => opened.add(each.textContent));
    fresh.querySelectorAll("details > summary").forEach((each) => {
      if (opened.has(each.textContent)) {
        each.parentElement.open = true;
      }
    });
    const old = live();
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const kept = old.querySelector("#state");
    const put = fresh.querySelector("#state");
    old.replaceWith(document.importNode(fresh, true));
    document.title = page.title;
    if (focused) {
      const same = Array.from(live().querySelectorAll(focused.tagName)).find(
        (each) => each.textContent === focused.textContent && each.className === focused.className);
      (same || live().querySelector("summary, a, button") || live()).focus();
    }
    if (kept && put && kept.textContent !== put.textContent) {
      const state = document.getElementById("state");
      const words = state.textContent;
      state.textContent = "";
      setTimeout(() => { state.textContent = words; }, 50);
    }
  }

  async function look() {
    const part = live();
    if (!part || !part.dataset.again) {
      return;
    }
    let wait = (part.dataset.version || "").startsWith("True-0-") ? 300 : 1000; // a first answer takes seconds
    try {
      if (part.dataset.job && !document.hidden) {
        const response = await fetch("/status?id=" + encodeURIComponent(part.dataset.job));
        const told = await response.json();
        const state = document.getElementById("state");
        if (state && told.words && state.textContent !== told.words) {
          state.textContent = told.words;
        }
        const bar = document.getElementById("bar");
        if (bar && told.total) {
          bar.max = told.total;
          bar.value = told.done;
        }
        if (told.version !== part.dataset.version || (!bar && told.total)) {
          await again();
        }
      } else if (!document.hidden) {
        wait = 1500;
        await again();
      }
    } catch (error) {
      wait = 4000;
    }
    setTimeout(look, wait);
  }

  if (live() && live().dataset.again) {
    setTimeout(look, 500);
  }
})();
