import type { AnyCheck } from '../findings/check.ts'

/** Every check, sorted by code: explicit, so that it can be searched and reviewed. */
export const checks: readonly AnyCheck[] = []
