import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/build/effort.ts'
import { projectIngress } from '../collect/project/ingress.ts'
import { projectPod } from '../collect/project/pod.ts'
import { projectService } from '../collect/project/service.ts'
import { model } from '../model/build.ts'
import { known, type Known, unknown } from '../model/known.ts'
import type { Model } from '../model/sources.ts'
import { createIntern } from '../wire/intern.ts'
import { anonymize } from './anonymize.ts'
import { anyModel } from '../../test/build/any-model.ts'
import { clusterDns } from '../../test/build/dns.ts'
import { modelOf } from '../../test/describe-check.ts'
import { fromOutside } from '../wire/outside.ts'

const intern = createIntern()
const pod = projectPod(
  {
    metadata: { namespace: 'acme', name: 'billing-0', labels: { app: 'billing', 'acme.example/team': 'Money' } },
    spec: {
      nodeName: 'n-1.acme.example',
      containers: [
        { name: 'billing', image: 'registry.acme.example/billing:v2', ports: [{ name: 'web', containerPort: 80 }] },
      ],
    },
    status: { podIP: '10.2.1.9' },
  },
  intern,
)
const service = projectService(
  {
    metadata: { namespace: 'acme', name: 'billing' },
    spec: { selector: { app: 'billing' }, ports: [{ port: 80, targetPort: 'web' }] },
  },
  intern,
)
const ingress = projectIngress(
  {
    metadata: { namespace: 'acme', name: 'front' },
    spec: {
      rules: [
        {
          host: 'pay.acme.example',
          http: { paths: [{ path: '/billing', backend: { service: { name: 'billing', port: { number: 80 } } } }] },
        },
      ],
    },
  },
  intern,
)

function example(): Model {
  if (pod === null || service === null || ingress === null) throw new Error('not projected')
  return model({
    pods: known([pod]),
    services: known([service]),
    ingresses: known([ingress]),
    namespaces: known([{ name: 'acme', labels: { 'kubernetes.io/metadata.name': 'acme' } }]),
    nodes: unknown('forbidden', 'list nodes in namespace acme'),
    clusterDns: known({
      service: null,
      slices: [],
      pods: [],
      workload: null,
      weaveTc: [],
      nodeCaches: [],
      domain: 'cluster.local',
      corefile: known(
        '.:53 {\n    kubernetes cluster.local\n    forward Corp.Acme.example 10.0.0.2:53 /etc/resolv.conf\n}\npay.acme.example:53 {\n    cache 30\n}\n',
      ),
    }),
  })
}

function namesIn(it: Model): readonly string[] {
  const found: string[] = []
  const add = (...more: readonly (string | null | undefined)[]): void =>
    void found.push(...more.map((each) => each ?? ''))
  const { pods, services, endpointSlices, ingresses, networkPolicies, namespaces, dnsProbe } = it.sources
  if (pods.known)
    for (const each of pods.value)
      add(
        each.namespace,
        each.name,
        each.node,
        each.owner?.name,
        ...Object.values(each.labels),
        ...each.containers.flatMap((held) => [held.name, held.image, ...held.ports.map((port) => port.name)]),
      )
  if (services.known)
    for (const each of services.value)
      add(
        each.namespace,
        each.name,
        ...Object.values(each.selector ?? {}),
        ...each.ports.map((port) => String(port.targetPort)),
      )
  if (endpointSlices.known)
    for (const each of endpointSlices.value)
      add(each.namespace, each.service, ...each.endpoints.flatMap((end) => [end.pod, end.node, end.ip]))
  if (ingresses.known)
    for (const each of ingresses.value)
      add(
        each.namespace,
        each.className,
        each.defaultBackend?.service,
        ...each.rules.flatMap((rule) => [rule.host, ...rule.paths.map((path) => path.backend.service)]),
      )
  if (networkPolicies.known)
    for (const each of networkPolicies.value)
      add(
        each.namespace,
        ...Object.values(each.podSelector.matchLabels),
        ...each.podSelector.matchExpressions.flatMap((part) => [part.key, ...part.values]),
      )
  if (namespaces.known)
    for (const each of namespaces.value) add(each.name, ...Object.keys(each.labels), ...Object.values(each.labels))
  if (dnsProbe.known)
    add(...dnsProbe.value.nodes, ...dnsProbe.value.series.flatMap((each) => [each.node, each.server.pod, each.name]))
  return found
}

function skeleton(value: unknown): unknown {
  if (typeof value === 'string') return 'text'
  if (Array.isArray(value)) return value.map(skeleton)
  if (typeof value !== 'object' || value === null) return value
  return Object.values(value)
    .map((it) => JSON.stringify(skeleton(it)))
    .sort()
}

describe('anonymize', () => {
  const { sources } = anonymize(example())
  const text = JSON.stringify(sources)

  test('no name is left', () => expect(text).not.toMatch(/acme|billing|money|front|pay\b|corp|"web"/i))

  test('what every cluster has is left, addresses are not', () => {
    expect(text).not.toContain('10.2.1.9')
    expect(text).toMatch(/"ip":"10\.\d+\.\d+\.\d+"/)
    expect(text).toContain('kubernetes.io/metadata.name')
    expect(sources.clusterDns).toMatchObject({
      value: { domain: 'cluster.local', corefile: { value: expect.stringContaining('kubernetes cluster.local\n') } },
    })
    expect(sources.clusterDns).toMatchObject({
      value: {
        corefile: { value: expect.stringMatching(/forward n\d+\.n\d+\.n\d+ 10(?:\.\d+){3}:53 \/etc\/resolv\.conf\n/) },
      },
    })
  })

  test('relations hold', () => {
    const [ours, its] = [firstOf(sources.pods), firstOf(sources.services)]
    const [way, home] = [firstOf(sources.ingresses), firstOf(sources.namespaces)]
    expect(its?.selector?.['app']).toBe(ours?.labels['app'])
    expect(its?.ports[0]?.targetPort).toBe(ours?.containers[0]?.ports[0]?.name)
    expect(way?.rules[0]?.paths[0]?.backend).toEqual({
      service: its?.name,
      port: 80,
      path: 'spec.rules[0].http.paths[0].backend',
    })
    expect(home?.labels['kubernetes.io/metadata.name']).toBe(ours?.namespace)
    expect(sources.nodes).toEqual(unknown('forbidden', `list nodes in namespace ${home?.name}`))
    expect(ours?.containers[0]?.image).toMatch(/:v2$/)
  })

  test('in any model, equal names stay equal and different ones different', () => {
    fc.assert(
      fc.property(anyModel, (before) => {
        const after = anonymize(before)
        // Labels are sorted by their new keys, so the names are compared as a set of pairs by count alone.
        const [old, now] = [namesIn(before), namesIn(after)]
        expect(now.length).toBe(old.length)
        expect(new Set(now).size).toBe(new Set(old).size)
        expect(anonymize(before)).toEqual(after)
      }),
      { numRuns: runs(100) },
    )
  })

  test('in any model, everything that is no text stays', () => {
    fc.assert(
      fc.property(anyModel, (before) => {
        expect(skeleton(anonymize(before))).toEqual(skeleton(before))
      }),
      { numRuns: runs(100) },
    )
  })
})

function firstOf<T>(list: Known<readonly T[]>): T | undefined {
  if (!list.known) throw new Error('unknown')
  return list.value[0]
}

test('a Corefile keeps no host of anybody, wherever it names one: rewrites, forwards, hosts, templates', () => {
  const corefile = [
    '.:53 {',
    '  rewrite name exact orders.partnercorp.net vault.otherfirm.org',
    String.raw`  rewrite name regex (.*)\.teamone\.example {1}.secretzone.internal answer auto`,
    '  rewrite name suffix .oldcorp.com .newcorp.com',
    '  rewrite cname exact cdn.bigvendor.io edge.smallvendor.io',
    String.raw`  rewrite stop {`,
    String.raw`    name regex ^(api)\.acquired\.(com|net)$ {1}.holding.group`,
    String.raw`    answer name (.*)\.holding\.group {1}.acquired.com`,
    '  }',
    '  template ANY ANY mergerplan.example {',
    String.raw`    match ^(.*)\.mergerplan\.example\.$`,
    '    answer "{{ .Name }} 60 IN CNAME target.mergerworld.example."',
    '  }',
    '  hosts {',
    '    10.1.2.3 crm.hiddenname.biz',
    '  }',
    '  forward corpwonder.example 10.9.8.7 198.51.100.77',
    '  kubernetes cluster.local',
    '}',
    '',
  ].join('\n')
  const it = fromOutside(modelOf({ clusterDns: clusterDns({ corefile: known(corefile) }) }))
  const written = JSON.stringify(anonymize(it))
  const names =
    'partnercorp otherfirm teamone secretzone oldcorp newcorp bigvendor smallvendor acquired holding mergerplan ' +
    'mergerworld hiddenname corpwonder 10.1.2.3 10.9.8.7 198.51.100.77'
  expect(names.split(' ').filter((name) => written.includes(name))).toEqual([])
  for (const word of ['rewrite name regex', 'rewrite cname exact', 'hosts {', 'kubernetes cluster.local'])
    expect(written).toContain(word)
})
