// Live curves of a training: loss, figures on what is held out, learning rate, one point an epoch.
import { whenPresent } from "./ready.js";

const HEIGHT = 200;
const DASHED = [6, 4];
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Each chart: its title and its series, with the field of an epoch each one draws.
const charts = (words) => [
  {
    title: words.loss,
    series: [
      { field: "training_loss", label: words.learnt, stroke: "--quiet", dash: DASHED },
      { field: "loss", label: words.heldOut, stroke: "--accent" },
    ],
  },
  {
    title: words.figures,
    series: [
      { field: "roc_auc", label: words.rocAuc, stroke: "--quiet", dash: DASHED },
      { field: "average_precision", label: words.averagePrecision, stroke: "--accent" },
    ],
  },
  { title: words.rate, series: [{ field: "learning_rate", label: words.rate, stroke: "--accent" }] },
];

const shown = (value) => (value === null || value === undefined ? "–" : Number(value.toPrecision(4)).toString());

// Epochs that differ in nothing one could see: a sentence says so, where a curve would say nothing.
const isFlat = (epochs, { field }) => {
  const values = epochs.map((epoch) => epoch[field]).filter((value) => value !== null && value !== undefined);
  return !values.length || (values.length > 1 && Math.max(...values) - Math.min(...values) < 1e-3 * Math.max(...values.map(Math.abs)));
};

const column = (epochs, series) => [
  epochs.map(({ epoch }) => epoch),
  ...series.map(({ field }) => epochs.map((epoch) => epoch[field])),
];

function options(chart, words, width) {
  const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
  const points = { show: true, size: 5 };
  return {
    width,
    height: HEIGHT,
    scales: { x: { time: false } },
    axes: [
      { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] },
      { ...axis, size: 64, values: (_, splits) => splits.map(shown) },
    ],
    series: [
      { label: words.epoch, value: (_, value) => shown(value) },
      ...chart.series.map(({ label, stroke, dash }) => ({
        label, dash, points, stroke: colour(stroke), width: 2, value: (_, value) => shown(value),
      })),
    ],
  };
}

class Curves {
  constructor(element, uPlot) {
    this.element = element;
    this.uPlot = uPlot;
    this.plots = [];
    this.epochs = [];
    this.width = 0;
    this.redraw = () => this.build();
    this.settled = () => this.follow();
    document.addEventListener("theme-changed", this.redraw);
    document.addEventListener("htmx:afterSettle", this.settled);
    this.resized = new ResizeObserver(() => { if (this.element.clientWidth !== this.width) this.build(); });
    this.resized.observe(element);
  }

  // The page says how many epochs there are; those that are new are fetched.
  async follow() {
    if (!this.element.isConnected) return this.close();
    const there = Number(document.getElementById("training-live").dataset.epochs);
    if (there === this.epochs.length) return;
    const answer = await fetch(this.element.dataset.address);
    if (!answer.ok) throw new Error(`${this.element.dataset.address}: ${answer.status}`);
    this.epochs = (await answer.json()).epochs_done;
    // What was flat until now may have begun to move.
    const wanted = this.wanted().map(({ title }) => title);
    if (!this.plots.length || wanted.join() !== this.drawn.join()) return this.build();
    this.plots.forEach(({ plot, series }) => {
      plot.setData(column(this.epochs, series));
      plot.setLegend({ idx: this.epochs.length - 1 }, false);
    });
  }

  wanted() {
    const moves = ({ series }) => !series.every((each) => isFlat(this.epochs, each));
    return charts(this.element.dataset).filter(moves);
  }

  // Also called by what was under way when the page was left.
  build() {
    if (!this.element.isConnected) return this.close();
    document.getElementById("no-curves").hidden = this.epochs.length > 0;
    this.plots.forEach(({ plot }) => plot.destroy());
    this.width = this.element.clientWidth;
    this.element.replaceChildren();
    this.plots = [];
    if (!this.epochs.length) return;
    const wanted = this.wanted();
    this.drawn = wanted.map(({ title }) => title);
    // All holders first: how wide one is depends on how many there are.
    const holders = wanted.map(({ title }) => this.holder(title));
    this.sayFlat(charts(this.element.dataset).filter(({ title }) => !this.drawn.includes(title)));
    this.plots = wanted.map((chart, at) => this.draw(chart, holders[at]));
  }

  sayFlat(charts) {
    if (!charts.length) return;
    const said = document.createElement("p");
    said.className = "flat quiet";
    said.textContent = `${this.element.dataset.flat} ${charts.map(({ title }) => title).join(", ")}`;
    this.element.append(said);
  }

  holder(title) {
    const made = document.createElement("div");
    const heading = document.createElement("h3");
    heading.textContent = title;
    made.append(heading);
    this.element.append(made);
    return made;
  }

  draw(chart, holder) {
    const chosen = options(chart, this.element.dataset, holder.clientWidth);
    // Instead of dashes: the last epoch's figures, until somebody points at another, and then again.
    const last = (plot) => plot.legend.idx ?? plot.setLegend({ idx: plot.data[0].length - 1 }, false);
    chosen.hooks = { ready: [last], setCursor: [last] };
    return { series: chart.series, plot: new this.uPlot(chosen, column(this.epochs, chart.series), holder) };
  }

  close() {
    this.resized.disconnect();
    document.removeEventListener("theme-changed", this.redraw);
    document.removeEventListener("htmx:afterSettle", this.settled);
    this.plots.forEach(({ plot }) => plot.destroy());
  }
}

whenPresent("#curves", async (element) => {
  const { default: uPlot } = await import("../vendor/uplot/uPlot.esm.js");
  await new Curves(element, uPlot).follow();
});
