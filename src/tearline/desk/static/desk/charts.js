// Readership over time, drawn by ECharts from the figures that stand in the page.
"use strict";
(() => {
  const place = document.querySelector("[data-chart=readership]");
  if (!place || !window.echarts) return;
  const data = JSON.parse(document.getElementById("readership-data").textContent);
  const words = JSON.parse(document.getElementById("readership-words").textContent);
  const chart = echarts.init(place, null, { renderer: "svg" });
  const line = (name, values, type) => ({
    name, type: "line", step: "end", symbol: "none", data: data.days.map((day, n) => [day, values[n]]),
    lineStyle: { color: type === "solid" ? "#0b5563" : "#16191d", width: 2, type }, itemStyle: { color: type === "solid" ? "#0b5563" : "#16191d" },
  });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: "IBM Plex Sans, sans-serif", color: "#16191d" },
    grid: { left: 48, right: 24, top: 34, bottom: 28 },
    legend: { top: 0, left: 40, itemHeight: 2 },
    tooltip: { trigger: "axis", renderMode: "richText" },
    xAxis: { type: "time", axisLine: { lineStyle: { color: "#565d64" } } },
    yAxis: { type: "value", name: words.people, minInterval: 1, splitLine: { lineStyle: { color: "#d3d8db" } } },
    series: [line(words.held, data.held, "dashed"), line(words.opened, data.opened, "solid")],
  });
  addEventListener("resize", () => chart.resize());
})();
