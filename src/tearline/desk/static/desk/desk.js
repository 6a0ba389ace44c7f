// Keys: "/" search, "j" "k" along a list, "?" the page of keys and marks. Sorting and filtering tables comes below.
"use strict";
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const rows = [...document.querySelectorAll("main tbody th a, main .lines a")].filter((row) => row.offsetParent);
  const at = rows.indexOf(document.activeElement);
  if (event.key === "?") document.getElementById("keys").showModal();
  else if (event.key === "/") document.querySelector("[data-search]")?.focus();
  else if (event.key === "j") rows[Math.min(at + 1, rows.length - 1)]?.focus();
  else if (event.key === "k") rows[Math.max(at - 1, 0)]?.focus();
  else return;
  event.preventDefault();
});
