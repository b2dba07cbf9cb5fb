"use strict";

// What the page can do without it is done by links and forms; this makes some of it quicker.

const list = document.querySelector("main ul[role=list].list, main ul[role=list].grid");
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** Show days as the reader writes them. */
function localise(rows) {
  for (const time of rows.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.valueOf())) {
      time.textContent = day.format(moment);
    }
  }
}

/** Show only the rows with all words of the search in their names; Enter searches further. */
function filter() {
  const plain = text => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = plain(search.value).split(/\s+/u);
  for (const row of list.children) {
    const name = plain(row.querySelector(".name").textContent);
    row.hidden = !words.every(word => name.includes(word));
  }
}

const search = document.querySelector("input[type=search]");
// What was found is in several lists, and was asked for by its words already.
if (search && list && !list.closest(".found")) {
  search.addEventListener("input", filter);
}
document.addEventListener("keydown", event => {
  const isFree = !event.target.closest("input, textarea") && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (search && isFree && event.key === "/") {
    event.preventDefault();
    search.focus();
  }
  if (event.key === "Escape") {
    closeMenus();
  }
});

/** Close the menus that are open, but for one. */
function closeMenus(but) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== but) {
      const hadFocus = menu.contains(document.activeElement);
      menu.open = false;
      if (hadFocus) {
        menu.querySelector("summary").focus();
      }
    }
  }
}
document.addEventListener("click", event => closeMenus(event.target.closest("details.menu")));

/** Load the next page of a long folder as the reader comes near the end of this one. */
function continueList(parts) {
  const observer = new IntersectionObserver(async entries => {
    const next = parts.querySelector("a[rel=next]");
    if (!entries.some(entry => entry.isIntersecting) || !next) {
      return;
    }
    observer.disconnect();
    const answer = await fetch(next.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) {
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const rows = document.createDocumentFragment();
    rows.append(...page.querySelectorAll("main ul.list > li, main ul.grid > li"));
    localise(rows);
    const every = document.querySelector("#every");
    if (every && every.checked) {
      for (const box of rows.querySelectorAll("input[name=href]")) {
        box.checked = true;
      }
    }
    list.append(rows);
    list.dispatchEvent(new Event("change", { bubbles: true }));
    const after = page.querySelector(".parts");
    parts.replaceChildren(...(after ? after.querySelectorAll("a[rel=next]") : []));
    if (search && search.value) {
      filter();
    }
    if (parts.querySelector("a[rel=next]")) {
      observer.observe(parts);
    }
  }, { rootMargin: "2000px" });
  observer.observe(parts);
}
const parts = document.querySelector(".parts");
if (parts && list) {
  continueList(parts);
}

/** Count what is selected, and offer to select everything. */
function selectEntries(form) {
  const output = form.querySelector("output");
  const every = form.querySelector("#every");
  const button = form.querySelector("button");
  const boxes = () => [...form.querySelectorAll("input[name=href]")];
  const count = () => {
    const selected = boxes().filter(box => box.checked).length;
    const shown = selected.toLocaleString();
    output.textContent = output.dataset.text.replace("{count}", shown);
    button.dataset.count = selected ? `(${shown})` : "";
    every.checked = selected > 0 && selected === boxes().length;
    every.indeterminate = selected > 0 && !every.checked;
    button.disabled = !selected;
  };
  every.closest("label").hidden = false;
  every.addEventListener("change", () => {
    for (const box of boxes()) {
      box.checked = box.closest("li").hidden ? box.checked : every.checked;
    }
    count();
  });
  form.addEventListener("change", count);
  window.addEventListener("pageshow", count);
  count();
}
const form = document.querySelector("form[method=post]");
if (form) {
  selectEntries(form);
}

localise(document);
