import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['{packages,services}/*/src/**/*.test.ts', 'infra/local/src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: [
      new URL('./support/redis.ts', import.meta.url).pathname,
      new URL('./support/recorded-soap.ts', import.meta.url).pathname,
    ],
    reporters: ['default', new URL('./support/closing-line.ts', import.meta.url).pathname],
    // What is awaited comes at once, or not at all: on a busy machine nothing fails that is only late.
    testTimeout: 300_000,
    expect: { poll: { timeout: 90_000 } },
    hookTimeout: 120_000,
    // All SOAP that was recorded is held against the schema when all has run.
    teardownTimeout: 120_000,
    // They wait more than they work: three are no burden to two cores.
    maxWorkers: 3,
    env: { TZ: 'UTC' },
  },
})
