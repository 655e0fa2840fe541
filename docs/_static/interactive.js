/* The interactive page: sliders, drawings and a text of what is drawn. The equations are in memories.js. */
"use strict";

(() => {
  const { astrocyte, context } = gatedmem;
  const SVG = "http://www.w3.org/2000/svg";
  const find = (id) => document.getElementById(id);
  const colour = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
  const fixed = (value, digits = 3) => value.toFixed(digits).replace("-0.000", "0.000");

  // A slider, its output, and its value; those with data-log move on a logarithmic scale.
  function slider(id, changed) {
    const input = find(id);
    const read = () => (input.dataset.log === undefined ? Number(input.value) : 10 ** Number(input.value));
    const show = () => {
      const text = Number(read().toPrecision(3)).toString();
      find(`${id}-value`).textContent = text;
      input.setAttribute("aria-valuetext", text);
    };
    input.addEventListener("input", () => { show(); changed(); });
    show();
    return read;
  }

  // Run `frame` about thirty times a second until it says that it is done.
  function player(button, frame) {
    let running = false;
    const label = () => { button.textContent = running ? "Pause" : "Run"; };
    const tick = () => {
      if (!running) return;
      running = frame();
      label();
      if (running) window.setTimeout(() => window.requestAnimationFrame(tick), 33);
    };
    button.addEventListener("click", () => { running = !running; label(); tick(); });
    return { stop() { running = false; label(); } };
  }

  /* Part one: three patterns, and the gains on their triangle. */
  const TRIANGLE = [[200, 20], [20, 332], [380, 332]];
  const THREE = [
    [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    [1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1],
    [1, 1, 1, -1, -1, -1, 1, 1, 1, -1, -1, -1],
  ];
  const place = (p) => [0, 1].map((axis) => p.reduce((sum, weight, mu) => sum + weight * TRIANGLE[mu][axis], 0));

  // Lines of equal energy on the triangle, by linear interpolation on a triangular grid.
  function contours(value, cells, levels) {
    const grid = [];
    for (let i = 0; i <= cells; i += 1) {
      grid.push([]);
      for (let j = 0; j <= cells - i; j += 1) {
        const p = [(cells - i - j) / cells, i / cells, j / cells];
        grid[i].push({ at: place(p), value: value(p) });
      }
    }
    const values = grid.flat().map((corner) => corner.value);
    const low = Math.min(...values), high = Math.max(...values);
    const lines = [];
    const cut = (corners, level) => {
      const ends = [];
      corners.forEach((a, index) => {
        const b = corners[(index + 1) % 3];
        if ((a.value < level) !== (b.value < level)) {
          const share = (level - a.value) / (b.value - a.value);
          ends.push([0, 1].map((axis) => a.at[axis] + share * (b.at[axis] - a.at[axis])));
        }
      });
      return ends;
    };
    // Denser towards the minimum, where the energy is flat.
    for (let index = 1; index <= levels; index += 1) {
      const level = low + (high - low) * (index / (levels + 1)) ** 2;
      let path = "";
      for (let i = 0; i < cells; i += 1) {
        for (let j = 0; j < cells - i; j += 1) {
          const triangles = [[grid[i][j], grid[i + 1][j], grid[i][j + 1]]];
          if (j < cells - i - 1) triangles.push([grid[i + 1][j], grid[i + 1][j + 1], grid[i][j + 1]]);
          for (const corners of triangles) {
            const ends = cut(corners, level);
            if (ends.length === 2) path += `M${ends[0].map((v) => v.toFixed(1))}L${ends[1].map((v) => v.toFixed(1))}`;
          }
        }
      }
      lines.push(path);
    }
    return lines;
  }

  function simplexPart() {
    const model = { patterns: THREE };
    let state, trail, time;
    const reset = () => {
      const flips = new Set([...document.querySelectorAll("#simplex-cue input:checked")].map((box) => Number(box.value)));
      state = astrocyte.start(model, THREE[0].map((value, i) => (flips.has(i) ? -value : value)));
      trail = [[1 / 3, 1 / 3, 1 / 3]];
      time = 0;
      play.stop();
      draw();
    };
    const read = {
      temperature: slider("simplex-temperature", () => draw()),
      sigma: slider("simplex-sigma", () => draw()),
      ratio: slider("simplex-ratio", () => draw()),
    };
    const update = () => Object.assign(model,
      { temperature: read.temperature(), sigma: read.sigma(), tauX: 1, tauP: read.ratio() });
    const lines = Array.from({ length: 9 }, () => find("simplex-contours").appendChild(document.createElementNS(SVG, "path")));

    function draw() {
      update();
      const scores = astrocyte.scores(model, state.x);
      contours((p) => astrocyte.gainEnergy(model, scores, p), 48, lines.length)
        .forEach((path, index) => lines[index].setAttribute("d", path));
      const gains = astrocyte.gains(state);
      find("simplex-trail").setAttribute("points", trail.map((p) => place(p).map((v) => v.toFixed(1)).join(",")).join(" "));
      const [left, top] = place(gains);
      find("simplex-gains").setAttribute("cx", left);
      find("simplex-gains").setAttribute("cy", top);
      const target = place(gatedmem.softmax(scores.map((score) => score / model.temperature)));
      find("simplex-target").setAttribute("d",
        `M${target[0] - 7},${target[1]}h14M${target[0]},${target[1] - 7}v14`);
      const overlaps = THREE.map((pattern) => gatedmem.dot(pattern, astrocyte.activation(model, state.x)) / 12);
      find("simplex-numbers").textContent =
        `t = ${fixed(time, 2)};  gains p = (${gains.map((p) => fixed(p)).join(", ")});  `
        + `overlaps m/N = (${overlaps.map((m) => fixed(m)).join(", ")});  energy L = ${fixed(astrocyte.energy(model, state), 4)}`;
    }

    function step(duration) {
      update();
      state = astrocyte.advance(model, state, duration);
      time += duration;
      trail.push(astrocyte.gains(state));
      if (trail.length > 2000) trail = trail.filter((_, index) => index % 2 === 0);
      draw();
      return time < 400;
    }
    const play = player(find("simplex-run"), () => step(0.05 * Math.max(1, model.tauP)));
    find("simplex-step").addEventListener("click", () => { play.stop(); step(0.05 * Math.max(1, model.tauP)); });
    find("simplex-reset").addEventListener("click", reset);
    find("simplex-cue").addEventListener("change", reset);
    reset();
  }

  /* Part two: ten digits of 8 × 8 dots. */
  const DIGITS = [
    "00111100 01000010 01000010 01000010 01000010 01000010 01000010 00111100",
    "00011000 00111000 00011000 00011000 00011000 00011000 00011000 01111110",
    "00111100 01000010 00000010 00000100 00011000 00100000 01000000 01111110",
    "01111100 00000010 00000010 00111100 00000010 00000010 00000010 01111100",
    "00000100 00001100 00010100 00100100 01000100 01111110 00000100 00000100",
    "01111110 01000000 01000000 01111100 00000010 00000010 01000010 00111100",
    "00011100 00100000 01000000 01111100 01000010 01000010 01000010 00111100",
    "01111110 00000010 00000100 00001000 00010000 00100000 00100000 00100000",
    "00111100 01000010 01000010 00111100 01000010 01000010 01000010 00111100",
    "00111100 01000010 01000010 00111110 00000010 00000010 00000100 00111000",
  ].map((rows) => [...rows.replaceAll(" ", "")].map((dot) => (dot === "1" ? 1 : -1)));

  function picture(host, pressed) {
    return Array.from({ length: 64 }, (_, index) => {
      const cell = host.appendChild(document.createElement(pressed ? "button" : "span"));
      cell.className = "dot";
      if (pressed) {
        cell.type = "button";
        cell.setAttribute("aria-label", `row ${Math.floor(index / 8) + 1}, column ${(index % 8) + 1}`);
        cell.addEventListener("click", () => pressed(index));
      }
      return cell;
    });
  }

  function digitPart() {
    const cueCells = picture(find("digit-cue"), (index) => { cue[index] *= -1; reset(); });
    const stateCells = picture(find("digit-state"), null);
    const bars = DIGITS.map((_, mu) => {
      const row = find("digit-bars").appendChild(document.createElement("div"));
      row.append(Object.assign(document.createElement("span"), { textContent: mu, className: "digit" }));
      const bar = row.appendChild(Object.assign(document.createElement("span"), { className: "bar" }));
      const number = row.appendChild(Object.assign(document.createElement("span"), { className: "weight" }));
      return (weight) => { bar.style.setProperty("--weight", weight); number.textContent = fixed(weight); };
    });
    let cue = DIGITS[3].slice(), state, time, course;
    const redraw = () => { update(); draw(); };
    const read = Object.fromEntries(["temperature", "sigma", "ratio", "gain", "alpha", "beta"]
      .map((name) => [name, slider(`digit-${name}`, redraw)]));
    const model = {};
    const kind = () => document.querySelector("input[name=digit-memory]:checked").value;
    const shown = () => Number(find("digit-pattern").value);

    function update() {
      const memories = DIGITS.map((digit) => digit.map((dot) => dot / 8));
      Object.assign(model, {
        patterns: DIGITS, sigma: read.sigma(), temperature: read.temperature(), tauX: 1, tauP: read.ratio(),
        memories, alpha: read.alpha(), beta: read.beta(), gain: read.gain(), tauS: 1, tauR: 1,
      });
      const hint = find("digit-context").value;
      model.evidence = memories.map((row) => gatedmem.dot(row, cue) / 8);
      model.drive = memories.map((row) => (hint === "" ? 0 : gatedmem.dot(row, memories[Number(hint)])));
    }
    const memory = {
      astrocyte: {
        start: () => astrocyte.start(model, cue),
        weights: () => astrocyte.gains(state),
        recalled: () => astrocyte.activation(model, state.x),
        advance: (duration) => astrocyte.advance(model, state, duration),
        energy: () => astrocyte.energy(model, state),
      },
      context: {
        start: () => context.start(model),
        weights: () => context.probabilities(model, state),
        recalled: () => context.recalled(model, state).map((value) => 8 * value),
        advance: (duration) => context.advance(model, state, duration),
        energy: () => context.energy(model, state),
      },
    };

    function reset() {
      update();
      state = memory[kind()].start();
      time = 0;
      course = [];
      play.stop();
      for (const name of ["astrocyte", "context"]) find(`digit-${name}-sliders`).hidden = kind() !== name;
      draw();
    }

    function paint(cells, values, pressable) {
      cells.forEach((cell, index) => {
        const value = Math.max(-1, Math.min(1, values[index]));
        cell.style.setProperty("--ink", ((1 + value) / 2).toFixed(3));
        if (pressable) cell.setAttribute("aria-pressed", value > 0);
      });
    }

    function draw() {
      const now = memory[kind()];
      paint(cueCells, cue, true);
      const recalled = now.recalled();
      paint(stateCells, recalled, false);
      const weights = now.weights();
      bars.forEach((show, mu) => show(weights[mu]));
      course.push([time, now.energy()]);
      const low = Math.min(...course.map((point) => point[1])), high = Math.max(...course.map((point) => point[1]));
      find("digit-energy").setAttribute("points", course.map(([when, value]) =>
        `${(300 * when / Math.max(time, 1e-9)).toFixed(1)},${(high > low ? 5 + 60 * (high - value) / (high - low) : 5).toFixed(1)}`)
        .join(" "));
      const winner = weights.indexOf(Math.max(...weights));
      const wrong = DIGITS[shown()].filter((dot, i) => dot * recalled[i] <= 0).length;
      find("digit-numbers").textContent = `t = ${fixed(time, 2)};  largest weight: digit ${winner} (${fixed(weights[winner])});  `
        + `${wrong} of 64 dots differ from digit ${shown()};  energy = ${fixed(course[course.length - 1][1], 4)}`;
    }

    function step(duration) {
      update();
      state = memory[kind()].advance(duration);
      time += duration;
      draw();
      return time < 60;
    }
    const play = player(find("digit-run"), () => step(0.1));
    find("digit-step").addEventListener("click", () => { play.stop(); step(0.1); });
    find("digit-reset").addEventListener("click", reset);
    find("digit-pattern").addEventListener("change", () => { cue = DIGITS[shown()].slice(); reset(); });
    find("digit-context").addEventListener("change", reset);
    for (const radio of document.querySelectorAll("input[name=digit-memory]")) radio.addEventListener("change", reset);
    find("digit-noise").addEventListener("click", () => {
      for (let flips = 0; flips < 6; flips += 1) cue[Math.floor(64 * Math.random())] *= -1;
      reset();
    });
    reset();
  }

  document.addEventListener("DOMContentLoaded", () => { simplexPart(); digitPart(); });
})();
