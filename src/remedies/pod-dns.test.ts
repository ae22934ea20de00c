import type { DnsServiceFault } from '../relations/dns/dns-service-fault.ts'
import { describe, expect, test } from 'vitest'
import { asked, changesOf, found, object, propose, whyNot } from '../../test/build/remedies.ts'
import { known } from '../model/known.ts'
import { subject } from '../model/subject.ts'
import { dnsService } from './dns-service.ts'
import { enoughCoredns } from './enough-coredns.ts'
import { at, type Json, type Manifest } from '../manifest/object.ts'
import { podDns } from './pod-dns.ts'
import type { Remedy } from './remedy.ts'
import { resolverOptions } from './resolver-options.ts'
import { scaleCoredns } from './scale-coredns.ts'

const web = subject('Deployment', 'shop', 'web')
const deployment = (pod: Manifest, more: Manifest = {}): Manifest =>
  object('Deployment', 'shop', 'web', { spec: { template: { spec: pod }, ...more } })

function after(result: ReturnType<typeof propose>): Manifest {
  const [change] = changesOf(result)
  return change === undefined || change.verb === 'delete' ? {} : change.after
}
const podAfter = (result: ReturnType<typeof propose>): Json | undefined => at(after(result), 'spec', 'template', 'spec')
const asking = (code: string, workload: Manifest): ReturnType<typeof propose> =>
  propose(podDns, asked(found(code, web)), [workload])

describe('pod-dns against DNS118', () => {
  test('the policy, and nothing else', () =>
    expect(podAfter(asking('DNS118', deployment({ hostNetwork: true, dnsPolicy: 'ClusterFirst' })))).toEqual({
      hostNetwork: true,
      dnsPolicy: 'ClusterFirstWithHostNet',
    }))
  test('left out, it is ClusterFirst', () =>
    expect(podAfter(asking('DNS118', deployment({ hostNetwork: true })))).toEqual({
      hostNetwork: true,
      dnsPolicy: 'ClusterFirstWithHostNet',
    }))
  test('another policy by now', () =>
    expect(whyNot(asking('DNS118', deployment({ hostNetwork: true, dnsPolicy: 'Default' })))).toContain(
      'Default by now',
    ))
  test('off the host by now', () =>
    expect(whyNot(asking('DNS118', deployment({ dnsPolicy: 'ClusterFirst' })))).toContain('not on the host'))
})

describe('pod-dns against DNS218', () => {
  test.each([
    ['Default', false, 'ClusterFirst'],
    ['Default', true, 'ClusterFirstWithHostNet'],
    ['ClusterFirst', true, 'ClusterFirstWithHostNet'],
  ])('%s, on the host %s: %s', (dnsPolicy, hostNetwork, policy) =>
    expect(podAfter(asking('DNS218', deployment({ hostNetwork, dnsPolicy })))).toEqual({
      hostNetwork,
      dnsPolicy: policy,
    }),
  )
  test("the cluster's by now", () =>
    expect(whyNot(asking('DNS218', deployment({ dnsPolicy: 'ClusterFirst' })))).toContain('no longer'))
  test("the cluster's on the host's network by now", () =>
    expect(whyNot(asking('DNS218', deployment({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' })))).toContain(
      'by now',
    ))
})

describe('pod-dns against DNS117', () => {
  const none = (...nameservers: readonly string[]): Manifest =>
    deployment({ dnsPolicy: 'None', dnsConfig: { nameservers, searches: ['cluster.local'] } })
  test('the address of the DNS Service; the search list stays', () =>
    expect(podAfter(asking('DNS117', none('10.9.9.9')))).toEqual({
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['10.96.0.10'], searches: ['cluster.local'] },
    }))
  test("the kubelet's mistake is not the manifest's", () =>
    expect(asking('DNS117', deployment({}))).toMatchObject({
      kind: 'not-offered',
      why: expect.stringContaining('to the kubelet'),
      instead: expect.stringContaining('rollout restart'),
    }))
  test.each(['10.96.0.10', '169.254.20.10'])('%s is the right one by now', (ip) =>
    expect(whyNot(asking('DNS117', none(ip)))).toContain('by now'),
  )
})

describe('pod-dns against DNS119', () => {
  const with_ = (policy: string, nameservers: readonly string[], more: Manifest = {}): Manifest =>
    deployment({ dnsPolicy: policy, dnsConfig: { nameservers, ...more } })
  test('the foreign one goes, in place', () =>
    expect(podAfter(asking('DNS119', with_('None', ['10.96.0.10', '8.8.8.8', '169.254.20.10'])))).toMatchObject({
      dnsConfig: { nameservers: ['10.96.0.10', '169.254.20.10'] },
    }))
  test('an empty dnsConfig goes with it', () =>
    expect(podAfter(asking('DNS119', with_('ClusterFirst', ['8.8.8.8'])))).toEqual({ dnsPolicy: 'ClusterFirst' }))
  test('options stay', () =>
    expect(
      podAfter(asking('DNS119', with_('ClusterFirst', ['8.8.8.8'], { options: [{ name: 'ndots', value: '2' }] }))),
    ).toEqual({ dnsPolicy: 'ClusterFirst', dnsConfig: { options: [{ name: 'ndots', value: '2' }] } }))
  test('not in its manifest', () =>
    expect(whyNot(asking('DNS119', deployment({})))).toContain("kubelet's configuration"))
})

describe('pod-dns is not offered for', () => {
  test('a pod of its own', () =>
    expect(whyNot(propose(podDns, asked(found('DNS118', subject('Pod', 'shop', 'web'))), []))).toContain(
      'fixed when it starts',
    ))
  test('a paused Deployment', () =>
    expect(whyNot(asking('DNS118', deployment({ hostNetwork: true }, { paused: true })))).toContain('paused'))
  test('pods that are only updated by hand', () =>
    expect(
      whyNot(asking('DNS118', deployment({ hostNetwork: true }, { updateStrategy: { type: 'OnDelete' } }))),
    ).toContain('only when someone deletes'))
  test('a cluster whose DNS is not known', () =>
    expect(
      whyNot(
        propose(podDns, asked(found('DNS118', web), { dns: { service: null } }), [deployment({ hostNetwork: true })]),
      ),
    ).toContain('not known'))
})

describe('dns-service', () => {
  const on = subject('Service', 'kube-system', 'kube-dns')
  const udp = { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 }
  const service = (spec: Manifest): Manifest => object('Service', 'kube-system', 'kube-dns', { spec })
  const run = (spec: Manifest, fault: DnsServiceFault = 'port-missing'): ReturnType<typeof propose> =>
    propose(dnsService, asked(found('DNS120', on, { case: fault })), [service(spec)])
  test('the missing port, with the target of the other; safe', () => {
    expect(at(after(run({ ports: [udp, { name: 'metrics', port: 9153 }] })), 'spec', 'ports')).toEqual([
      udp,
      { name: 'metrics', port: 9153 },
      { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
    ])
    expect(run({ ports: [udp] })).toMatchObject({ applicability: 'safe' })
  })
  test('another port', () =>
    expect(at(after(run({ ports: [{ ...udp, targetPort: 5353 }] })), 'spec', 'ports', 1, 'targetPort')).toBe(5353))
  test('a name that is taken', () =>
    expect(at(after(run({ ports: [{ ...udp, name: 'dns-tcp' }] })), 'spec', 'ports', 1, 'name')).toBe('dns-53-tcp'))
  test('a named target is for a person', () =>
    expect(whyNot(run({ ports: [{ ...udp, targetPort: 'dns' }] }))).toContain('named dns'))
  const both = [udp, { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 }]
  test('every node again; a person decides', () =>
    expect(run({ ports: both, internalTrafficPolicy: 'Local' }, 'nodes-unserved')).toMatchObject({
      applicability: 'judgement',
      changes: [{ after: { spec: { internalTrafficPolicy: 'Cluster' } } }],
    }))
  test('Local that serves every node is let be', () =>
    expect(at(after(run({ ports: [udp], internalTrafficPolicy: 'Local' })), 'spec', 'internalTrafficPolicy')).toBe(
      'Local',
    ))
  test('well by now', () => expect(whyNot(run({ ports: both }))).toContain('by now'))
})

describe('the DNS Deployment', () => {
  const coredns = (spec: Manifest): Manifest =>
    object('Deployment', 'kube-system', 'coredns', {
      spec: { selector: { matchLabels: { 'k8s-app': 'kube-dns' } }, ...spec },
    })
  const run = (
    remedy: Remedy,
    code: string,
    spec: Manifest,
    more: readonly Manifest[] = [],
  ): ReturnType<typeof propose> =>
    propose(remedy, asked(found(code, subject('Deployment', 'kube-system', 'coredns'))), [coredns(spec), ...more])
  test('DNS112: from one to two', () =>
    expect(run(scaleCoredns, 'DNS112', { replicas: 1 })).toMatchObject({
      verify: { codes: ['DNS112'] },
      changes: [{ after: { spec: { replicas: 2 } } }],
    }))
  test('DNS112: one is the default', () =>
    expect(after(run(scaleCoredns, 'DNS112', {}))).toMatchObject({ spec: { replicas: 2 } }))
  test('DNS112: two by now', () => expect(whyNot(run(scaleCoredns, 'DNS112', { replicas: 2 }))).toContain('by now'))
  test('DNS112: not against an autoscaler', () =>
    expect(
      whyNot(
        run(scaleCoredns, 'DNS112', { replicas: 1 }, [
          object('HorizontalPodAutoscaler', 'kube-system', 'dns', {
            spec: { scaleTargetRef: { kind: 'Deployment', name: 'coredns' } },
          }),
        ]),
      ),
    ).toContain('HorizontalPodAutoscaler'))
  test('DNS111: the spread alone', () => {
    const its = changesOf(
      run(enoughCoredns, 'DNS111', {
        replicas: 2,
        template: { spec: { containers: [{ name: 'coredns', resources: { limits: { cpu: '30m' } } }] } },
      }),
    )
    expect(its).toHaveLength(1)
    expect(its[0]).toMatchObject({
      after: {
        spec: {
          replicas: 2,
          template: {
            spec: {
              containers: [{ resources: { limits: { cpu: '30m' } } }],
              topologySpreadConstraints: [{ topologyKey: 'kubernetes.io/hostname' }],
            },
          },
        },
      },
    })
  })
  test('DNS111: a spread that came too late', () =>
    expect(
      run(enoughCoredns, 'DNS111', { template: { spec: { topologySpreadConstraints: [{ maxSkew: 1 }] } } }),
    ).toMatchObject({ kind: 'not-offered', instead: expect.stringContaining('rollout restart') }))
})

describe('use-vc', () => {
  const run = (values: readonly string[], libc: 'glibc' | 'musl' = 'glibc'): ReturnType<typeof propose> =>
    propose(
      resolverOptions,
      asked(found('DNS101', subject('Node', null, 'worker-1')), {
        named: [web],
        values,
        libc: () => libc,
        model: asked(found('DNS101', web)).model,
      }),
      [deployment({})],
    )
  test('asked for by name', () =>
    expect(podAfter(run(['use-vc']))).toEqual({ dnsConfig: { options: [{ name: 'use-vc' }] } }))
  test('looked for in the pods', () =>
    expect(run(['use-vc'])).toMatchObject({ risk: { level: 'medium' }, verify: { inside: { option: 'use-vc' } } }))
  test('musl ignores it', () => expect(whyNot(run(['use-vc'], 'musl'))).toContain('musl'))
  test('no other', () => expect(whyNot(run(['rotate']))).toContain('no option that hopscope sets'))
  test('none: the usual one', () =>
    expect(podAfter(run([]))).toEqual({ dnsConfig: { options: [{ name: 'single-request-reopen' }] } }))
})

test('services that are known are told from strangers', () => {
  const ask = asked(found('DNS119', web))
  const own = { ...ask, model: { ...ask.model, sources: { ...ask.model.sources, services: known([]) } } }
  expect(
    propose(podDns, own, [deployment({ dnsPolicy: 'None', dnsConfig: { nameservers: ['10.96.0.10', '8.8.8.8'] } })])
      .kind,
  ).toBe('proposal')
})
