// A form whose choice stands in the address of the page, so that a link can carry it.
"use strict";

/** Write the choice, as URLSearchParams, behind the # of the address. */
function putInAddress(choice) {
  history.replaceState(null, "", choice.size ? `#${choice}` : location.pathname + location.search);
}

/** Show a form, remember every change of it, and read the address now and whenever it changes. */
function keepInAddress(form, remember, read) {
  form.addEventListener("input", remember);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(remember));
  addEventListener("hashchange", read);
  form.hidden = false;
  read();
}
