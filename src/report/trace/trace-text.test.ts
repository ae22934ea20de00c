import { describe, expect, test } from 'vitest'
import { contacts, getOf, toService } from '../../../test/build/contacts.ts'
import { insideView, resolving } from '../../../test/build/dns.ts'
import { ingressPolicy, labels, namespace } from '../../../test/build/policy.ts'
import { crossing, traced } from '../../../test/build/trace.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { traceOf } from '../../answers/trace/trace.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose } from '../../engine.ts'
import type { Finding } from '../../findings/finding.ts'
import type { DirectContact } from '../../model/contacts.ts'
import { subject } from '../../model/subject.ts'
import { known } from '../../model/known.ts'
import type { Sources } from '../../model/sources.ts'
import { paint } from '../paint.ts'
import { traceText } from './trace-text.ts'

const plain = paint({ colour: false, ascii: false, width: 100 })
const base = { ...traced.sources, namespaces: [namespace('shop')], networkPolicies: [] }

function told(sources: Partial<Sources>, scope: Parameters<typeof modelOf>[2] = traced.scope): string {
  const { model, roots } = diagnose(modelOf({ ...base, ...sources }, {}, scope), { checks })
  const trace = traceOf(
    model,
    roots.map((it) => it.finding),
  )
  return trace === null ? '' : traceText(trace, plain)
}

describe('a trace in words', () => {
  test('nothing measured is no green', () => {
    expect(told({})).toMatchInlineSnapshot(`
      "? hopscope can't tell whether pod shop/client-1 (worker-1) reaches service shop/web: the connection itself was not measured; no hop that was read stands in the way.

         1  - resolve    not measured: needs --probe
         2  ✓ service    ClusterIP, port 80 (http) -> 8080       read
         3  ✓ endpoints  2 ready of 2                            read
         4  ✓ policy     lets it through to each of 2 endpoints  worked out
         5  - connect    not measured: needs --probe
      "
    `)
  })
  test('open', () => {
    expect(told({ crossings: [crossing('web', 'open'), crossing('web-1', 'open'), crossing('web-2', null)] }))
      .toMatchInlineSnapshot(`
        "? pod shop/client-1 reaches service shop/web as far as was measured: 1 address was not.

           1  - resolve           not measured: needs --probe
           2  ✓ service           ClusterIP, port 80 (http) -> 8080                                        read
           3  ✓ endpoints         2 ready of 2                                                             read
           4  ✓ policy            lets it through to each of 2 endpoints                                   worked out
           5  ✓ connect           10.96.44.7:80 open, 2.0 ms; 1 try meets one bad endpoint of 2 with 50 %  measured in the pod
           6  ? past the Service  1 of 2 addresses open, 2.0 ms, 1 not measured                            measured in the pod
        "
      `)
  })
  test('connections that opened by a second SYN are no green', () => {
    const late = [
      { result: 'open', ms: 1 },
      { result: 'open', ms: 1016 },
    ] as const
    const said = told({
      crossings: [crossing('web', 'open'), crossing('web-1', 'open'), crossing('web-2', 'open')],
      contacts: contacts([toService('web', 'worker-1', late), toService('web', 'worker-2', [late[0], late[0]])]),
    })
    expect(said).toContain('! pod shop/client-1 (worker-1) reaches service shop/web, and 1 of 7 connections lost')
    expect(said).toMatch(/! same node .*slowest 1.02 s: 1 of 2 by a SYN sent again, the first was lost/)
    expect(said).toMatch(/✓ other nodes/)
  })
  test('what is known by a head alone, or was asked no further, is no green', () => {
    const crossings = [crossing('web', 'open'), crossing('web-1', 'open'), crossing('web-2', 'open')]
    const answers = (unended?: 'stream'): DirectContact[] =>
      ['web-1', 'web-2'].map((pod, index) => ({
        ...getOf('web', pod, 200),
        ip: `10.2.1.${index + 1}`,
        ...(unended === undefined ? {} : { unended }),
      }))
    const all = { ...contacts([]), direct: answers() }
    expect(told({ crossings, contacts: all })).toMatch(/^✓ .*✓ http +2 asked, answered 200 /s)
    expect(told({ crossings, contacts: { ...all, direct: answers('stream') } })).toMatch(
      /✓ http +2 asked, answered 200; the heads alone were awaited/,
    )
    const [first] = all.direct
    const eased = [{ node: 'worker-1', ip: first?.ip ?? '', port: first?.port ?? 0, why: 'its answers took 3050 ms' }]
    const short = told({ crossings, contacts: { ...all, eased } })
    expect(short).toMatch(/^\? pod .* reaches service shop\/web; it was asked no further: its answers took 3050 ms\./)
    expect(short).toMatch(/\? http +2 asked, answered 200; asked no further: its answers took 3050 ms/)
  })
  test('a finding of the same path is in the headline, and another is not', () => {
    const crossings = [crossing('web', 'open'), crossing('web-1', 'open'), crossing('web-2', 'open')]
    const model = modelOf({ ...base, crossings }, {}, traced.scope)
    const of = (code: string, severity: 'warning' | 'info', name: string): Finding => ({
      code,
      slug: 'a/b',
      severity,
      confidence: 'observed',
      subject: subject('Service', 'shop', name),
      args: {},
      evidence: [],
      symptoms: [],
      causes: [],
      remedies: [],
    })
    const headOf = (finding: Finding): string => {
      const trace = traceOf(model, [finding])
      return trace === null ? '' : (traceText(trace, plain).split('\n')[0] ?? '')
    }
    expect(headOf(of('SVC299', 'warning', 'web'))).toMatch(
      /^! pod .* reaches service shop\/web, with trouble: SVC299 \(Service shop\/web\), below\.$/,
    )
    expect(headOf(of('SVC299', 'info', 'web'))).toMatch(/^✓/)
    expect(headOf(of('SVC299', 'warning', 'else'))).toMatch(/^✓/)
  })
  test('what Node or Python took to start is no lost SYN', () => {
    const slow = { ...crossing('web', 'open'), tool: 'node', ms: 1050 }
    expect(told({ crossings: [slow] })).not.toContain('SYN')
  })
  test('a lookup that waits for a silent nameserver is slow, and breaks nothing', () => {
    const name = { service: { namespace: 'shop', name: 'web' }, typed: 'web', tool: 'getent', addresses: [] } as const
    const asked = (result: 'ok' | 'timeout', second: 'ok' | 'timeout') =>
      told({
        crossings: [crossing('web', 'open'), crossing('web-1', 'open'), crossing('web-2', 'open')],
        insideViews: [
          insideView('client-1', {
            resolving: resolving({
              servers: known([
                { ip: '192.0.2.1', tool: 'nslookup', result: 'timeout', ms: 5010 },
                { ip: '10.96.0.10', tool: 'nslookup', result: second, ms: 20 },
              ]),
              names: [{ ...name, result, addresses: result === 'ok' ? ['10.96.44.7'] : [], ms: 8000 }],
            }),
          }),
        ],
      })
    expect(asked('timeout', 'ok')).toContain('reaches service shop/web, slowly: looking up web takes 8.00 s or more')
    expect(asked('ok', 'ok')).toContain('web -> 10.96.44.7, after 8.00 s: a nameserver before the one that answers')
    expect(asked('timeout', 'timeout')).toContain('the path breaks at resolve')
  })
  test('an endpoint that ends and still serves is not ready', () => {
    const [ready, ending] = [
      { ip: '10.2.1.1', ready: true, serving: true, terminating: false },
      { ip: '10.2.1.2', ready: false, serving: true, terminating: true },
    ]
    const [first] = base.endpointSlices
    const endpoints = (first?.endpoints ?? []).map((it, index) => ({ ...it, ...(index === 0 ? ready : ending) }))
    expect(told({ endpointSlices: first === undefined ? [] : [{ ...first, endpoints }] })).toContain(
      '1 ready of 2, 1 ends and still serves',
    )
  })
  test('an endpoint that is published, and its pod is not ready', () => {
    const [service] = base.services
    const pods = base.pods.map((it) => (it.name === 'web-1' ? { ...it, ready: false } : it))
    const services = service === undefined ? [] : [{ ...service, publishNotReadyAddresses: true }]
    expect(told({ services, pods })).toMatch(/! endpoints +1 ready of 2, 1 is not, and published all the same/)
    expect(told({ pods })).toContain('✓ endpoints  2 ready of 2')
  })
  test.each([
    ['by the time of the tool itself', 1280, 250, true],
    ['a hundredth less', 1230, 260, true],
    ['the tool is slow to start, all of the time', 1280, 900, false],
    ['it answers', 300, 250, false],
  ])('a connect of a second lost its SYN: %s', (_, late, quick, isLost) => {
    const crossings = [
      { ...crossing('web', 'open'), ms: late },
      { ...crossing('web-1', 'open'), ms: quick },
      { ...crossing('web-2', 'open'), ms: quick },
    ]
    expect(told({ crossings }).includes('by a SYN sent again')).toBe(isLost)
  })
  test('a policy, tried', () => {
    const networkPolicies = [ingressPolicy('web', [], { podSelector: labels({ app: 'web' }) })]
    expect(told({ networkPolicies, crossings: [crossing('web', 'timeout')] })).toMatchInlineSnapshot(`
      "✗ pod shop/client-1 (worker-1) does not reach service shop/web: the path breaks at policy.

         1  - resolve    not measured: needs --probe
         2  ✓ service    ClusterIP, port 80 (http) -> 8080                          read
         3  ✓ endpoints  2 ready of 2                                               read
         4  ✗ policy     shop/web lets nothing through to 2 of 2 endpoints  POL410  worked out
         5  ✗ connect    10.96.44.7:80 timed out: 0 of 1 open                       measured in the pod
      "
    `)
    expect(told({ networkPolicies })).toContain('as far as objects say')
    expect(told({ networkPolicies, crossings: [crossing('web', 'open')] })).toContain('the CNI does not enforce it')
  })
  test('a host', () => {
    const crossings = [{ ...crossing('web', 'timeout'), to: { kind: 'host' as const }, host: '192.0.2.7', port: 443 }]
    expect(told({ crossings }, traced.toHost('192.0.2.7', 443))).toMatchInlineSnapshot(`
      "✗ pod shop/client-1 (worker-1) does not reach 192.0.2.7:443: the path breaks at connect.

         1  ✓ policy   lets it through to the endpoint               worked out
         2  ✗ connect  192.0.2.7:443 timed out: 0 of 1 open  TRB901  measured in the pod
      "
    `)
  })
})
