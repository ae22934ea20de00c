import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { contacts, get, stranger } from '../../../test/build/contacts.ts'
import * as F from '../../../test/build/dns-faults.ts'
import { runs } from '../../../test/build/effort.ts'
import { controller, ingress } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs } from '../../../test/build/ingress-config.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { egressPolicy } from '../../../test/build/policy.ts'
import { service, slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose, exitCode } from '../../engine.ts'
import type { Contacts, HttpContact, HttpEnd } from '../../model/contacts.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import { unknown } from '../../model/known.ts'
import type { Model, Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { headline } from '../../report/diagnosis/headline.ts'
import { unjudgedRequests } from './unjudged-requests.ts'

const pods = [pod('web-1', { ip: '10.2.1.9' })]
const ingresses = [ingress([['/', 'web', 80]])]
const deny: NetworkPolicy = egressPolicy('deny', [], { namespace: contacts([]).from.namespace })

function seeing(
  about: Pick<Contacts, 'http'> & Partial<Contacts>,
  networkPolicies: readonly NetworkPolicy[] = [],
): Model {
  return modelOf({
    ...F.cluster(),
    pods,
    services: [service('web')],
    endpointSlices: [slice('web', pods)],
    ingresses,
    ingressControllers: [controller()],
    ingressConfigs: ingressConfigs(controllerConfig(ingresses)),
    networkPolicies: [...networkPolicies],
    namespaces: [],
    nodes: F.workers.map((it) => node(it)),
    contacts: { ...contacts([]), ...about },
  })
}

const failed: fc.Arbitrary<Pick<HttpEnd, 'status' | 'error'>> = fc.oneof(
  fc.integer({ min: 500, max: 599 }).map((status) => ({ status, error: null })),
  fc
    .oneof(
      fc.constantFrom('ECONNREFUSED', 'ECONNRESET', 'EPROTO', 'EHOSTUNREACH', 'ETIMEDOUT', 'ENETUNREACH', 'EPERM'),
      fc.constantFrom('no connection within 18000 ms', 'no complete answer within 18000 ms', 'connection failed'),
      fc.string({ minLength: 1, maxLength: 20 }).filter((it) => it !== 'wants a certificate of the client'),
    )
    .map((error) => ({ status: null, error })),
)
const request: fc.Arbitrary<HttpContact> = fc
  .tuple(
    failed,
    fc.constantFrom('worker-1', 'worker-2', 'worker-3', 'elsewhere'),
    fc.constantFrom('controller-1', 'controller-2'),
    fc.constantFrom('http' as const, 'https' as const, undefined),
  )
  .map(([end, at, controllerPod, scheme]) =>
    get('/', null, {
      ...end,
      node: at,
      via: { controllerPod, ip: '10.2.1.80', port: 80 },
      ...(scheme === undefined ? {} : { scheme }),
    }),
  )
/** One way to fail for all of them, which is what a fault looks like, or each its own. */
const requests = fc.oneof(
  fc.array(request, { minLength: 1, maxLength: 6 }),
  fc
    .tuple(failed, fc.array(request, { minLength: 1, maxLength: 6 }))
    .map(([end, its]) => its.map((it) => ({ ...it, ...end }))),
)
const strangers = fc.constantFrom([], [stranger(404)], [stranger(0, { status: null, error: 'ECONNRESET' })])
const scopes: fc.Arbitrary<Partial<Scope>> = fc.constantFrom(
  {},
  { namespace: 'shop' },
  { namespace: 'shop', target: { kind: 'object' as const, object: subject('Ingress', 'shop', 'web'), url: null } },
)

test('requests through controllers that all failed are never good news, whatever the excuse', () => {
  fc.assert(
    fc.property(requests, strangers, fc.boolean(), scopes, fc.boolean(), (http, others, held, scope, read) => {
      const made = seeing({ http, strangers: others }, held ? [deny] : [])
      const configs = read ? made.sources.ingressConfigs : unknown('forbidden', 'create pods/exec')
      const model: Model = {
        ...made,
        scope: { ...made.scope, level: 'probe', ...scope },
        sources: { ...made.sources, ingressConfigs: configs },
      }
      const diagnosis = diagnose(model, { checks })
      expect(headline(diagnosis)).not.toMatch(/^Nothing/)
      expect(exitCode(diagnosis, { failOn: 'warning', strict: false })).not.toBe(0)
    }),
    { numRuns: runs(300) },
  )
})

test('one answer, or one failure that counts, and there is nothing to add', () => {
  const late = { error: 'ECONNREFUSED', scheme: 'http' } as const
  expect(unjudgedRequests(seeing({ http: [get('/', null, late)] }))).toHaveLength(1)
  expect(unjudgedRequests(seeing({ http: [get('/', null, late), get('/', 200, { scheme: 'http' })] }))).toEqual([])
  expect(unjudgedRequests(seeing({ http: [get('/', 502)] }))).toEqual([])
})

test('controllers that a policy closes to the probe alone: nothing is blamed, and nothing is called well', () => {
  for (const error of ['no connection within 18000 ms', 'ETIMEDOUT', 'ECONNREFUSED', 'EHOSTUNREACH']) {
    const http = F.workers.map((at) => get('/', null, { error, node: at, scheme: 'http' }))
    const made = seeing({ http, strangers: [stranger(0, { status: null, error })] }, [deny])
    const sources = { ...made.sources, ingressConfigs: unknown('forbidden', 'create pods/exec') }
    const diagnosis = diagnose({ ...made, sources, scope: { ...made.scope, level: 'probe' } }, { checks })
    expect(diagnosis.roots.filter((it) => it.finding.severity !== 'info').map((it) => it.finding.code)).toEqual([])
    expect(headline(diagnosis)).toMatch(
      /^hopscope can't say whether .* is well: .*(?:denies the probe pod the way|refuses every connection)/,
    )
    expect(exitCode(diagnosis, { failOn: 'warning', strict: false })).toBe(2)
  }
})
