import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { root: import.meta.dirname, include: ['driver.ts'], isolate: false, maxWorkers: 1, pool: 'forks' },
})
