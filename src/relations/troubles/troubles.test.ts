import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import { contacts, toService } from '../../../test/build/contacts.ts'
import { insideView, resolving } from '../../../test/build/dns.ts'
import * as F from '../../../test/build/dns-faults.ts'
import { container, deployment, pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { node } from '../../../test/build/node.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose, exitCode } from '../../engine.ts'
import type { Finding } from '../../findings/finding.ts'
import { known, unknown } from '../../model/known.ts'
import type { DnsProbe, LookupSeries } from '../../model/lookups.ts'
import { type Model, type SourceName, sourceNames } from '../../model/sources.ts'
import { readers } from './troubles.ts'

const asCli = { failOn: 'warning', strict: false } as const
const web = pod('web-1')
const healthy: Model = modelOf({
  ...F.cluster(),
  pods: [web],
  services: [service('web')],
  endpointSlices: [slice('web', [web])],
  insideViews: [insideView('web-1')],
  nodes: F.workers.map((it) => node(it)),
})

/** Everything that a report says of the findings, as one text. */
function words(model: Model): string {
  const { results } = diagnose(model, { checks })
  const lines = ({ check, findings }: (typeof results)[number]): readonly string[] =>
    findings.flatMap((it: Finding) => [
      it.subject.name,
      check.words.headline(it),
      check.words.detail(it),
      JSON.stringify(it.evidence),
    ])
  return results.flatMap(lines).join('\n')
}

function withSource<K extends SourceName>(model: Model, name: K, value: Model['sources'][K]): Model {
  return { ...model, sources: { ...model.sources, [name]: value } }
}

const bad = fc.constantFrom('timeout' as const, 'refused' as const, 'servfail' as const, 'unreachable' as const)
/** Any source but the one with the plant may be missing: what takes sight away takes no trouble away. */
const without = (plant: SourceName) => fc.subarray(sourceNames.filter((it) => it !== plant))

function blind(model: Model, names: readonly SourceName[]): Model {
  return names.reduce((all, name) => withSource(all, name, unknown('forbidden', 'no right to')), model)
}

describe('a trouble in any source is told, whatever else is known', () => {
  test('the healthy model has none', () => {
    expect(exitCode(diagnose(healthy, { checks }), asCli)).toBe(0)
  })

  test('a lookup inside a pod', () => {
    const result = fc.oneof(bad, fc.constant('slow' as const))
    const policy = fc.constantFrom('ClusterFirst', 'Default', 'None', 'ClusterFirstWithHostNet')
    const ms = fc.integer({ min: 2400, max: 60_000 })
    fc.assert(
      fc.property(
        result,
        ms,
        fc.record({ dnsPolicy: policy, hostNetwork: fc.boolean() }),
        without('insideViews'),
        (how, late, spec, gone) => {
          const lookup = known({
            tool: 'getent',
            name: 'kubernetes.default',
            result: how === 'slow' ? ('ok' as const) : how,
            ms: late,
          })
          const model = withSource(
            withSource(healthy, 'pods', known([{ ...web, ...spec }])),
            'insideViews',
            known([insideView('web-1', { lookup })]),
          )
          const seen = blind(model, gone)
          expect(exitCode(diagnose(seen, { checks }), asCli)).toBe(1)
          expect(words(seen)).toContain('web')
        },
      ),
      { numRuns: runs(150) },
    )
  })

  test('a name that a pod cannot look up, finds late, or finds to be another address', () => {
    const result = fc.oneof(bad, fc.constantFrom('slow' as const, 'wrong' as const, 'nxdomain' as const))
    fc.assert(
      fc.property(result, fc.integer({ min: 2400, max: 60_000 }), without('insideViews'), (how, ms, gone) => {
        const isAnswered = how === 'slow' || how === 'wrong'
        const right = how === 'slow' ? ['10.96.44.7'] : []
        const addresses = how === 'wrong' ? ['192.0.2.66'] : right
        const one = {
          service: { namespace: 'shop', name: 'web' },
          typed: 'web.shop',
          tool: 'getent',
          result: isAnswered ? ('ok' as const) : how,
          addresses,
          ms: how === 'wrong' ? 3 : ms,
        }
        const seen = blind(
          withSource(healthy, 'insideViews', known([insideView('web-1', { resolving: resolving({ names: [one] }) })])),
          how === 'wrong' ? gone.filter((it) => it !== 'services') : gone,
        )
        expect(exitCode(diagnose(seen, { checks }), asCli)).toBe(1)
        expect(words(seen)).toContain('web')
      }),
      { numRuns: runs(150) },
    )
  })

  test('a nameserver of a pod that does not answer it, alone or beside one that does', () => {
    const how = fc.constantFrom('timeout' as const, 'unreachable' as const)
    const others = fc.array(fc.constantFrom('ok' as const, 'nxdomain' as const, 'timeout' as const), { maxLength: 2 })
    fc.assert(
      fc.property(how, others, fc.boolean(), without('insideViews'), (result, rest, isFirst, gone) => {
        const dead = { ip: '192.0.2.1', tool: 'nslookup', result, ms: 5000 }
        const alive = rest.map((one, index) => ({ ip: `192.0.2.${index + 2}`, tool: 'nslookup', result: one, ms: 1 }))
        const servers = known(isFirst ? [dead, ...alive] : [...alive, dead])
        const lookup = unknown('not-there', 'no getent')
        const seen = blind(
          withSource(
            healthy,
            'insideViews',
            known([insideView('web-1', { lookup, resolving: resolving({ servers }) })]),
          ),
          gone,
        )
        expect(exitCode(diagnose(seen, { checks }), asCli)).toBe(1)
        expect(words(seen)).toContain('web')
        expect(words(seen)).toContain('192.0.2.1')
      }),
      { numRuns: runs(150) },
    )
  })

  test('lookups of the probe on the way that users go', () => {
    const probe = healthy.sources.dnsProbe.known ? healthy.sources.dnsProbe.value : null
    if (probe === null) throw new Error('the healthy model was measured')
    const users = probe.series.map((it, index) => ({ it, index })).filter(({ it }) => it.server.role === 'service')
    fc.assert(
      fc.property(fc.constantFrom(...users), bad, without('dnsProbe'), ({ it, index }, how, gone) => {
        const sick: LookupSeries = {
          ...it,
          lookups: it.lookups.map((one) => ({ ...one, a: how, aaaa: how, ms: 10_000 })),
        }
        const planted: DnsProbe = { ...probe, series: probe.series.with(index, sick) }
        const seen = blind(withSource(healthy, 'dnsProbe', known(planted)), gone)
        expect(exitCode(diagnose(seen, { checks }), asCli)).toBe(1)
        expect(words(seen)).toContain(it.node)
      }),
      { numRuns: runs(150) },
    )
  })

  test('connections to a Service', () => {
    const result = fc.constantFrom('refused' as const, 'timeout' as const, 'no-route' as const, 'error' as const)
    const gone = without('contacts').map((its) => its.filter((it) => it !== 'networkPolicies'))
    const policies = withSource(healthy, 'networkPolicies', known([]))
    fc.assert(
      fc.property(result, fc.integer({ min: 2, max: 9 }), gone, (how, times, names) => {
        const tries = Array.from({ length: times }, () => ({ result: how, ms: 3000 }))
        const seen = blind(
          withSource(policies, 'contacts', known(contacts([toService('web', 'worker-1', tries)]))),
          names,
        )
        expect(exitCode(diagnose(seen, { checks }), asCli)).toBe(1)
        expect(words(seen)).toContain('web')
      }),
      { numRuns: runs(150) },
    )
  })

  test('the answers that a DNS server counts', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('SERVFAIL', 'REFUSED'),
        fc.integer({ min: 100, max: 5000 }),
        without('coreDnsWindows'),
        (rcode, times, gone) => {
          const window = {
            pod: 'coredns-1',
            ip: '10.2.2.2',
            windowMs: 8000,
            cpuSeconds: 0.1,
            requests: 1000 + times,
            responses: { NOERROR: 1000, [rcode]: times },
            slowShare: 0,
            forwardFailures: 0,
          }
          const seen = blind(withSource(healthy, 'coreDnsWindows', known([window])), gone)
          expect(exitCode(diagnose(seen, { checks }), asCli)).toBe(1)
          expect(words(seen)).toContain('coredns-1')
        },
      ),
      { numRuns: runs(100) },
    )
  })

  test('a pod that cannot start, a node that is not ready', () => {
    const waiting = fc.constantFrom(
      'CrashLoopBackOff',
      'ImagePullBackOff',
      'CreateContainerConfigError',
      'AReasonOfTomorrow',
    )
    fc.assert(
      fc.property(waiting, without('pods'), (why, gone) => {
        const stuck = {
          ...web,
          ready: false,
          containers: web.containers.map((it) => ({ ...it, ready: false, waiting: why })),
        }
        const seen = blind(withSource(healthy, 'pods', known([stuck])), gone)
        expect(exitCode(diagnose(seen, { checks }), asCli)).toBe(1)
        expect(words(seen)).toContain('web')
      }),
      { numRuns: runs(60) },
    )
    fc.assert(
      fc.property(fc.constantFrom('False' as const, 'Unknown' as const), without('nodes'), (ready, gone) => {
        const seen = blind(withSource(healthy, 'nodes', known([node('worker-9', { ready })])), gone)
        expect(exitCode(diagnose(seen, { checks }), asCli)).toBe(1)
        expect(words(seen)).toContain('worker-9')
      }),
      { numRuns: runs(60) },
    )
  })

  test('a workload that somebody keeps from making pods, an init container that fails', () => {
    const kind = fc.constantFrom('Deployment' as const, 'StatefulSet' as const, 'ReplicaSet' as const)
    const refused = 'pods "late-1" is forbidden: exceeded quota: small'
    fc.assert(
      fc.property(kind, fc.integer({ min: 0, max: 3 }), without('workloads'), (of, ready, gone) => {
        const late = deployment('late', ready + 1, { kind: of, ready, refused, templateLabels: { app: 'late' } })
        const seen = blind(withSource(healthy, 'workloads', known([late])), gone)
        expect(exitCode(diagnose(seen, { checks }), asCli)).toBe(1)
        expect(words(seen)).toContain('exceeded quota')
      }),
      { numRuns: runs(60) },
    )
    fc.assert(
      fc.property(
        fc.constantFrom('CrashLoopBackOff', 'ErrImagePull', 'AReasonOfTomorrow'),
        without('pods'),
        (waiting, gone) => {
          const init = { name: 'migrate', waiting, message: null, exitCode: null, last: null, restarts: 0 }
          const stuck = {
            ...web,
            phase: 'Pending' as const,
            ready: false,
            ip: null,
            init,
            containers: [container({ ready: false, waiting: 'PodInitializing' })],
          }
          const seen = blind(withSource(healthy, 'pods', known([stuck])), gone)
          expect(exitCode(diagnose(seen, { checks }), asCli)).toBe(1)
          expect(words(seen)).toContain('migrate')
        },
      ),
      { numRuns: runs(60) },
    )
  })

  test('a cause that the user ignores hides what only it claims, and nothing else', () => {
    const stuck = {
      ...web,
      ready: false,
      containers: web.containers.map((it) => ({ ...it, ready: false, waiting: 'CrashLoopBackOff' })),
    }
    const model = withSource(
      withSource(healthy, 'pods', known([stuck])),
      'insideViews',
      known([
        insideView('web-1', {
          lookup: known({ tool: 'getent', name: 'kubernetes.default', result: 'timeout', ms: 5000 }),
        }),
      ]),
    )
    const all = diagnose(model, { checks }).roots.map((it) => it.finding.code)
    const less = diagnose(model, { checks, leaveOut: (it) => it.code.startsWith('SVC') }).roots.map(
      (it) => it.finding.code,
    )
    expect(all.filter((it) => it.startsWith('SVC')).length).toBeGreaterThan(0)
    expect(less).toEqual(all.filter((it) => !it.startsWith('SVC')))
    expect(less).toContain('TRB901')
  })
})

test('every source says what its outcomes are, or why it has none', () => {
  expect(Object.keys(readers).toSorted()).toEqual([...sourceNames].toSorted())
})
