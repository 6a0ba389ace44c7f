"use strict";
(function () {
  var all = function (selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); };

  // Pairs: hovering or focusing one end lights both.
  function light(numbers, root, on) {
    numbers.split(" ").forEach(function (number) {
      all('[data-pairs~="' + number + '"]', root).forEach(function (end) { end.classList.toggle("lit", on); });
    });
  }
  all("[data-pairs]").forEach(function (end) {
    var root = end.closest("section");
    ["mouseenter", "focus"].forEach(function (name) { end.addEventListener(name, function () { light(end.dataset.pairs, root, true); }); });
    ["mouseleave", "blur"].forEach(function (name) { end.addEventListener(name, function () { light(end.dataset.pairs, root, false); }); });
  });

  // A holder's way: everything that leads to them dark, the rest faded.
  function way(section, row, on) {
    var events = (row.dataset.path || "").split(" ");
    all("svg.pathway", section).forEach(function (picture) {
      picture.classList.toggle("chosen", on);
      all("[data-who]", picture).forEach(function (mark) { mark.classList.toggle("lit", on && mark.dataset.who === row.dataset.who); });
      all("[data-events]", picture).forEach(function (curve) {
        curve.classList.toggle("lit", on && curve.dataset.events.split(" ").some(function (event) { return events.indexOf(event) >= 0; }));
      });
    });
  }
  all("table.holders tbody tr").forEach(function (row) {
    var section = row.closest("section");
    ["mouseenter", "focus"].forEach(function (name) { row.addEventListener(name, function () { way(section, row, true); }); });
    ["mouseleave", "blur"].forEach(function (name) { row.addEventListener(name, function () { way(section, row, false); }); });
    if (row.parentNode.rows.length <= 60) { row.tabIndex = 0; }
  });

  // Tables: sort by a column, filter by what one types.
  function value(row, column) {
    var cell = row.cells[column];
    return cell.dataset.v !== undefined ? cell.dataset.v : cell.textContent.trim();
  }
  function compare(one, other) {
    var a = Number(one.replace(/,/g, "")), b = Number(other.replace(/,/g, ""));
    return one !== "" && other !== "" && !isNaN(a) && !isNaN(b) ? a - b : one.localeCompare(other);
  }
  all("table[data-sort]").forEach(function (table) {
    all("thead th", table).forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending";
        all("thead th", table).forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        var body = table.tBodies[0];
        var rows = all("tr", body).map(function (row, n) { return [value(row, column), n, row]; });
        rows.sort(function (a, b) { return (compare(a[0], b[0]) || a[1] - b[1]) * (down ? -1 : 1); });
        rows.forEach(function (found) { body.appendChild(found[2]); });
      });
    });
  });
  all("table[data-filter]").forEach(function (table, n) {
    var rows = all("tbody tr", table);
    if (rows.length < 8) { return; }
    var box = document.createElement("p"), label = document.createElement("label"), input = document.createElement("input"), tally = document.createElement("span");
    box.className = "filter screen";
    input.type = "search";
    input.id = "filter-" + n;
    label.htmlFor = input.id;
    label.textContent = "Filter: " + table.caption.textContent.split(",")[0];
    tally.setAttribute("role", "status");
    box.append(label, input, tally);
    table.before(box);
    input.addEventListener("input", function () {
      var words = input.value.toLowerCase().split(/\s+/), shown = 0;
      rows.forEach(function (row) {
        var text = row.textContent.toLowerCase();
        var fits = words.every(function (word) { return text.indexOf(word) >= 0; });
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      tally.textContent = input.value ? shown + " of " + rows.length : "";
    });
  });
})();
