import { expect, test } from 'vitest'
import { wordsOf } from './other-policy.ts'

const calico = (spec: object) => wordsOf('CalicoGlobalNetworkPolicy', { spec }).says
const cilium = (spec: object) => wordsOf('CiliumNetworkPolicy', { spec }).says

test.each([
  [
    { selector: 'all()', types: ['Ingress', 'Egress'] },
    { types: ['Ingress', 'Egress'], allows: [], selects: {} },
  ],
  [{}, { types: ['Ingress'], allows: [], selects: {} }],
  [{ egress: [{ action: 'Allow' }] }, { types: ['Egress'], allows: ['Egress'] }],
  [
    { ingress: [{ action: 'Deny' }], egress: [{}] },
    { types: ['Ingress', 'Egress'], allows: ['Egress'] },
  ],
  [{ selector: `app == 'web' && tier == "front"` }, { selects: { app: 'web', tier: 'front' } }],
  [{ selector: 'app in {"a", "b"}' }, { selects: null }],
  [{ selector: 'has(app)' }, { selects: null }],
  [{ namespaceSelector: 'team == "a"' }, { selects: null }],
  [{ namespaceSelector: 'all()' }, { selects: {} }],
  [{ preDNAT: true }, { selects: null }],
])('Calico: %j', (spec, expected) => expect(calico(spec)).toMatchObject(expected))

const dns = { toPorts: [{ ports: [{ port: '53' }], rules: { dns: [{ matchPattern: '*' }] } }] }
const names = { toFQDNs: [{ matchName: 'api.example.org' }] }

const fromWeb = { fromEndpoints: [{ matchLabels: { 'k8s:app': 'web' } }] }

test.each([
  [[fromWeb], [{ app: 'web' }]],
  [[{ fromEndpoints: [{}] }], [{}]],
  [[{ fromEndpoints: [{ matchExpressions: [{ key: 'app', operator: 'Exists' }] }] }], [null]],
  [[{ fromEndpoints: [{ matchLabels: { 'reserved:host': '' } }] }], [null]],
  [[{ fromEntities: ['cluster'] }], [null]],
  [[{ fromEntities: ['host'] }, { fromCIDR: ['10.0.0.0/8'] }], []],
  [[{ toPorts: [] }], [null]],
  [[{ fromEndpoints: Array.from({ length: 500 }, () => ({ matchLabels: { a: 'b' } })) }], 101],
])('peers of Cilium: %j', (ingress, expected) => {
  const peers = cilium({ endpointSelector: {}, ingress })?.peers ?? []
  if (typeof expected === 'number') expect(peers).toHaveLength(expected)
  else expect(peers).toEqual(expected.map((labels) => ({ direction: 'Ingress', labels })))
})

test.each([
  [
    { endpointSelector: {}, egress: [names] },
    { fqdns: 'named', lookups: 'unwatched', allows: ['Egress'] },
  ],
  [
    { endpointSelector: {}, egress: [names, dns] },
    { fqdns: 'named', lookups: 'watched' },
  ],
  [
    { endpointSelector: { matchLabels: { app: 'a' } }, ingress: [] },
    { types: ['Ingress'], selects: { app: 'a' } },
  ],
])('Cilium: %j', (spec, expected) => expect(cilium(spec)).toMatchObject(expected))

test('of other kinds nothing is kept, and nothing throws', () => {
  expect(wordsOf('AntreaNetworkPolicy', { spec: { x: 1 } })).toEqual({})
  expect(wordsOf('CiliumNetworkPolicy', { specs: [{ egress: [names] }, null] }).says?.fqdns).toBe('named')
  expect(wordsOf('CalicoNetworkPolicy', null).says?.types).toEqual(['Ingress'])
})
