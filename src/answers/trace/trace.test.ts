import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contacts, getOf, repeat, toPod, toService } from '../../../test/build/contacts.ts'
import { insideView, resolving } from '../../../test/build/dns.ts'
import { ingressPolicy, labels, namespace } from '../../../test/build/policy.ts'
import { service } from '../../../test/build/service.ts'
import { crossing, traced } from '../../../test/build/trace.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose, type Diagnosis, exitCode } from '../../engine.ts'
import type { ConnectResult } from '../../model/contacts.ts'
import type { Crossing } from '../../model/crossing.ts'
import { known } from '../../model/known.ts'
import type { Answer } from '../../model/lookups.ts'
import type { Service } from '../../model/service.ts'
import type { Sources } from '../../model/sources.ts'
import { headline } from '../../report/diagnosis/headline.ts'
import { paint } from '../../report/paint.ts'
import { traceText } from '../../report/trace/trace-text.ts'
import type { Trace } from './hop.ts'
import { traceExitCode, traceOf } from './trace.ts'

const plain = paint({ colour: false, ascii: false, width: 100 })
const [web1, web2] = [traced.sources.pods[1], traced.sources.pods[2]]
const base = { ...traced.sources, namespaces: [namespace('shop')], networkPolicies: [] }

const traceIn = ({ model, roots }: Diagnosis): Trace | null =>
  traceOf(
    model,
    roots.map((it) => it.finding),
  )

function look(sources: Partial<Sources>, scope = traced.scope as Parameters<typeof modelOf>[2]): Trace {
  const trace = traceIn(diagnose(modelOf({ ...base, ...sources }, {}, scope), { checks }))
  if (trace === null) throw new Error('no trace')
  return trace
}

const all = (result: ConnectResult) => (['web', 'web-1', 'web-2'] as const).map((it) => crossing(it, result))
const verdicts = ({ hops }: Trace) => Object.fromEntries(hops.map((it) => [it.name, it.verdict]))

describe('a trace', () => {
  test('none is asked for', () => {
    expect(traceIn(diagnose(modelOf(base), { checks }))).toBeNull()
  })

  test('by reading alone nothing is proven', () => {
    const trace = look({})
    expect(trace).toMatchObject({ verdict: 'clear', at: null, to: 'service shop/web' })
    expect(verdicts(trace)).toMatchObject({ service: 'ok', endpoints: 'ok', policy: 'ok', connect: 'not-looked' })
  })

  test('it opens', () => {
    const trace = look({ crossings: all('open') })
    expect(trace).toMatchObject({ verdict: 'open', at: null, narrowed: null })
    expect(verdicts(trace)).toMatchObject({ connect: 'ok', direct: 'ok' })
  })

  describe('it opens, and the other side hangs up at once', () => {
    const hungUp = (is: boolean) => all('open').map((it) => ({ ...it, hungUp: is }))
    const beside = (hungUpMs: number | null) => {
      const stayed = [...repeat(4, 'open'), ...repeat(3, 'open').map((it) => ({ ...it, hungUpMs }))]
      return contacts([toService('web', 'worker-1', stayed), toService('web', 'worker-2', stayed)])
    }
    const textOf = (trace: Trace): string => traceText(trace, plain)

    test('as the pod itself sees it', () => {
      const trace = look({ crossings: hungUp(true) })
      expect(trace).toMatchObject({ verdict: 'broken', at: 'connect' })
      expect(textOf(trace)).toMatch(/reaches service shop\/web, which hangs up at once: the path breaks at connect/)
      expect(textOf(trace)).toMatch(/hung up at once: 0 of 1 stayed open/)
      expect(textOf(trace)).not.toMatch(/✓ connect/)
    })

    test('on probe pods as well: it is the program at the other end', () => {
      const trace = look({ crossings: hungUp(true), contacts: beside(2) })
      expect(trace).toMatchObject({ verdict: 'broken', at: 'connect', narrowed: 'everywhere' })
      expect(textOf(trace)).toMatch(/Probe pods are hung up on as well/)
      expect(verdicts(trace)).toMatchObject({ beside: 'broken', elsewhere: 'broken' })
    })

    test('on probe pods, where the tool in the pod does not tell', () => {
      const trace = look({ crossings: all('open'), contacts: beside(2) })
      expect(trace).toMatchObject({ verdict: 'broken', at: 'beside' })
      expect(textOf(trace)).toMatch(/where probe pods are hung up on at once/)
    })

    test('on probe pods alone: it knows who may come, and the pod may', () => {
      expect(look({ crossings: hungUp(false), contacts: beside(2) })).toMatchObject({ verdict: 'open', at: null })
    })

    test('on nobody', () => {
      expect(look({ crossings: hungUp(false), contacts: beside(null) })).toMatchObject({ verdict: 'open', at: null })
    })

    test('and requests are answered: it does not wait for who says nothing', () => {
      const answered = { ...beside(2), direct: [getOf('web', 'web-1', 200)] }
      expect(look({ crossings: all('open'), contacts: answered })).toMatchObject({ verdict: 'open', at: null })
    })

    test('a policy that denies it may be enforced by that', () => {
      const deny = { networkPolicies: [ingressPolicy('web', [], { podSelector: labels({ app: 'web' }) })] }
      expect(look({ ...deny, crossings: hungUp(true) })).toMatchObject({ verdict: 'broken', at: 'policy' })
    })
  })

  test("the URL that was asked for fails by the Service's address alone", () => {
    const direct = [1, 2].map((n) => getOf('web', `web-${n}`, 200, { ip: `10.2.1.${n}`, basis: 'url' }))
    const through = [502, 200].map((status) => ({ ...getOf('web', 'web-1', status, { basis: 'url' }), pod: null }))
    const trace = look({ crossings: all('open'), contacts: { ...contacts([]), direct, through } })
    expect(trace).toMatchObject({ verdict: 'broken', at: 'http' })
    expect(traceText(trace, plain)).toMatch(/is answered well only 3 of 4 times/)
  })

  test('the URL that was asked for is answered by a 404: it is reached, and that is not all', () => {
    const asked = (status: number, basis: 'url' | 'guessed') => {
      const direct = [1, 2].map((n) => getOf('web', `web-${n}`, status, { ip: `10.2.1.${n}`, path: '/cart', basis }))
      return traceText(look({ crossings: all('open'), contacts: { ...contacts([]), direct } }), plain)
    }
    expect(asked(404, 'url')).toMatch(/reaches service shop\/web, and is answered 404\./)
    expect(asked(200, 'url')).toMatch(/reaches service shop\/web\./)
    expect(asked(404, 'guessed')).toMatch(/reaches service shop\/web\./)
  })

  test('nobody is ready behind the Service', () => {
    const trace = look({
      endpointSlices: base.endpointSlices.map((it) => ({
        ...it,
        endpoints: it.endpoints.map((one) => ({ ...one, ready: false, serving: false })),
      })),
    })
    expect(trace).toMatchObject({ verdict: 'broken', at: 'endpoints' })
  })

  test('a port that the Service does not have', () => {
    const trace = look({}, { ...traced.scope, trace: { ...traced.scope.trace, port: 9999 } })
    expect(trace).toMatchObject({ verdict: 'broken', at: 'service' })
    // There was nothing to connect to: that says nothing of the container's shell.
    expect(trace.hops.find((it) => it.name === 'connect')?.seen).toEqual({ kind: 'why', why: 'no-address' })
  })

  test('a port of UDP is told as one: nothing was sent to it, and its address is known', () => {
    const ports = base.services.flatMap((it) => it.ports.map((port) => ({ ...port, protocol: 'UDP' as const })))
    const trace = look({ services: base.services.map((it) => ({ ...it, ports })) })
    expect(verdicts(trace)).toMatchObject({ service: 'ok', policy: 'not-looked', connect: 'not-looked' })
    const text = traceText(trace, plain)
    expect(text).toMatch(/its port is not of TCP, and nothing was sent to it/)
    expect(text).toMatch(/port \d+.* of UDP -> /)
    expect(text).not.toMatch(/no address|port none/)
    // One that has a port of TCP as well is traced by that.
    const both = base.services.map((it) => ({ ...it, ports: [...ports, ...it.ports] }))
    expect(traceText(look({ services: both, crossings: all('open') }), plain)).not.toMatch(/not of TCP/)
  })

  test('a policy denies it; an open connection refutes that', () => {
    const deny = { networkPolicies: [ingressPolicy('web', [], { podSelector: labels({ app: 'web' }) })] }
    expect(look(deny)).toMatchObject({ verdict: 'broken', at: 'policy' })
    expect(look({ ...deny, crossings: all('timeout') })).toMatchObject({ verdict: 'broken', at: 'policy' })
    expect(look({ ...deny, crossings: all('open') })).toMatchObject({ verdict: 'open', at: null })
  })

  describe('the name in the pod', () => {
    const told = (result: Answer, addresses: readonly string[]) =>
      insideView('client-1', {
        resolving: resolving({
          names: [
            { service: { namespace: 'shop', name: 'web' }, typed: 'web', tool: 'getent', ms: 1, result, addresses },
          ],
        }),
      })
    const named = (about: Partial<Service>, result: Answer, addresses: readonly string[]) =>
      look({ crossings: all('open'), services: [service('web', about)], insideViews: [told(result, addresses)] })
    const own = { clusterIP: '10.96.44.7' }

    test('is wrong, however open the address is', () => {
      expect(named(own, 'ok', ['192.0.2.9'])).toMatchObject({ verdict: 'broken', at: 'resolve' })
      expect(named(own, 'nxdomain', [])).toMatchObject({ verdict: 'broken', at: 'resolve' })
      expect(named(own, 'ok', ['10.96.44.7'])).toMatchObject({ verdict: 'open', at: null })
    })

    test('is wrong in one of two containers', () => {
      const views = [told('ok', ['10.96.44.7']), { ...told('ok', ['192.0.2.9']), container: 'proxy' }]
      const services = [service('web', own)]
      for (const insideViews of [views, views.toReversed()])
        expect(look({ crossings: all('open'), services, insideViews }).hops[0]).toMatchObject({
          verdict: 'broken',
          seen: { addresses: ['192.0.2.9'], container: 'proxy' },
        })
    })

    test('is judged as the checks judge it: within a family, and of a headless Service by its endpoints', () => {
      expect(named({ clusterIP: 'fd00::7' }, 'ok', ['fd00:0::7'])).toMatchObject({ verdict: 'open' })
      expect(named({ clusterIP: 'None' }, 'ok', ['10.2.1.1'])).toMatchObject({ at: null })
      expect(named({ clusterIP: 'None' }, 'ok', ['192.0.2.9'])).toMatchObject({ verdict: 'broken', at: 'resolve' })
    })
  })

  describe('a lookup that failed in the pod itself', () => {
    const failed = (result: Answer) =>
      insideView('client-1', { lookup: known({ tool: 'nslookup', name: 'kubernetes.default', result, ms: 8000 }) })

    test('breaks the path, however open the address is and whatever a probe pod was told', () => {
      const bad = fc.constantFrom<Answer>('timeout', 'refused', 'servfail', 'nxdomain', 'not-found', 'unreachable')
      fc.assert(
        fc.property(bad, fc.constantFrom<ConnectResult>('open', 'timeout'), (result, connected) => {
          const crossings = all(connected)
          const trace = look({ crossings, insideViews: [failed(result)] })
          expect(trace).toMatchObject({ verdict: 'broken', at: 'resolve' })
          expect(trace.hops[0]).toMatchObject({ name: 'resolve', verdict: 'broken', how: 'inside' })
        }),
      )
    })

    test('in the container in which it is so, whatever the one beside it finds', () => {
      const views = [insideView('client-1'), { ...failed('timeout'), container: 'proxy' }]
      for (const insideViews of [views, views.toReversed()])
        expect(look({ crossings: all('open'), insideViews }).hops[0]).toMatchObject({
          name: 'resolve',
          verdict: 'broken',
          seen: { kind: 'name', result: 'timeout', container: 'proxy' },
        })
    })

    test("a line of the pod's hosts file counts, and not what a pod beside it without one was told", () => {
      const hosts = (text: string) => [insideView('client-1', { resolving: resolving({ hosts: known(text) }) })]
      const web = service('web', { clusterIP: '10.96.0.7' })
      const traced = (text: string) =>
        look({ crossings: all('open'), insideViews: hosts(text), services: [web] }).hops[0]
      expect(traced('127.0.0.1 localhost\n10.96.9.9 web\n')).toMatchObject({
        name: 'resolve',
        verdict: 'broken',
        how: 'inside',
        seen: { kind: 'name', typed: 'web', result: 'ok', addresses: ['10.96.9.9'] },
      })
      for (const fine of ['127.0.0.1 localhost\n', '10.96.0.7 web\n', '10.96.9.9 other\n'])
        expect(traced(fine)?.verdict).not.toBe('broken')
    })

    test('a name that the pod did find counts for itself', () => {
      const one = failed('timeout')
      const views = [
        {
          ...one,
          resolving: resolving({
            names: [
              {
                service: { namespace: 'shop', name: 'web' },
                typed: 'web',
                tool: 'getent',
                result: 'ok',
                addresses: ['10.96.0.7'],
                ms: 2,
              },
            ],
          }),
        },
      ]
      const trace = look({
        crossings: all('open'),
        insideViews: views,
        services: [service('web', { clusterIP: '10.96.0.7' })],
      })
      expect(trace.hops[0]).toMatchObject({ name: 'resolve', verdict: 'ok' })
    })
  })

  describe('a host by its name', () => {
    const scope = traced.toHost('db-0.db', 5432)
    const host = (result: Crossing['result'], to = 'db-0.db') => [
      { ...crossing('web', result), to: { kind: 'host' as const }, host: to, port: 5432 },
    ]

    test.each([
      ['no-name', { verdict: 'broken', at: 'resolve' }, { resolve: 'broken', connect: 'not-looked' }],
      ['open', { verdict: 'open', at: null }, { resolve: 'ok', connect: 'ok' }],
      ['refused', { verdict: 'broken', at: 'connect' }, { resolve: 'ok', connect: 'broken' }],
      ['timeout', { verdict: 'broken', at: 'connect' }, { resolve: 'cannot-tell', connect: 'broken' }],
    ] as const)('%s', (result, trace, hops) => {
      const told = look({ crossings: host(result) }, scope)
      expect(told).toMatchObject(trace)
      expect(verdicts(told)).toMatchObject(hops)
    })

    test('a timeout of which a finding says that it is of the lookup', () => {
      const to = traced.toHost('example.com', 5432)
      const insideViews = [insideView('client-1', { libc: 'musl' })]
      const { model, roots } = diagnose(
        modelOf({ ...base, crossings: host('timeout', 'example.com'), insideViews }, {}, to),
        { checks },
      )
      const [first] = roots.map((it) => it.finding)
      if (first === undefined) throw new Error('no finding')
      const why = { ...first, code: 'DNS146', causes: ['musl-denied:example.com'] }
      expect(traceOf(model, [why])).toMatchObject({ at: 'resolve', verdict: 'broken' })
      expect(traceOf(model, [{ ...why, causes: ['musl-denied:other.example'] }])).toMatchObject({ at: 'connect' })
    })

    test('an address needs no lookup', () => {
      const told = look({ crossings: host('open', '192.0.2.7') }, traced.toHost('192.0.2.7', 5432))
      expect(verdicts(told)).not.toHaveProperty('resolve')
    })

    test('the pod that asks is not looked at as if it were the server', () => {
      const diagnosis = diagnose(modelOf({ ...base, crossings: host('no-name') }, {}, scope), { checks })
      const told = diagnosis.results.find((it) => it.check.code === 'TRB901')
      const [finding] = told?.findings ?? []
      const said = finding === undefined ? [] : (told?.check.words.help(finding) ?? [])
      expect(said.join(' ')).toMatch(/hopscope resolve db-0\.db -n shop --from pod\/client-1/)
      expect(finding?.args).toMatchObject({ how: 'the name does not resolve' })
    })
  })

  describe('the tests around the break say that it is this, and not that', () => {
    const probes = (beside: ConnectResult, elsewhere: ConnectResult, direct: ConnectResult) => ({
      contacts: contacts([
        toService('web', 'worker-1', repeat(5, beside)),
        toService('web', 'worker-2', repeat(5, elsewhere)),
        ...[web1, web2].flatMap((it) => (it === undefined ? [] : [toPod('web', 'worker-1', it, repeat(5, direct))])),
      ]),
    })
    const failing = [crossing('web', 'timeout')]
    test.each([
      ['this-pod', failing, probes('open', 'open', 'open')],
      ['this-node', failing, probes('timeout', 'open', 'timeout')],
      ['service-address', [...failing, crossing('web-1', 'open'), crossing('web-2', 'open')], {}],
      [
        'some-endpoints',
        [...failing, crossing('web-1', 'open'), crossing('web-2', 'timeout')],
        probes('timeout', 'timeout', 'timeout'),
      ],
      ['everywhere', all('timeout'), probes('timeout', 'timeout', 'timeout')],
    ] as const)('%s', (narrowed, crossings, around) => {
      expect(look({ crossings, ...around })).toMatchObject({ verdict: 'broken', narrowed })
    })
  })

  describe('an endpoint of which nothing is known', () => {
    const probed = (missing: number | null) => {
      const its = [
        toService('web', 'worker-1', repeat(12, 'open')),
        toService('web', 'worker-2', repeat(12, 'open')),
        ...[web1, web2].flatMap((it) => (it === undefined ? [] : [toPod('web', 'worker-1', it, repeat(5, 'open'))])),
      ]
      return contacts(its.filter((_, i) => i !== missing))
    }

    test('is never part of a green hop, whichever result of the pod is taken away', () => {
      const gone = fc.constantFrom('nothing is told', 'it is not there')
      fc.assert(
        fc.property(fc.nat(2), gone, fc.boolean(), (which, how, isHeadless) => {
          const asked = all('open').filter((it) => !isHeadless || it.to.kind === 'endpoint')
          const taken = which % asked.length
          const crossings =
            how === 'it is not there'
              ? asked.filter((_, i) => i !== taken)
              : asked.map((it, i) => (i === taken ? { ...it, result: null } : it))
          const services = isHeadless ? [service('web', { clusterIP: 'None' })] : base.services
          const { hops, ...trace } = look({ crossings, services })
          const own = asked[taken]?.to.kind === 'service' || isHeadless ? 'connect' : 'direct'
          expect(hops.find((it) => it.name === own)?.verdict).toMatch(/cannot-tell|not-looked/)
          if (own === 'direct' || isHeadless)
            expect(traceText({ ...trace, hops }, plain)).toMatch(/^\?.*not\.\n[^]*1 of 2 addresses.*1 not measured/)
        }),
      )
    })

    test('nor of one that probe pods measured', () => {
      for (const which of [2, 3]) {
        const trace = look({ crossings: [crossing('web', 'open')], contacts: probed(which) })
        expect(verdicts(trace)).toMatchObject({ direct: 'cannot-tell' })
      }
      expect(verdicts(look({ crossings: [crossing('web', 'open')], contacts: probed(null) }))).toMatchObject({
        direct: 'ok',
      })
    })

    test('nor where it was not asked over HTTP', () => {
      const answers = (...pods: readonly string[]) => ({
        ...contacts([]),
        direct: pods.map((it) => getOf('web', it, 200, { ip: it === 'web-1' ? '10.2.1.1' : '10.2.1.2' })),
      })
      const http = (...pods: readonly string[]) =>
        verdicts(look({ crossings: all('open'), contacts: answers(...pods) }))
      expect(http('web-1', 'web-2')).toMatchObject({ http: 'ok' })
      expect(http('web-1')).toMatchObject({ http: 'cannot-tell' })
    })
  })

  describe('where some connections get through, "does not reach" is not said', () => {
    const mixed = (open: number) => [...repeat(open, 'open'), ...repeat(12 - open, 'no-route')]
    const said = (sources: Partial<Sources>) => {
      const trace = look(sources)
      return [
        trace.verdict,
        trace.at,
        traceText(trace, plain)
          .split('\n')[0]
          ?.replace(/^. pod \S+ \S+ /, ''),
      ]
    }
    const bad = (pod: string, status: number) =>
      getOf('web', pod, status, { ip: pod === 'web-1' ? '10.2.1.1' : '10.2.1.2' })

    test.each([
      [
        'the pod fails to reach one endpoint, and had luck with the Service',
        { crossings: [crossing('web', 'open'), crossing('web-1', 'open'), crossing('web-2', 'no-route')] },
        ['broken', 'direct', 'reaches only 1 of 2 endpoints of service shop/web: the path breaks at past the Service.'],
      ],
      [
        'and had none',
        { crossings: [crossing('web', 'no-route'), crossing('web-1', 'open'), crossing('web-2', 'no-route')] },
        ['broken', 'connect', 'reaches only 1 of 2 endpoints of service shop/web: the path breaks at connect.'],
      ],
      [
        'rules of its node lead some connections astray, and its own one was lucky',
        { crossings: all('open'), contacts: contacts([toService('web', 'worker-1', mixed(8))]) },
        [
          'broken',
          'beside',
          'reaches service shop/web only some of the time: 8 of 12 tries beside it opened: ' +
            'the path breaks at same node.',
        ],
      ],
      [
        'one endpoint answers badly',
        {
          crossings: all('open'),
          contacts: { ...contacts([]), direct: [bad('web-1', 200), bad('web-2', 500), bad('web-2', 500)] },
        },
        ['broken', 'http', 'reaches service shop/web, and only 1 of 2 endpoints answer well: the path breaks at http.'],
      ],
      [
        'every endpoint does',
        { crossings: all('open'), contacts: { ...contacts([]), direct: [bad('web-1', 500), bad('web-2', 500)] } },
        ['broken', 'http', 'does not reach service shop/web: the path breaks at http.'],
      ],
      [
        'nothing gets through',
        { crossings: all('no-route') },
        ['broken', 'connect', 'does not reach service shop/web: the path breaks at connect.'],
      ],
    ] as const)('%s', (_, sources, expected) => {
      expect(said(sources)).toEqual(expected)
    })
  })

  describe('a connection that was not measured from the pod is no green', () => {
    const untried = [null, [], [{ ...crossing('web', 'open'), result: null }]] as const
    const beside = { none: null, open: 'worker-1', elsewhere: 'worker-2', some: 'worker-1' } as const
    const policies = { read: [], unread: undefined } as const

    test('but where a probe pod beside it opened it, and policies were read and let the pod through', () => {
      const keys = <T extends object>(of: T) => fc.constantFrom(...(Object.keys(of) as (keyof T)[]))
      fc.assert(
        fc.property(fc.constantFrom(...untried), keys(beside), keys(policies), (crossings, by, read) => {
          const node = beside[by]
          const results = by === 'some' ? [...repeat(3, 'open'), ...repeat(3, 'timeout')] : repeat(6, 'open')
          const { networkPolicies: _, ...others } = base
          const diagnosis = diagnose(
            modelOf(
              {
                ...others,
                ...(policies[read] === undefined ? {} : { networkPolicies: policies[read] }),
                ...(crossings === null ? {} : { crossings }),
                ...(node === null ? {} : { contacts: contacts([toService('web', node, results)]) }),
              },
              {},
              { ...traced.scope, level: 'probe' },
            ),
            { checks },
          )
          const trace = traceIn(diagnosis)
          if (trace === null) throw new Error('no trace')
          const isTold = by === 'open' && read === 'read'
          expect([trace.verdict, traceExitCode(trace, 0)]).toEqual(
            by === 'some' ? ['broken', 1] : ['clear', isTold ? 0 : 2],
          )
          if (!isTold) expect(headline(diagnosis)).not.toMatch(/Nothing wrong/)
          if (trace.verdict === 'clear')
            expect(traceText(trace, plain)).toMatch(isTold ? /^\? A probe pod on the node/ : /^\? hopscope can't tell/)
        }),
      )
    })
  })

  test('no failed connect is green, whatever stands around it', () => {
    const result = fc.constantFrom<ConnectResult>('refused', 'timeout', 'no-route', 'no-source', 'error')
    const any = fc.constantFrom<ConnectResult | null>(
      'open',
      'refused',
      'timeout',
      'no-route',
      'no-source',
      'error',
      null,
    )
    fc.assert(
      fc.property(result, any, any, fc.constantFrom('web', 'host', 'pod'), (bad, a, b, to) => {
        const crossings =
          to === 'host'
            ? [{ ...crossing('web', bad), to: { kind: 'host' as const }, host: '192.0.2.7', port: 443 }]
            : [
                crossing(to === 'pod' ? 'web-1' : 'web', bad),
                crossing('web-2', to === 'pod' ? null : b),
                ...(to === 'pod' ? [] : [crossing('web-1', a)]),
              ]
        const scopes = { web: traced.scope, host: traced.toHost('192.0.2.7', 443), pod: traced.toPod('web-1', 8080) }
        const diagnosis = diagnose(modelOf({ ...base, crossings }, {}, scopes[to as 'web']), { checks })
        const trace = traceIn(diagnosis)
        expect(trace?.verdict).toBe('broken')
        const code = exitCode(diagnosis, { failOn: 'warning', strict: false })
        expect(code).not.toBe(0)
        expect(trace === null ? 0 : traceExitCode(trace, code)).not.toBe(0)
      }),
    )
  })
})
