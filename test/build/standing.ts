import type { Standing } from '../../src/answers/monitor/round.ts'

/** A finding that stands, of a Service unless told otherwise. */
export const standing = (name: string, rest: Partial<Standing> = {}): Standing => ({
  code: 'SVC201',
  severity: 'error',
  kind: 'Service',
  namespace: 'shop',
  name,
  unseen: 0,
  ...rest,
})
