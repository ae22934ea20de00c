import { describe, expect, test } from 'vitest'
import { ingressPolicy, labels, namespace } from '../../../test/build/policy.ts'
import { crossing, traced } from '../../../test/build/trace.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { traceOf } from '../../answers/trace/trace.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose } from '../../engine.ts'
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
