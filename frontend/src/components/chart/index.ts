export type { Cuts } from "./cuts";
export { Histogram } from "./histogram";
export { LineChart, type LineSeries } from "./line-chart";
