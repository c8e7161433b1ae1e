/** How long something takes: always the same, evenly between two bounds, or log-normally with these percentiles. */
export type Latency =
  | number
  | { readonly fromMs: number; readonly toMs: number }
  | { readonly p50Ms: number; readonly p99Ms: number }

/** The standard normal distribution at 99 %. */
const z99 = 2.326_347_874

/** One duration of a distribution. `random` gives numbers from 0 up to 1. */
export function drawMs(latency: Latency, random: () => number = Math.random): number {
  if (typeof latency === 'number') return latency
  if ('fromMs' in latency) return latency.fromMs + random() * (latency.toMs - latency.fromMs)
  const { p50Ms, p99Ms } = latency
  const sigma = Math.log(p99Ms / p50Ms) / z99
  return p50Ms * Math.exp(sigma * normal(random))
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
