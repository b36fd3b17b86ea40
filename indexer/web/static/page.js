// Comfort for readers with JavaScript; every page is whole without it.
"use strict";

// A query that cannot be read: the cursor goes to the fault.
const box = document.getElementById("q");
if (box && box.dataset.fault !== undefined) {
  const at = Number(box.dataset.fault);
  box.focus();
  box.setSelectionRange(at, Math.min(at + 1, box.value.length));
}

// Addresses stay short enough to pass on: empty fields are not sent.
for (const form of document.forms) {
  form.addEventListener("submit", () => {
    for (const field of form.elements) {
      if (field.name && field.value === "") field.disabled = true;
    }
    // The page may come back from the browser's memory.
    setTimeout(() => {
      for (const field of form.elements) field.disabled = false;
    });
  });
}

// Facets that a reader opened or closed stay so while the window lives.
for (const group of document.querySelectorAll("details[data-group]")) {
  const key = "facet:" + group.dataset.group;
  const usual = group.open;
  try {
    const kept = sessionStorage.getItem(key);
    if (kept) group.open = kept === "open";
    group.addEventListener("toggle", () => {
      if (group.open === usual) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, group.open ? "open" : "closed");
    });
  } catch {
    break; // storage is forbidden here: facets simply open again
  }
}
