import { defineConfig } from 'vitest/config'

export default defineConfig({
  // A test that hangs is ended; one that only waits for its turn on a busy machine is not.
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'lab/**/*.test.ts', 'scripts/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
