import { expect, test } from 'vitest'
import { drawMs, type Latency } from './latency.ts'

test.each<{ latency: Latency; median: number; p99: number }>([
  { latency: 40, median: 40, p99: 40 },
  { latency: { fromMs: 100, toMs: 200 }, median: 150, p99: 199 },
  { latency: { p50Ms: 30, p99Ms: 900 }, median: 30, p99: 900 },
])('$latency has the median $median and the 99th percentile $p99', ({ latency, median, p99 }) => {
  const random = seeded(42)
  const drawn = Array.from({ length: 100_000 }, () => drawMs(latency, random)).sort((a, b) => a - b)
  expect(drawn[50_000]! / median).toBeCloseTo(1, 1)
  expect(drawn[99_000]! / p99).toBeCloseTo(1, 1)
})

// mulberry32
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
