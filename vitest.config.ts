import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'lab/**/*.test.ts', 'scripts/**/*.test.ts'], testTimeout: 15_000 },
})
