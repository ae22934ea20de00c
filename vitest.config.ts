import { configDefaults, defineConfig } from 'vitest/config'
import { leftToday } from './test/heavy-files.ts'

export default defineConfig({
  // A test that hangs is ended; one that only waits for its turn on a busy machine is not.
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'lab/**/*.test.ts', 'scripts/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...leftToday()],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
