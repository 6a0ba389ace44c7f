// Tables sort, filter, remember their density and give safe CSV; pairs light both ends; a holder's way stands out.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const words = document.documentElement.lang === "fr"
    ? { filter: "Filtrer", of: "sur", dense: "Serré", csv: "Exporter (CSV)" }
    : { filter: "Filter", of: "of", dense: "Compact", csv: "Export (CSV)" };
  const value = (row, column) => row.cells[column].dataset.v ?? row.cells[column].textContent.trim();
  const compare = (one, other) => {
    const a = Number(one.replace(/[,\s]/g, "")), b = Number(other.replace(/[,\s]/g, ""));
    return one && other && !isNaN(a) && !isNaN(b) ? a - b : one.localeCompare(other);
  };
  const safe = (text) => {
    const kept = /^\s*[=+\-@\t\r|%＝＋－＠]/.test(text) ? "'" + text : text;
    return '"' + kept.replaceAll('"', '""') + '"';
  };
  const sorted = (table) => all("thead th", table).forEach((head, column) => {
    if (head.querySelector("button") || !head.textContent.trim()) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      all("thead th", table).forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = all("tbody tr", table).map((row, n) => [value(row, column), n, row]);
      rows.sort((a, b) => (compare(a[0], b[0]) || a[1] - b[1]) * (down ? -1 : 1));
      rows.forEach((found) => table.tBodies[0].append(found[2]));
    });
  });
  const download = (table) => {
    const marking = document.querySelector(".banner span").textContent.trim();
    const lines = [safe(marking), ...all("tr", table).filter((row) => !row.hidden)
      .map((row) => [...row.cells].map((cell) => safe(cell.textContent.trim().replace(/\s+/g, " "))).join(","))];
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + lines.join("\r\n")], { type: "text/csv" }));
    link.download = (table.caption?.textContent.trim() || "table").slice(0, 60) + ".csv";
    link.click();
    URL.revokeObjectURL(link.href);
  };
  let made = 0;
  const tools = (table) => {
    if (table.dataset.ready) return;
    table.dataset.ready = "1";
    if ("sort" in table.dataset) sorted(table);
    const bar = document.createElement("p");
    bar.className = "tools screen";
    if ("filter" in table.dataset) {
      const label = document.createElement("label"), input = document.createElement("input"), tally = document.createElement("span");
      input.type = "search";
      input.id = "filter-" + made++;
      label.htmlFor = input.id;
      label.textContent = words.filter;
      tally.setAttribute("role", "status");
      const rows = all("tbody tr", table);
      input.addEventListener("input", () => {
        const sought = input.value.toLowerCase().split(/\s+/);
        let shown = 0;
        for (const row of rows) {
          row.hidden = !sought.every((word) => row.textContent.toLowerCase().includes(word));
          shown += row.hidden ? 0 : 1;
        }
        tally.textContent = input.value ? `${shown} ${words.of} ${rows.length}` : "";
      });
      bar.append(label, input, tally);
    }
    if ("density" in table.dataset) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plain";
      button.textContent = words.dense;
      const set = (on) => { table.classList.toggle("dense", on); button.setAttribute("aria-pressed", String(on)); };
      set(localStorage.getItem("tearline-dense") === "1");
      button.addEventListener("click", () => {
        const on = !table.classList.contains("dense");
        localStorage.setItem("tearline-dense", on ? "1" : "0");
        set(on);
      });
      bar.append(button);
    }
    if (table.dataset.csv) {
      const link = document.createElement(table.dataset.csv === "local" ? "button" : "a");
      link.textContent = words.csv;
      if (table.dataset.csv === "local") {
        link.type = "button";
        link.className = "plain";
        link.addEventListener("click", () => download(table));
      } else link.href = table.dataset.csv;
      bar.append(link);
    }
    if (bar.childElementCount) table.before(bar);
  };
  const way = (row, on) => {
    const events = (row.dataset.path || "").split(" ");
    for (const picture of all("svg.pathway")) {
      picture.classList.toggle("chosen", on);
      for (const mark of all("[data-who]", picture)) mark.classList.toggle("lit", on && mark.dataset.who.replace(/[“”]/g, "") === row.dataset.who);
      for (const curve of all("[data-events]", picture)) curve.classList.toggle("lit", on && curve.dataset.events.split(" ").some((one) => events.includes(one)));
    }
  };
  const prepare = (root) => {
    all("table", root).filter((table) => ["sort", "filter", "density", "csv"].some((name) => name in table.dataset)).forEach(tools);
    for (const row of all("table.holders tbody tr", root)) {
      row.addEventListener("mouseenter", () => way(row, true));
      row.addEventListener("mouseleave", () => way(row, false));
      row.addEventListener("focusin", () => way(row, true));
      row.addEventListener("focusout", () => way(row, false));
    }
  };
  document.addEventListener("click", (event) => {
    const mark = event.target.closest("svg.pathway [data-who]");
    if (!mark) return;
    const who = mark.dataset.who.replace(/[“”]/g, "");
    all("table.holders tbody tr").find((row) => row.dataset.who === who)?.querySelector("[data-way]").click();
  });
  const light = (end, on) => end.dataset.pairs.split(" ").forEach((number) =>
    all(`[data-pairs~="${CSS.escape(number)}"]`).forEach((other) => other.classList.toggle("lit", on)));
  for (const [name, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
    document.addEventListener(name, (event) => {
      const end = event.target.closest?.("[data-pairs]");
      if (end) light(end, on);
    });
  }
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-days]")) return;
    // Days are counted from 1 January of the year 1, as the server counts them.
    document.getElementById("before-day").textContent = new Date((Number(event.target.value) - 719163) * 86400000).toISOString().slice(0, 10);
  });
  document.addEventListener("DOMContentLoaded", () => prepare(document));
  document.addEventListener("htmx:afterSwap", () => prepare(document));
  if (document.readyState !== "loading") prepare(document);
})();
