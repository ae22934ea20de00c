import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { otherPolicyKinds } from '../../model/network-policy.ts'
import { tierOf } from './tier-rules.ts'

const everything = { matchLabels: {}, matchExpressions: [] }
const named = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name }, matchExpressions: [] })

test('an AdminNetworkPolicy: whom it is for, peers of each kind, ports of each kind', () => {
  const spec = {
    priority: 7,
    subject: { pods: { namespaceSelector: { matchLabels: { team: 'a' } }, podSelector: {} } },
    ingress: [
      {
        name: 'monitoring',
        action: 'Allow',
        from: [{ namespaces: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        ports: [{ portNumber: { protocol: 'TCP', port: 9090 } }, { portRange: { protocol: 'UDP', start: 1, end: 9 } }],
      },
      { action: 'Deny', from: [{ namespaces: {} }], ports: [{ namedPort: 'web' }] },
    ],
    egress: [{ action: 'Pass', to: [{ networks: ['10.0.0.0/8'] }, { nodes: {} }] }],
  }
  expect(tierOf('AdminNetworkPolicy', null, { spec })).toEqual({
    tier: 'admin',
    priority: 7,
    subject: { namespaces: { matchLabels: { team: 'a' }, matchExpressions: [] }, pods: everything },
    rules: [
      {
        direction: 'Ingress',
        action: 'Allow',
        name: 'monitoring',
        peers: [{ namespaces: named('monitoring'), pods: everything }],
        networks: [],
        others: 'none',
        ports: [
          { protocol: 'TCP', port: 9090, endPort: null },
          { protocol: 'UDP', port: 1, endPort: 9 },
        ],
      },
      {
        direction: 'Ingress',
        action: 'Deny',
        name: null,
        peers: [{ namespaces: everything, pods: everything }],
        networks: [],
        others: 'none',
        ports: ['TCP', 'UDP', 'SCTP'].map((protocol) => ({ protocol, port: 'web', endPort: null })),
      },
      {
        direction: 'Egress',
        action: 'Pass',
        name: null,
        peers: [],
        networks: ['10.0.0.0/8'],
        others: 'outside',
        ports: [],
      },
    ],
  })
})

test('a ClusterNetworkPolicy says Accept, its tier, and ports by protocol', () => {
  const spec = {
    tier: 'Baseline',
    priority: 3,
    subject: { namespaces: {} },
    ingress: [
      {
        action: 'Accept',
        from: [{ namespaces: {} }],
        protocols: [
          { tcp: { destinationPort: { number: 80 } } },
          { udp: { destinationPort: { range: { start: 5, end: 6 } } } },
          { sctp: {} },
        ],
      },
    ],
  }
  expect(tierOf('ClusterNetworkPolicy', null, { spec })).toMatchObject({
    tier: 'baseline',
    priority: 3,
    rules: [
      {
        action: 'Allow',
        others: 'none',
        ports: [
          { protocol: 'TCP', port: 80, endPort: null },
          { protocol: 'UDP', port: 5, endPort: 6 },
          { protocol: 'SCTP', port: null, endPort: null },
        ],
      },
    ],
  })
})

describe('Cilium', () => {
  const deny = (rule: object, direction: 'ingressDeny' | 'egressDeny' = 'egressDeny') =>
    tierOf('CiliumNetworkPolicy', 'shop', {
      spec: { endpointSelector: { matchLabels: { 'k8s:app': 'web' } }, [direction]: [rule] },
    })

  test('a denial, with the namespace of the policy for whoever names none', () => {
    expect(
      deny({
        toEndpoints: [
          { matchLabels: { app: 'db' } },
          { matchLabels: { app: 'db', 'k8s:io.kubernetes.pod.namespace': 'data' } },
          { matchLabels: { 'io.cilium.k8s.namespace.labels.team': 'a' } },
        ],
        toPorts: [{ ports: [{ port: '5432', protocol: 'TCP' }] }],
      }),
    ).toEqual({
      tier: 'admin',
      priority: -1,
      subject: { namespaces: named('shop'), pods: { matchLabels: { app: 'web' }, matchExpressions: [] } },
      rules: [
        {
          direction: 'Egress',
          action: 'Deny',
          name: null,
          peers: [
            { namespaces: named('shop'), pods: { matchLabels: { app: 'db' }, matchExpressions: [] } },
            { namespaces: named('data'), pods: { matchLabels: { app: 'db' }, matchExpressions: [] } },
            { namespaces: { matchLabels: { team: 'a' }, matchExpressions: [] }, pods: everything },
          ],
          networks: [],
          others: 'none',
          ports: [{ protocol: 'TCP', port: 5432, endPort: null }],
        },
      ],
    })
  })

  test.each([
    ['the cluster', { toEntities: ['cluster'] }, { peers: [{ namespaces: everything }], others: 'outside' }],
    ['the world', { toEntities: ['world'] }, { peers: [], others: 'outside' }],
    ['a network', { toCIDR: ['10.0.0.0/8'] }, { peers: [], others: 'outside' }],
    [
      'ports alone',
      { toPorts: [{ ports: [{ port: '53' }] }] },
      { peers: [{ namespaces: everything }], others: 'none' },
    ],
    ['Services', { toServices: [{ k8sService: { serviceName: 'db' } }] }, { peers: [], others: 'maybe' }],
    [
      'an account',
      { toEndpoints: [{ matchLabels: { 'io.cilium.k8s.policy.serviceaccount': 'a' } }] },
      { others: 'maybe' },
    ],
    ['a name of a port', { toPorts: [{ ports: [{ port: 'web' }] }] }, { others: 'maybe' }],
  ])('denies %s', (_, rule, expected) => {
    expect(deny(rule)?.rules).toMatchObject([expected])
  })

  test('what denies nothing has no tier', () => {
    expect(tierOf('CiliumNetworkPolicy', 'shop', { spec: { endpointSelector: {}, egress: [{}] } })).toBeNull()
    expect(tierOf('CalicoNetworkPolicy', 'shop', { spec: { selector: 'all()' } })).toBeNull()
  })
})

test('any object at all', () => {
  fc.assert(
    fc.property(fc.constantFrom(...otherPolicyKinds), fc.anything(), (kind, spec) => {
      tierOf(kind, 'shop', { spec })
    }),
  )
})
