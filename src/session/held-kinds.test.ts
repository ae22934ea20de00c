import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { asCluster } from '../bundle/as-cluster.ts'
import { bundleFromText } from '../bundle/from-text.ts'
import { checks } from '../checks/registry.ts'
import { collect } from '../collect/collect.ts'
import { type CheckResult, diagnose } from '../engine.ts'
import { familyOf } from '../findings/check.ts'
import { gatewayKinds, meshKinds, otherPolicyResources } from '../kube/resources.ts'
import type { Resource } from '../kube/cluster.ts'
import type { Model } from '../model/sources.ts'
import { ToolError } from '../tool-error.ts'
import { narrowed } from './narrowed.ts'
import { lookedAt } from '../report/diagnosis/looked-at.ts'

/*
 * A kind of which a file holds nothing is unknown, and never none; what it holds is judged. `get-shop.json` is all of
 * one namespace, and holds nothing but core kinds.
 */

interface Raw {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: object
    readonly annotations?: object
  }
  readonly [field: string]: unknown
}

const shop = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../test/fixtures/bundles/get-shop.json'), 'utf8'),
) as { readonly items: readonly Raw[] }

function raw(apiVersion: string, kind: string, more: object = {}, where: string | null = 'shop'): Raw {
  const metadata = { name: 'r', generation: 1, ...(where === null ? {} : { namespace: where }) }
  return { apiVersion, kind, metadata, ...more }
}

const listed = (...items: readonly Raw[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })

async function modelWith(...more: readonly Raw[]): Promise<Model> {
  return modelFrom(listed(...shop.items, ...more))
}

/** What several commands wrote, one after the other. */
async function modelFrom(text: string): Promise<Model> {
  const scope = { namespace: 'shop', target: { kind: 'everything' }, level: 'read' } as const
  return collect(asCluster(bundleFromText(text, 'FILE'), 'shop'), { scope })
}

async function resultsWith(...more: readonly Raw[]): Promise<readonly CheckResult[]> {
  return diagnose(await modelWith(...more), { checks }).results
}

async function verdictsWith(...more: readonly Raw[]): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries((await resultsWith(...more)).map((it) => [it.check.code, it.verdict]))
}

const kindOf: Readonly<Record<string, string>> = { CalicoNetworkPolicy: 'NetworkPolicy' }
const custom = Object.entries<Resource>({ ...gatewayKinds, ...otherPolicyResources })
  .concat(Object.entries<Resource>(meshKinds))
  .map(([kind, it]) => ({ ...it, kind: kindOf[kind] ?? kind.replace(/^(?:Calico|Antrea)/, '') }))

/** A Deployment that has no pods, and a StatefulSet that the file says nothing of but by its pod. */
const odd = [
  raw('apps/v1', 'Deployment', { spec: { replicas: 0, template: {} } }),
  raw('v1', 'Pod', {
    metadata: {
      name: 'db-0',
      namespace: 'shop',
      ownerReferences: [{ kind: 'StatefulSet', name: 'db', controller: true }],
    },
    spec: { containers: [] },
  }),
]

test('a target is found by what the file holds, be there a kind of workload that it does not', async () => {
  const model = await modelWith(...odd)
  const named = async (target: string): Promise<unknown> => {
    const { scope } = (await narrowed(model, target, { from: 'FILE', namespace: 'shop' })).shown
    return scope.target.kind === 'object' ? scope.target.object.name : null
  }
  expect(await named('deploy/r')).toBe('r')
  expect(await named('sts/db')).toBe('db')
  const refused = async (target: string) =>
    named(target).then(
      () => null,
      (it: unknown) => (it instanceof ToolError ? `${it.code}: ${it.message}\n${it.hint}` : it),
    )
  expect(await refused('deploy/s')).toMatch(
    /^not-found: no Deployment `s` in namespace shop\nthe file does not hold it/,
  )
  // Three lists of what makes pods are there: Jobs were asked for as well, and there are none.
  expect(await refused('job/r')).toMatch(/^not-found: no Job `r` in namespace shop\nthe file does not hold it/)
  expect(await refused('httproute/r')).toMatch(/^not-found: the file does not say .*\n.*httproutes/)
})

test('of a file without any of these kinds, no check of them is well, nor says that there is none', async () => {
  // Of Linkerd, Dapr and ambient mode the pods of the file tell: none has a proxy, and no annotation. Of routes of
  // Linkerd's own a file alone is asked, and it is what has none.
  const byPods = ['MSH810', 'MSH820', 'MSH825', 'MSH826', 'MSH841']
  const its = (await resultsWith()).filter(
    (it) => ['gateway', 'mesh'].includes(familyOf(it.check)) && !byPods.includes(it.check.code),
  )
  expect(its.length).toBeGreaterThan(20)
  // What a probe alone would see is not asked.
  const untold = ['cannot-tell', 'not-asked']
  expect(its.filter((it) => !untold.includes(it.verdict)).map((it) => it.check.code)).toEqual([])
  expect(await verdictsWith()).toMatchObject({ POL421: 'cannot-tell' })
})

describe('one object of a kind that is read', () => {
  test.each(custom)('$group $kind: it is not called unread, and no other kind is called absent', async (it) => {
    const { kind, group, namespaced } = it
    const own = raw(`${group}/v1beta9`, kind, { spec: {} }, namespaced ? 'shop' : null)
    const model = await modelWith(own)
    expect(model.cluster.file?.unread).toEqual([])
    const before = await verdictsWith()
    const after = await verdictsWith(own)
    // What decided, decides as before; what could not tell may find something, and may find that there is none of this.
    const turned = Object.keys(after).filter((code) => after[code] !== before[code])
    expect(turned.filter((code) => before[code] !== 'cannot-tell')).toEqual([])
    for (const { check, verdict } of (await resultsWith(own)).filter((one) => turned.includes(one.check.code))) {
      expect(['gateway', 'mesh', 'policy']).toContain(familyOf(check))
      if (verdict === 'ok') expect(check.needs.some((name) => model.sources[name].known)).toBe(true)
    }
  })
})

const accepted = { type: 'Accepted', status: 'True', reason: 'Accepted', message: '', observedGeneration: 1 }
const parent = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge', namespace: 'gw' }
const route = (backend: object, refs: object): Raw =>
  raw('gateway.networking.k8s.io/v1', 'HTTPRoute', {
    spec: { parentRefs: [parent], hostnames: ['a.example'], rules: [{ backendRefs: [backend] }] },
    status: { parents: [{ parentRef: parent, controllerName: 'c', conditions: [accepted, refs] }] },
  })
const resolved = { ...accepted, type: 'ResolvedRefs' }
const refused = { ...resolved, status: 'False', reason: 'RefNotPermitted' }
const virtual = (destination: object, gateways: readonly string[] = ['mesh']): Raw =>
  raw('networking.istio.io/v1beta1', 'VirtualService', {
    spec: { hosts: ['web'], gateways, http: [{ route: [{ destination }] }] },
  })

const onlyV1 = raw('networking.istio.io/v1', 'DestinationRule', { spec: { host: 'web', subsets: [{ name: 'v1' }] } })
/** With it, the file is of every namespace. */
const far = raw('v1', 'Service', { spec: {} }, 'far')

describe('what a file holds is judged, and what it does not hold is not', () => {
  test.each([
    [
      'a status decides, and a grant that may not have been asked for does not',
      [route({ name: 'web', namespace: 'far', port: 80 }, refused)],
      { GTW710: 'finding', GTW708: 'cannot-tell', GTW704: 'cannot-tell', GTW701: 'cannot-tell' },
    ],
    [
      'a Service that is held, and one that is not',
      [route({ name: 'wbe', port: 80 }, resolved)],
      { GTW707: 'finding', GTW709: 'ok', GTW708: 'not-applicable', GTW702: 'cannot-tell', GTW712: 'cannot-tell' },
    ],
    ['a weight of 0', [route({ name: 'web', port: 80, weight: 0 }, resolved)], { GTW709: 'finding' }],
    [
      'an orphan of Contour, and nothing of Gateway API',
      [raw('projectcontour.io/v1', 'HTTPProxy', { spec: {}, status: { currentStatus: 'orphaned', conditions: [] } })],
      { GTW720: 'finding', GTW701: 'cannot-tell', GTW710: 'cannot-tell' },
    ],
    [
      'a subset of which no DestinationRule is in the file',
      [virtual({ host: 'web', subset: 'v2' })],
      { MSH801: 'cannot-tell', MSH803: 'cannot-tell', MSH804: 'cannot-tell', MSH806: 'cannot-tell' },
    ],
    [
      'a subset of which the DestinationRules of its own namespace say nothing, and others may',
      [virtual({ host: 'web', subset: 'v2' }), onlyV1],
      { MSH801: 'cannot-tell' },
    ],
    [
      'a subset of which no DestinationRule of any namespace says anything',
      [virtual({ host: 'web', subset: 'v2' }), onlyV1, far],
      { MSH801: 'finding' },
    ],
    ['a host that is there', [virtual({ host: 'web' })], { MSH801: 'ok', MSH802: 'cannot-tell' }],
    [
      'a Gateway of Istio that may not have been asked for',
      [virtual({ host: 'web' }, ['gate'])],
      { MSH801: 'ok', MSH802: 'cannot-tell' },
    ],
    [
      'a Gateway of Istio that is not among those that are held',
      [
        virtual({ host: 'web' }, ['gate']),
        raw('networking.istio.io/v1', 'Gateway', { spec: { selector: { a: 'b' } } }),
        far,
      ],
      { MSH802: 'finding' },
    ],
    ['a host that may be a ServiceEntry', [virtual({ host: 'pay.example' })], { MSH801: 'cannot-tell' }],
    [
      'mTLS of which nothing says how the server takes it',
      [
        raw('networking.istio.io/v1', 'DestinationRule', {
          spec: { host: 'web', trafficPolicy: { tls: { mode: 'DISABLE' } } },
        }),
      ],
      { MSH803: 'cannot-tell', MSH801: 'cannot-tell' },
    ],
  ] as const)('%s', async (_, objects, expected) => expect(await verdictsWith(...objects)).toMatchObject(expected))
})

const through = (middleware: string): Raw => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: 'r',
    namespace: 'shop',
    annotations: { 'traefik.ingress.kubernetes.io/router.middlewares': middleware },
  },
  spec: { ingressClassName: 'traefik' },
})
const middleware = raw('traefik.io/v1alpha1', 'Middleware')

test.each([
  ['a name without its namespace', [through('r@kubernetescrd'), middleware, far], 'finding'],
  ['its whole name', [through('shop-r@kubernetescrd'), middleware, far], 'ok'],
  ['those of one namespace: others may have it', [through('edge-r@kubernetescrd'), middleware], 'cannot-tell'],
  ['none in the file, and no namespaces either', [through('r@kubernetescrd'), far], 'cannot-tell'],
] as const)('a Middleware of Traefik: %s', async (_, objects, expected) =>
  expect(await verdictsWith(...objects)).toMatchObject({ ING356: expected }),
)

const labelled = (it: Raw): Raw => ({ ...it, metadata: { ...it.metadata, labels: { app: 'web' } } })
const weightless = route({ name: 'web', port: 80, weight: 0 }, resolved)
const edge: Raw = {
  ...raw('gateway.networking.k8s.io/v1', 'Gateway', {}, 'gw'),
  metadata: { name: 'edge', namespace: 'gw' },
}
const strict = raw('security.istio.io/v1', 'PeerAuthentication', { spec: { mtls: { mode: 'STRICT' } } })

describe('a part of a kind: what is there is judged, and what is not may be there', () => {
  test.each([
    ['a route that bears a label, as -l would choose it', listed(labelled(weightless)), { GTW709: 'finding' }],
    ['a route by its name', JSON.stringify(weightless), { GTW709: 'finding', GTW704: 'cannot-tell' }],
    ['Gateways of another namespace alone', `${listed(weightless)}${listed(edge)}`, { GTW702: 'finding' }],
    [
      'and a route that names one which is not among them',
      `${listed(weightless)}${listed({ ...edge, metadata: { name: 'other', namespace: 'gw' } })}`,
      { GTW704: 'cannot-tell' },
    ],
    ['a policy of the mesh that may not be the only one', listed(labelled(strict)), { MSH804: 'cannot-tell' }],
    ['an HTTPProxy by its name', JSON.stringify(raw('projectcontour.io/v1', 'HTTPProxy')), { GTW721: 'cannot-tell' }],
    [
      'a policy of Cilium by its name',
      JSON.stringify(raw('cilium.io/v2', 'CiliumNetworkPolicy')),
      { POL421: 'finding' },
    ],
  ])('%s', async (_, more, expected) => {
    const { results } = diagnose(await modelFrom(`${listed(...shop.items)}${more}`), { checks })
    const verdicts = Object.fromEntries(results.map((it) => [it.check.code, it.verdict]))
    expect(verdicts).toMatchObject(expected)
  })

  test('the reason is said of what is there, and never that there is nothing', async () => {
    const text = `${listed(...shop.items)}${JSON.stringify(raw('projectcontour.io/v1', 'HTTPProxy'))}`
    expect((await modelFrom(text)).sources.httpProxies).toMatchObject({
      known: false,
      why: { detail: expect.stringMatching(/wrote one of the httpproxies.projectcontour.io by its name/) as string },
    })
  })
})

test.each([
  ['a policy of its own namespace', raw('cilium.io/v2', 'CiliumNetworkPolicy'), 'CiliumNetworkPolicy shop/r'],
  [
    "one of the whole cluster, as Calico's API server writes it",
    raw('projectcalico.org/v3', 'GlobalNetworkPolicy', {}, null),
    'Calico GlobalNetworkPolicy r',
  ],
  [
    'rules of a mesh',
    raw('security.istio.io/v1', 'AuthorizationPolicy', { spec: { action: 'DENY', rules: [{}] } }),
    'AuthorizationPolicy shop/r',
  ],
])('%s is named beside what was looked at, and nothing is called well by it', async (_, object, name) => {
  const model = await modelWith(object)
  expect(lookedAt(model)).toContain(`not evaluated, and may decide here: ${name}`)
  expect(await verdictsWith(object)).toMatchObject({ POL420: 'cannot-tell' })
})

test('who else is asked for metrics is not looked at, and named', async () => {
  const model = await modelWith(raw('monitoring.coreos.com/v1alpha1', 'ScrapeConfig'))
  expect(lookedAt(model)).toContain('not read, though in the file: 1 ScrapeConfig of monitoring.coreos.com')
})

test('what nobody reads is named with its number; what is nowhere near traffic is not', async () => {
  const route2 = { ...raw('route.openshift.io/v1', 'Route'), metadata: { name: 's', namespace: 'shop' } }
  const model = await modelWith(
    raw('route.openshift.io/v1', 'Route'),
    route2,
    raw('networking.istio.io/v1alpha3', 'EnvoyFilter'),
    raw('monitoring.coreos.com/v1', 'PrometheusRule'),
  )
  expect(lookedAt(model)).toContain(
    'not read, though in the file: 2 Route of route.openshift.io, 1 EnvoyFilter of networking.istio.io',
  )
})
