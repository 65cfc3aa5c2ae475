/**
 * Charts as standalone SVG text: no scripts, no outside fonts, and the same bytes for the same numbers. Each takes an `id` that
 * is unique on the page.
 */

export { type Bar, type BarChartOptions, barChart } from "./bar-chart.ts";
export type { AxisText, ChartOptions } from "./chart-frame.ts";
export type { NumberAxis } from "./domain.ts";
export { type Dot, type DotChartOptions, type DotGroup, dotChart } from "./dot-chart.ts";
export { type HeatMapOptions, heatMap } from "./heat-map.ts";
export type { LegendItem } from "./legend.ts";
export { type LineChartOptions, lineChart, lineLegend, type Series } from "./line-chart.ts";
export type { MarkedPoint } from "./marked-points.ts";
export type { Region, Rule } from "./rules.ts";
export { type ScatterChartOptions, type ScatterPoint, scatterChart, scatterLegend } from "./scatter-chart.ts";
