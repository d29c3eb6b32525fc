export type { Cuts } from "./cuts";
export { Histogram } from "./histogram";
export { IntervalChart, type IntervalRow, Track } from "./interval-chart";
export { aroundZero, type Interval, SHARES } from "./interval-scale";
export { LineChart, type LineSeries } from "./line-chart";
