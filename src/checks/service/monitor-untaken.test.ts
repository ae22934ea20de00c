import { beside } from '../../../test/build/beside.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Monitor, MonitorReader } from '../../model/monitor.ts'
import check from './monitor-untaken.ts'

const selector = (matchLabels: Record<string, string> = {}) => ({ matchLabels, matchExpressions: [] })
const monitor = (labels: Record<string, string>, about: Partial<Monitor> = {}): Monitor => ({
  kind: 'ServiceMonitor',
  namespace: 'shop',
  name: 'cart',
  labels,
  selector: selector(),
  among: null,
  ports: [],
  asks: [],
  ...about,
})
const reader = (
  labels: ReturnType<typeof selector> | null,
  namespaces: ReturnType<typeof selector> | null = selector(),
  about: Partial<MonitorReader> = {},
): MonitorReader => ({
  kind: 'Prometheus',
  namespace: 'monitoring',
  name: 'kps',
  takes: [{ of: 'ServiceMonitor', selector: labels, namespaces }],
  ...about,
})
const ours = selector({ release: 'kps' })
const given = (
  monitors: readonly Monitor[],
  monitorReaders: readonly MonitorReader[],
  shop: Record<string, string> = {},
) => ({ beside: beside({ monitors, monitorReaders }), namespaces: [{ name: 'shop', labels: shop }] })
const found = (by: string, more: object = {}) => [
  { subject: 'ServiceMonitor/shop/cart', confidence: 'possible' as const, args: { by }, ...more },
]

describeCheck(check, [
  { it: 'one that is selected', given: given([monitor({ release: 'kps' })], [reader(ours)]), expect: 'ok' },
  { it: 'each is selected', given: given([monitor({})], [reader(selector())]), expect: 'ok' },
  {
    it: 'the label of a release is missing',
    given: given([monitor({ app: 'cart' })], [reader(ours)]),
    expect: found('labels', { severity: 'warning', says: /does not select labels such as these/ }),
  },
  {
    it: 'many of the same labels are one finding',
    given: given([monitor({}), monitor({}, { name: 'web' })], [reader(ours)]),
    expect: found('labels', { says: /2 ServiceMonitors of namespace shop are/ }),
  },
  {
    it: 'one of two takes it',
    given: given([monitor({})], [reader(ours), reader(selector(), selector(), { name: 'user' })]),
    expect: 'ok',
  },
  {
    it: 'no selector takes none',
    given: given([monitor({})], [reader(null)]),
    expect: found('labels'),
  },
  {
    it: 'its own namespace alone is looked into',
    given: given([monitor({})], [reader(selector(), null)]),
    expect: found('namespace', { says: /does not select namespace shop/ }),
  },
  {
    it: 'namespaces by a label that this one lacks',
    given: given([monitor({})], [reader(selector(), selector({ scrape: 'on' }))]),
    expect: found('namespace'),
  },
  {
    it: 'the same, and it bears it',
    given: given([monitor({})], [reader(selector(), selector({ scrape: 'on' }))], { scrape: 'on' }),
    expect: 'ok',
  },
  {
    it: 'a Prometheus whose configuration is not the operator’s',
    given: given([monitor({})], [reader(null, null, { takes: [] })]),
    expect: 'cannot-tell',
    says: /not read/,
  },
  { it: 'no Prometheus in the file', given: given([monitor({})], []), expect: 'not-applicable' },
  { it: 'no monitor', given: given([], [reader(ours)]), expect: 'not-applicable' },
])
