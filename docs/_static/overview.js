// The filter of the matrix. The choice stands in the address: #family=AG&status=failed
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("matrix-filter");
  if (!form) return;
  const LAYERS = ["D", "F", "C", "S"];
  const rows = [...document.querySelectorAll(".matrix tbody tr")].map((row) => {
    const cells = [...row.cells];
    const id = cells[0].textContent.trim();
    return {
      row, id, family: id.slice(0, 2), kind: cells[2].textContent.trim(),
      text: `${id} ${cells[1].textContent}`.toLowerCase(),
      statuses: Object.fromEntries(LAYERS.map((layer, i) => {
        const word = cells[3 + i].querySelector(".status-word");
        return [layer, word ? word.textContent : "none"];
      })),
    };
  });
  const names = ["family", "kind", "layer", "status", "text"];

  function fits(entry, want) {
    if (want.family && entry.family !== want.family) return false;
    if (want.kind && entry.kind !== want.kind) return false;
    if (want.text && !want.text.toLowerCase().split(/\s+/).every((word) => entry.text.includes(word))) return false;
    const layers = want.layer ? [want.layer] : LAYERS;
    if (want.status) return layers.some((layer) => entry.statuses[layer] === want.status);
    return !want.layer || entry.statuses[want.layer] !== "none";
  }

  function show() {
    const want = Object.fromEntries(names.map((name) => [name, form.elements[name].value.trim()]));
    let count = 0;
    for (const entry of rows) {
      const fit = fits(entry, want);
      entry.row.hidden = !fit;
      count += fit ? 1 : 0;
    }
    for (const matrix of document.querySelectorAll(".matrix")) {
      matrix.closest("section").hidden = !matrix.querySelector("tbody tr:not([hidden])");
    }
    form.querySelector(".filter-count").textContent = `${count} of ${rows.length} statements`;
    return want;
  }

  function remember() {
    const want = show();
    putInAddress(new URLSearchParams(Object.entries(want).filter(([, value]) => value)));
  }

  function read() {
    if (location.hash && !location.hash.includes("=")) return;
    const asked = new URLSearchParams(location.hash.slice(1));
    for (const name of names) form.elements[name].value = asked.get(name) || "";
    show();
  }

  keepInAddress(form, remember, read);
  show();
});
