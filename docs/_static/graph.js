// Focus of the dependency graph. The choice stands in the address: #focus=CG12&show=ancestors
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const svg = document.getElementById("dependency-graph");
  const form = document.getElementById("graph-controls");
  if (!svg || !form) return;
  const whole = svg.getAttribute("viewBox");
  const nodes = new Map([...svg.querySelectorAll("a.node")].map((node) => [node.dataset.id, node]));
  const edges = [...svg.querySelectorAll(".edge")];
  const select = document.getElementById("graph-focus");
  const said = document.getElementById("graph-said");
  const below = new Map(), above = new Map();
  for (const id of nodes.keys()) { below.set(id, []); above.set(id, []); }
  for (const { dataset } of edges) {
    below.get(dataset.to).push(dataset.from);
    above.get(dataset.from).push(dataset.to);
  }
  for (const [id, node] of nodes) select.append(new Option(`${id}. ${node.dataset.title}`, id));

  function reach(start, next) {
    const found = new Set(), todo = [start];
    while (todo.length) {
      for (const other of next.get(todo.pop())) {
        if (!found.has(other)) { found.add(other); todo.push(other); }
      }
    }
    return found;
  }

  function links(ids) {
    if (!ids.size) return ["nothing"];
    return [...ids].sort().flatMap((id, i) => {
      const link = document.createElement("a");
      link.href = nodes.get(id).href.baseVal;
      link.textContent = id;
      link.title = nodes.get(id).dataset.title;
      return i ? [", ", link] : [link];
    });
  }

  function crop(shown) {
    const boxes = [...shown].map((id) => nodes.get(id).querySelector("rect").getBBox());
    const left = Math.min(...boxes.map((box) => box.x)) - 12, top = Math.min(...boxes.map((box) => box.y)) - 12;
    const right = Math.max(...boxes.map((box) => box.x + box.width)) + 12;
    const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + 12;
    const width = Math.max(right - left, 320);
    svg.setAttribute("viewBox", `${(left + right - width) / 2} ${top} ${width} ${bottom - top}`);
  }

  function show() {
    const id = select.value, side = form.elements["graph-show"].value;
    const down = id && side !== "descendants" ? reach(id, below) : new Set();
    const up = id && side !== "ancestors" ? reach(id, above) : new Set();
    const shown = id ? new Set([id, ...down, ...up]) : new Set(nodes.keys());
    for (const [name, node] of nodes) {
      node.classList.toggle("away", !shown.has(name));
      node.classList.toggle("focus", name === id);
    }
    // Edges on a path through the chosen statement, not those that merely join two shown ones.
    const above_ = new Set([id, ...up]), below_ = new Set([id, ...down]);
    for (const edge of edges) {
      const { from, to } = edge.dataset;
      const on = !id || (above_.has(from) && above_.has(to)) || (below_.has(from) && below_.has(to));
      edge.classList.toggle("away", !on);
    }
    if (id) crop(shown); else svg.setAttribute("viewBox", whole);
    svg.classList.toggle("focused", Boolean(id));
    said.replaceChildren();
    if (id) {
      said.append(...links(new Set([id])), `. ${nodes.get(id).dataset.title}.`);
      if (side !== "descendants") said.append(` Rests, directly or not, on ${down.size}: `, ...links(down), ".");
      if (side !== "ancestors") said.append(` On it rest, directly or not, ${up.size}: `, ...links(up), ".");
    }
  }

  function remember() {
    show();
    const wanted = new URLSearchParams();
    if (select.value) {
      wanted.set("focus", select.value);
      const side = form.elements["graph-show"].value;
      if (side !== "both") wanted.set("show", side);
    }
    putInAddress(wanted);
  }

  function read() {
    const asked = new URLSearchParams(location.hash.slice(1));
    select.value = nodes.has(asked.get("focus")) ? asked.get("focus") : "";
    const side = ["ancestors", "descendants"].includes(asked.get("show")) ? asked.get("show") : "both";
    form.elements["graph-show"].value = side;
    show();
  }

  function light(id) {
    for (const edge of edges) {
      edge.classList.toggle("lit", id !== null && (edge.dataset.from === id || edge.dataset.to === id));
    }
  }

  for (const [id, node] of nodes) {
    for (const event of ["focus", "pointerenter"]) node.addEventListener(event, () => light(id));
    for (const event of ["blur", "pointerleave"]) node.addEventListener(event, () => light(null));
    node.addEventListener("keydown", (event) => {
      if (event.key !== "f" || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      select.value = id;
      remember();
    });
  }
  keepInAddress(form, remember, read);
});
