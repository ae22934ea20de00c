import { describe, expect, test } from 'vitest'
import { checks } from '../checks/registry.ts'
import { subject } from '../model/subject.ts'
import { node } from '../../test/build/node.ts'
import { enoughCoredns } from './enough-coredns.ts'
import { at, type Manifest } from '../manifest/object.ts'
import { policyAllowDns } from './policy-allow-dns.ts'
import { remedies } from './registry.ts'
import { replaceDnsPod } from './replace-dns-pod.ts'
import { resolverOptions } from './resolver-options.ts'
import { scaleCoredns } from './scale-coredns.ts'
import type { CoreDnsWindow } from '../model/counters.ts'
import { known } from '../model/known.ts'
import { asked, changesOf, found, object, propose, whyNot } from '../../test/build/remedies.ts'

const after = (result: ReturnType<typeof propose>, index = 0): Manifest => {
  const change = changesOf(result)[index]
  return change === undefined || change.verb === 'delete' ? {} : change.after
}

describe('the registry', () => {
  test('ids are unique, and every code is that of a check', () => {
    expect(new Set(remedies.map((it) => it.id)).size).toBe(remedies.length)
    const codes = new Set(checks.map((it) => it.code))
    // The family of POL checks may not be registered yet; all others must be.
    expect(remedies.flatMap((it) => it.codes).filter((it) => !codes.has(it) && !it.startsWith('POL'))).toEqual([])
  })
  test('every remedy that a check names is there, and knows the check', () => {
    for (const check of checks)
      for (const id of check.remedies)
        expect(remedies.find((it) => it.id === id)?.codes, `${check.code} ${id}`).toContain(check.code)
  })
})

describe('scale-coredns', () => {
  const ask = asked(found('DNS107', subject('Service', 'kube-system', 'kube-dns')))
  const coredns = (replicas: number): Manifest => object('Deployment', 'kube-system', 'coredns', { spec: { replicas } })
  test('from 0 to 2', () =>
    expect(after(propose(scaleCoredns, ask, [coredns(0)]))).toMatchObject({ spec: { replicas: 2 } }))
  test('not where pods are wanted and not ready', () =>
    expect(whyNot(propose(scaleCoredns, ask, [coredns(2)]))).toContain('scaling does not help'))
  test('not against an autoscaler', () =>
    expect(
      whyNot(
        propose(scaleCoredns, ask, [
          coredns(0),
          object('HorizontalPodAutoscaler', 'kube-system', 'dns', {
            spec: { scaleTargetRef: { kind: 'Deployment', name: 'coredns' } },
          }),
        ]),
      ),
    ).toContain('HorizontalPodAutoscaler dns'))
  test('not against the proportional autoscaler', () => {
    const scaler = object('Deployment', 'kube-system', 'dns-autoscaler', {
      spec: {
        replicas: 1,
        template: {
          spec: {
            containers: [{ name: 'a', command: ['/cluster-proportional-autoscaler', '--target=Deployment/coredns'] }],
          },
        },
      },
    })
    expect(whyNot(propose(scaleCoredns, ask, [coredns(0), scaler]))).toContain('dns-autoscaler')
  })
  test('not when it cannot be seen', () =>
    expect(whyNot(propose(scaleCoredns, ask, [coredns(0)], (kind) => kind === 'HorizontalPodAutoscaler'))).toContain(
      'could not be read',
    ))
})

describe('policy-allow-dns', () => {
  const on = subject('NetworkPolicy', 'shop', 'web-egress')
  const policy = object('NetworkPolicy', 'shop', 'web-egress', {
    spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'], egress: [] },
  })
  test('the same pods, the DNS pods alone, UDP and TCP', () => {
    expect(after(propose(policyAllowDns, asked(found('POL401', on)), [policy]))).toEqual({
      metadata: { name: 'web-egress-allow-dns', namespace: 'shop' },
      spec: {
        podSelector: { matchLabels: { app: 'web' } },
        policyTypes: ['Egress'],
        egress: [
          {
            to: [
              {
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
                podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
              },
            ],
            ports: [
              { protocol: 'UDP', port: 53 },
              { protocol: 'TCP', port: 53 },
            ],
          },
        ],
      },
    })
  })
  test('TCP alone where UDP is allowed', () =>
    expect(
      at(after(propose(policyAllowDns, asked(found('POL402', on)), [policy])), 'spec', 'egress', 0, 'ports'),
    ).toEqual([{ protocol: 'TCP', port: 53 }]))
  test('lets clients in where the DNS pods are closed', () => {
    const closed = object('NetworkPolicy', 'kube-system', 'closed', {
      spec: { podSelector: {}, policyTypes: ['Ingress'] },
    })
    expect(
      after(
        propose(
          policyAllowDns,
          asked(found('POL401', subject('NetworkPolicy', 'kube-system', 'closed'), { direction: 'Ingress' })),
          [closed],
        ),
      ),
    ).toMatchObject({ spec: { policyTypes: ['Ingress'], ingress: [{ from: [{ namespaceSelector: {} }] }] } })
  })
  test('not over a name that is taken', () =>
    expect(
      whyNot(
        propose(policyAllowDns, asked(found('POL401', on)), [
          policy,
          object('NetworkPolicy', 'shop', 'web-egress-allow-dns'),
        ]),
      ),
    ).toContain('already'))
  test('not for a policy that is gone', () =>
    expect(whyNot(propose(policyAllowDns, asked(found('POL401', on)), []))).toContain('gone'))
})

describe('resolver-options', () => {
  const web = subject('Deployment', 'shop', 'web')
  const deployment = (options: readonly Manifest[] = []): Manifest =>
    object('Deployment', 'shop', 'web', { spec: { template: { spec: { dnsConfig: { options } } } } })
  const race = found('DNS101', subject('Node', null, 'worker-1'))
  const options = (it: Manifest): unknown => at(it, 'spec', 'template', 'spec', 'dnsConfig', 'options')
  test('a flag has no value', () =>
    expect(options(after(propose(resolverOptions, asked(race, { named: [web] }), [deployment()])))).toEqual([
      { name: 'single-request-reopen' },
    ]))
  test('ndots is a string, replaces its like, and leaves the others', () => {
    expect(
      options(
        after(
          propose(resolverOptions, asked(found('DNS104', web)), [
            deployment([
              { name: 'timeout', value: '2' },
              { name: 'ndots', value: '5' },
            ]),
          ]),
        ),
      ),
    ).toEqual([
      { name: 'timeout', value: '2' },
      { name: 'ndots', value: '2' },
    ])
  })
  test('musl ignores the flag', () =>
    expect(
      whyNot(propose(resolverOptions, asked(race, { named: [web], libc: () => 'musl' }), [deployment()])),
    ).toContain('musl'))
  test('an unknown libc is said', () =>
    expect(propose(resolverOptions, asked(race, { named: [web] }), [deployment()])).toMatchObject({
      notes: [expect.stringContaining('only glibc')],
    }))
  test('a known one is not', () =>
    expect(propose(resolverOptions, asked(race, { named: [web], libc: () => 'glibc' }), [deployment()])).toMatchObject({
      notes: [],
    }))
  test('no workload named', () => expect(whyNot(propose(resolverOptions, asked(race), []))).toContain('none is named'))
  test('set already', () =>
    expect(
      whyNot(
        propose(resolverOptions, asked(race, { named: [web] }), [deployment([{ name: 'single-request-reopen' }])]),
      ),
    ).toContain('already'))
  test('several at once', () =>
    expect(
      changesOf(
        propose(resolverOptions, asked(race, { named: [web, subject('StatefulSet', 'shop', 'db')] }), [
          deployment(),
          object('StatefulSet', 'shop', 'db'),
        ]),
      ),
    ).toHaveLength(2))
})

describe('enough-coredns', () => {
  const ask = asked(found('DNS103', subject('Deployment', 'kube-system', 'coredns')))
  const coredns = (resources: Manifest, spec: Manifest = {}): Manifest =>
    object('Deployment', 'kube-system', 'coredns', {
      spec: {
        replicas: 1,
        selector: { matchLabels: { 'k8s-app': 'kube-dns' } },
        template: { spec: { containers: [{ name: 'coredns', resources }], ...spec } },
      },
    })
  const pod = (it: Manifest, ...path: readonly (string | number)[]): unknown =>
    at(it, 'spec', 'template', 'spec', ...path)

  test('the CPU limit goes, the memory limit stays, replicas, spread and a budget come', () => {
    const result = propose(enoughCoredns, ask, [
      coredns({ limits: { cpu: '30m', memory: '170Mi' }, requests: { memory: '70Mi' } }),
    ])
    expect(pod(after(result), 'containers', 0, 'resources')).toEqual({
      limits: { memory: '170Mi' },
      requests: { memory: '70Mi', cpu: '30m' },
    })
    expect(at(after(result), 'spec', 'replicas')).toBe(2)
    expect(pod(after(result), 'topologySpreadConstraints', 0, 'topologyKey')).toBe('kubernetes.io/hostname')
    expect(after(result, 1)).toMatchObject({
      spec: { maxUnavailable: 1, selector: { matchLabels: { 'k8s-app': 'kube-dns' } } },
    })
  })
  test('no second budget over the same pods, no second spread', () => {
    const budget = object('PodDisruptionBudget', 'kube-system', 'dns', {
      spec: { selector: { matchLabels: { 'k8s-app': 'kube-dns' } } },
    })
    const result = propose(enoughCoredns, ask, [
      coredns({ limits: { cpu: '1' } }, { affinity: { podAntiAffinity: {} } }),
      budget,
    ])
    expect(changesOf(result)).toHaveLength(1)
    expect(pod(after(result), 'topologySpreadConstraints')).toBeUndefined()
    expect(pod(after(result), 'containers', 0, 'resources')).toEqual({ requests: { cpu: '1' } })
  })
  test('what a probe measured sets the request and the count, as `dns capacity` says them', () => {
    const window = (pod: string): CoreDnsWindow => ({
      pod,
      ip: '10.2.1.2',
      windowMs: 10_000,
      cpuSeconds: 4.5,
      requests: 75_000,
      responses: {},
      slowShare: 0,
      forwardFailures: 0,
    })
    const measured = {
      ...ask,
      model: {
        ...ask.model,
        sources: { ...ask.model.sources, coreDnsWindows: known([window('coredns-1'), window('coredns-2')]) },
      },
    }
    const result = propose(enoughCoredns, measured, [
      coredns({ limits: { cpu: '900m', memory: '64Mi' }, requests: { cpu: '900m' } }),
    ])
    // 15,000 q/s at the limit count twice, at 60 us: ceil(30,000 / 8,333) + 1 = 5 replicas, 1.8 cores over the four
    // that are left at 70 %.
    expect(at(after(result), 'spec', 'replicas')).toBe(5)
    expect(pod(after(result), 'containers', 0, 'resources')).toEqual({
      limits: { memory: '64Mi' },
      requests: { cpu: '900m' },
    })
    const starved = propose(enoughCoredns, measured, [coredns({ limits: { cpu: '30m' }, requests: { cpu: '20m' } })])
    expect(pod(after(starved), 'containers', 0, 'resources')).toEqual({ requests: { cpu: '700m' } })
  })
  test('a node whose cores were not seen is not counted as none', () => {
    const nodes = {
      ...ask,
      model: {
        ...ask.model,
        sources: {
          ...ask.model.sources,
          nodes: known([node('worker-1', { cpus: 8 }), node('worker-2', { cpus: null })]),
        },
      },
    }
    const result = propose(enoughCoredns, nodes, [coredns({})])
    expect(result.kind === 'proposal' ? result.notes.join() : '').toContain('by size max(ceil(2 nodes / 16), 2) = 2')
  })
  test('an autoscaler keeps its count', () => {
    const hpa = object('HorizontalPodAutoscaler', 'kube-system', 'dns', {
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'coredns' } },
    })
    expect(at(after(propose(enoughCoredns, ask, [coredns({}), hpa])), 'spec', 'replicas')).toBe(1)
  })
})

describe('replace-dns-pod', () => {
  const on = subject('Pod', 'kube-system', 'coredns-0')
  const pod = object(
    'Pod',
    'kube-system',
    'coredns-0',
    {},
    { ownerReferences: [{ kind: 'ReplicaSet', name: 'coredns-abc', controller: true }] },
  )
  test('cannot be undone, and says so', () =>
    expect(changesOf(propose(replaceDnsPod, asked(found('DNS106', on)), [pod]))[0]).toMatchObject({
      verb: 'delete',
      forGood: expect.stringContaining('does not come back'),
    }))
  test('not without an owner', () =>
    expect(
      whyNot(propose(replaceDnsPod, asked(found('DNS106', on)), [object('Pod', 'kube-system', 'coredns-0')])),
    ).toContain('no owner'))
  test('not the last one that is ready', () =>
    expect(whyNot(propose(replaceDnsPod, asked(found('DNS106', on), { dns: { slices: [] } }), [pod]))).toContain(
      'no other DNS server',
    ))
})
