// The filter. All else on the page works without it.
const filter = document.getElementById("_filter");
const search = document.getElementById("_text");
const clear = document.getElementById("_clear");
const shown = document.getElementById("_shown");
const buttons = [...filter.querySelectorAll("[data-tag]")];
const sections = [...document.querySelectorAll("section")].map((element) => ({
  element,
  rows: [...element.querySelectorAll("tbody tr")].map((row) => ({
    element: row,
    tag: row.dataset.tag,
    text: `${row.id} ${row.textContent}`.toLowerCase().replace(/\s+/g, " "),
  })),
}));
const total = sections.reduce((sum, section) => sum + section.rows.length, 0);

function apply() {
  const tags = new Set(buttons.filter(isPressed).map((button) => button.dataset.tag));
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (row) => (!tags.size || tags.has(row.tag)) && words.every((word) => row.text.includes(word));
  let rows = 0;
  for (const section of sections) {
    const fitting = section.rows.filter((row) => !hide(row.element, !fits(row))).length;
    hide(section.element, !fitting);
    rows += fitting;
  }
  clear.hidden = !tags.size && !words.length;
  shown.textContent = `${rows} of ${total} shown`;
}

// On paper nothing is hidden: see page.css.
function hide(element, hidden) {
  element.classList.toggle("filtered", hidden);
  return hidden;
}

function isPressed(button) {
  return button.getAttribute("aria-pressed") === "true";
}

function showAll() {
  search.value = "";
  buttons.forEach((button) => button.setAttribute("aria-pressed", "false"));
  apply();
}

// A link to what the filter hides would lead nowhere.
function reveal() {
  const target = document.querySelector(":target");
  if (target?.closest(".filtered")) {
    showAll();
    target.scrollIntoView();
  }
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(!isPressed(button)));
    apply();
  });
}
search.addEventListener("input", apply);
clear.addEventListener("click", () => {
  showAll();
  search.focus();
});
// A second click on the same link changes no hash.
document.addEventListener("click", (event) => event.target.closest("a") && setTimeout(reveal));
addEventListener("hashchange", reveal);

filter.hidden = false;
apply();
