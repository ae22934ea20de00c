import { model } from '../../src/model/build.ts'
import type { ClusterDns } from '../../src/model/cluster-dns.ts'
import type { Contact, HttpContact } from '../../src/model/contacts.ts'
import type { Ingress } from '../../src/model/ingress.ts'
import { known } from '../../src/model/known.ts'
import type { NetworkPolicy } from '../../src/model/network-policy.ts'
import type { Pod } from '../../src/model/pod.ts'
import type { Service } from '../../src/model/service.ts'
import type { Model, Scope, SourceName, Sources } from '../../src/model/sources.ts'
import { subject } from '../../src/model/subject.ts'
import { beside, tlsSecret } from './beside.ts'
import { contacts, get, tries, toPod, toService } from './contacts.ts'
import { clusterDns, insideView } from './dns.ts'
import { controller, ingress, ingressClass } from './ingress.ts'
import { mesh } from './istio.ts'
import { coreDnsWindow, conntrackOf, probe, servfail } from './lookups.ts'
import { nameAnswer, nameAnswers } from './name-answers.ts'
import { node } from './node.ts'
import { container, deployment, pod } from './pod.ts'
import { egressPolicy, ingressPolicy, labels, namespace, onPort, peer, rule } from './policy.ts'
import { serverLog } from './server-log.ts'
import { port, service, slice } from './service.ts'

/**
 * Models of `n` things of one shape, each the worst of its kind that a real cluster may hold: all in one namespace,
 * nothing that matches, everything that fails.
 */

export interface Shape {
  /** The smallest size; the largest is four times as much, and at least what a large cluster has. */
  readonly n: number
  readonly of: (n: number) => Model
}

type Given = { readonly [Name in SourceName]?: Sources[Name] }

const everything: Scope = { namespace: null, target: { kind: 'everything' }, level: 'node' }

function about(given: Given, scope: Partial<Scope> = {}): Model {
  const values: Given = { ...nothing, ...given }
  const sources = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, known(value)]))
  return model(sources as Parameters<typeof model>[0], { scope: { ...everything, ...scope } })
}

/** Everything could be read; what a shape does not name, is not there. */
const nothing: Given = {
  nodes: [],
  namespaces: [namespace('shop'), namespace('kube-system')],
  pods: [],
  services: [],
  endpointSlices: [],
  workloads: [],
  ingresses: [],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [controller()],
  networkPolicies: [],
  clusterDns: clusterDns(),
}

function times<T>(n: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: n }, (_, index) => make(index))
}

function address(index: number): string {
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`
}

const apps = (n: number): readonly Pod[] =>
  times(n, (i) =>
    pod(`app${i}-abc12-x`, {
      labels: { app: `app${i}`, team: `team${i % 7}`, 'pod-template-hash': 'abc12' },
      ip: address(i),
      node: `node-${i % 50}`,
      standing: 'settled',
    }),
  )

/** One label away from some pod, each. */
const misspelt = (n: number): readonly Service[] =>
  times(n, (i) => service(`app${i}`, { selector: { app: `app-${i}`, team: `team${i % 7}` }, clusterIP: address(i) }))

const served = (n: number): readonly Service[] =>
  times(n, (i) => service(`app${i}`, { selector: { app: `app${i}` }, clusterIP: address(i) }))

const routes = (n: number): readonly Ingress[] =>
  times(n, (i) =>
    ingress(
      [
        [`/${i}`, `app${i}`, 80],
        [`/gone${i}`, `gone${i}`, 80],
      ],
      { name: `web${i}` },
    ),
  )

const closedRules = (n: number): NetworkPolicy['egress'] =>
  times(n, (i) =>
    rule(
      [
        peer({ podSelector: labels({ app: `db${i}` }) }),
        peer({ ipBlock: { cidr: `172.${i % 256}.0.0/16`, except: [`172.${i % 256}.3.0/24`] } }),
      ],
      [onPort(5432)],
    ),
  )

const appRules: NetworkPolicy['egress'] = [rule(times(20, (i) => peer({ podSelector: labels({ app: `app${i}` }) })))]

function lookupsOf(nodes: number): Sources['dnsProbe'] {
  return probe({
    nodes: times(nodes, (i) => `node-${i}`),
    network: ({ index }) => (index % 3 === 0 ? servfail(900) : { kind: 'lost', which: 'aaaa' }),
    counts: {},
  })
}

function manyServers(n: number): ClusterDns {
  const one = clusterDns()
  const pods = times(n, (i) =>
    pod(`coredns-${i}`, {
      namespace: 'kube-system',
      labels: { 'k8s-app': 'kube-dns' },
      ip: address(i),
      node: `node-${i}`,
      containers: [container({ name: 'coredns', ports: [] })],
    }),
  )
  return {
    ...one,
    pods,
    slices: [
      slice('kube-dns', pods, { namespace: 'kube-system', ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] }),
    ],
  }
}

function asked(kind: string, name: string): Partial<Scope> {
  return { target: { kind: 'object', object: subject(kind, 'shop', name), url: null } }
}

const sick = (n: number): readonly Contact[] =>
  times(n, (i) => i).flatMap((i) => [
    toService(`app${i}`, `node-${i % 50}`, tries('timeout', 'open'), { ip: address(i) }),
    toPod(`app${i}`, `node-${i % 50}`, pod(`app${i}-abc12-x`, { ip: address(i) }), tries('timeout')),
  ])

const badAnswers = (n: number): readonly HttpContact[] =>
  times(n, (i) => get(`/${i}`, 502, { node: `node-${i % 50}`, ingress: { namespace: 'shop', name: `web${i}` } }))

export const shapes: Readonly<Record<string, Shape>> = {
  pods: {
    n: 2500,
    of: (n) =>
      about({
        pods: apps(n).map((it) => ({
          ...it,
          ready: false,
          notReadyReason: 'starting',
          containers: [container({ waiting: 'CrashLoopBackOff', ready: false })],
        })),
        services: served(20),
      }),
  },
  'services that miss': {
    n: 1000,
    of: (n) => about({ pods: apps(n), services: misspelt(n), workloads: times(n, (i) => deployment(`app${i}`, 1)) }),
  },
  'services without ready pods': {
    n: 1000,
    of: (n) =>
      about({
        pods: apps(n).map((it) => ({ ...it, ready: false })),
        services: served(n),
        workloads: times(n, (i) => deployment(`app${i}`, 1)),
      }),
  },
  'routes, all of them': {
    n: 750,
    of: (n) =>
      about({
        pods: apps(n),
        services: served(n),
        ingresses: routes(n),
        workloads: times(n, (i) => deployment(`app${i}`, 1)),
      }),
  },
  'routes of one Ingress': {
    n: 750,
    of: (n) =>
      about(
        {
          pods: apps(n),
          services: served(n),
          workloads: times(n, (i) => deployment(`app${i}`, 1)),
          ingresses: [ingress(times(n, (i) => [`/${i}`, `app${i}`, 80] as const))],
        },
        asked('Ingress', 'web'),
      ),
  },
  policies: {
    n: 500,
    of: (n) =>
      about({
        pods: apps(n),
        networkPolicies: times(n, (i) =>
          egressPolicy(`deny${i}`, closedRules(20), { podSelector: labels({ app: `app${i}` }) }),
        ),
      }),
  },
  'policies on all pods': {
    n: 1000,
    of: (n) => about({ pods: apps(1000), networkPolicies: times(n, (i) => egressPolicy(`deny${i}`, closedRules(5))) }),
  },
  'policies that each leave one pod out': {
    n: 200,
    of: (n) =>
      about({
        pods: apps(n * 4).map((it, i) => ({ ...it, labels: { app: `app${i % n}`, k: `v${i}` } })),
        services: misspelt(n),
        networkPolicies: times(n, (i) => ({
          ...egressPolicy(`not${i}`, appRules, {
            podSelector: { matchLabels: {}, matchExpressions: [{ key: 'k', operator: 'NotIn', values: [`v${i}`] }] },
          }),
          types: ['Ingress', 'Egress'],
          ingress: appRules,
        })),
      }),
  },
  'policies and what pods reach': {
    n: 250,
    of: (n) =>
      about({
        pods: apps(n),
        services: served(n),
        networkPolicies: times(n, (i) =>
          ingressPolicy(`in${i}`, closedRules(5), { podSelector: labels({ app: `app${i}` }) }),
        ),
        contacts: contacts(sick(n)),
      }),
  },
  'policies that miss, beside agents of nodes': {
    n: 500,
    of: (n) =>
      about({
        pods: apps(n).map((it, i) => ({ ...it, hostNetwork: i % 2 === 0 })),
        networkPolicies: times(n, (i) =>
          ingressPolicy(`in${i}`, [rule([peer({ podSelector: labels({ app: `app${i}` }) })], [onPort('htpp')])], {
            podSelector: labels({ app: i % 3 === 0 ? `ap${i}` : `app${i}` }),
          }),
        ),
        otherPolicies: [],
      }),
  },
  'Ingresses behind a load balancer, in a mesh': {
    n: 500,
    of: (n) =>
      about({
        namespaces: [namespace('shop', { 'istio-injection': 'enabled' })],
        pods: [
          ...apps(n).map((it) => ({ ...it, containers: [...it.containers, container({ name: 'istio-proxy' })] })),
          pod('controller-1', { namespace: 'ingress-nginx' }),
        ],
        services: [
          ...served(n),
          service('controller', {
            namespace: 'ingress-nginx',
            type: 'LoadBalancer',
            loadBalancer: { addresses: ['203.0.113.9'], class: null, problem: null },
          }),
        ],
        ingressClasses: [ingressClass('nginx')],
        ingresses: routes(n).map((it) => ({
          ...it,
          className: 'nginx',
          addresses: ['203.0.113.7'],
          annotated: ['nginx.ingress.kubernetes.io/whitelist-source-range'],
        })),
      }),
  },
  slices: {
    n: 1500,
    of: (n) =>
      about({
        pods: apps(n),
        services: served(n),
        endpointSlices: times(n, (i) => slice(`app${i}`, [pod(`app${i}-abc12-x`, { ready: false, ip: address(i) })])),
      }),
  },
  'slices of one Service': {
    n: 5000,
    of: (n) => {
      const many = apps(n).map((it) => ({ ...it, labels: { app: 'big' } }))
      return about({
        pods: many,
        services: [service('big')],
        endpointSlices: times(Math.ceil(n / 100), (i) =>
          slice('big', many.slice(i * 100, i * 100 + 100), { name: `big-${i}` }),
        ),
      })
    },
  },
  'slices that name few pods again and again, and none': {
    n: 5000,
    of: (n) => {
      const many = apps(n / 10).map((it) => ({ ...it, labels: { app: 'big' } }))
      const named = times(n / 100, (i) =>
        slice('big', many.slice((i * 100) % many.length, ((i * 100) % many.length) + 100), { name: `big-${i}` }),
      )
      const nameless = named.map((it) => ({
        ...it,
        name: `${it.name}-x`,
        endpoints: it.endpoints.map((one) => ({ ...one, pod: null })),
      }))
      return about({ pods: many, services: [service('big')], endpointSlices: [...named, ...nameless] })
    },
  },
  nodes: {
    n: 600,
    of: (n) => {
      const nodes = times(n, (i) => node(`node-${i}`, { ip: address(i), ready: i % 3 === 0 ? 'False' : 'True' }))
      return about({
        nodes,
        pods: apps(n * 4),
        conntrack: nodes.map((it) => conntrackOf(it.name, { insert_failed: 3, drop: 2 }, 131_000)),
        clusterDns: manyServers(16),
      })
    },
  },
  'views of pods': {
    n: 1000,
    of: (n) =>
      about({
        pods: apps(n),
        insideViews: times(n, (i) =>
          insideView(`app${i}-abc12-x`, {
            resolvConf: known('nameserver 10.96.0.99\nsearch a.b\n'),
            lookup: known({
              tool: 'getent',
              name: 'kubernetes.default',
              result: i % 2 === 0 ? 'timeout' : 'servfail',
              ms: 5000,
            }),
            tcp53: known('timeout'),
          }),
        ),
      }),
  },
  lookups: {
    n: 20,
    of: (n) =>
      about({
        nodes: times(n, (i) => node(`node-${i}`)),
        dnsProbe: lookupsOf(n),
        coreDnsWindows: [coreDnsWindow('coredns-0', '10.2.0.2', 0.1)],
        conntrack: times(n, (i) => conntrackOf(`node-${i}`, { insert_failed: 5 })),
      }),
  },
  'answers to names': {
    n: 3000,
    of: (n) =>
      about({
        services: served(n),
        nameAnswers: nameAnswers(
          times(n, (i) =>
            nameAnswer(
              { kind: 'service', service: { namespace: 'shop', name: `app${i}` } },
              `app${i}.shop.svc.cluster.local.`,
              i % 2 === 0 ? { answer: 'nxdomain', addresses: [] } : { addresses: ['203.0.113.7'] },
            ),
          ),
        ),
      }),
  },
  'DNS servers': {
    n: 400,
    of: (n) =>
      about({
        pods: apps(500),
        clusterDns: manyServers(n),
        networkPolicies: times(20, (i) =>
          egressPolicy(`deny${i}`, closedRules(20), { podSelector: labels({ team: `team${i % 7}` }) }),
        ),
        dnsServerLogs: times(n, (i) =>
          serverLog(`coredns-${i}`, [
            { kind: 'io-timeout', times: 3, said: 'i/o timeout' },
            { kind: 'forbidden', times: 3, said: 'forbidden' },
          ]),
        ),
        coreDnsWindows: times(n, (i) => ({
          ...coreDnsWindow(`coredns-${i}`, address(i), 0.5),
          responses: { SERVFAIL: 500, NOERROR: 100 },
        })),
      }),
  },
  contacts: {
    n: 500,
    of: (n) =>
      about({
        nodes: times(50, (i) => node(`node-${i}`)),
        pods: apps(n),
        services: served(n),
        contacts: contacts(sick(n)),
        networkPolicies: [ingressPolicy('some', closedRules(3), { podSelector: labels({ team: 'team1' }) })],
      }),
  },
  'answers of Ingresses': {
    n: 500,
    of: (n) =>
      about({
        pods: apps(n),
        services: served(n),
        ingresses: routes(n),
        contacts: contacts([], badAnswers(n)),
        networkPolicies: [ingressPolicy('some', closedRules(3))],
      }),
  },
  'Ingresses with TLS that share a host': {
    n: 1500,
    of: (n) =>
      about({
        services: [service('web')],
        ingresses: times(n, (i) =>
          ingress([['/', 'web', 80]], {
            name: `web${i}`,
            created: i,
            tls: [{ hosts: ['web.example.com'], secret: `tls${i}` }],
          }),
        ),
        ingressControllers: [controller({ product: 'ingress-nginx' })],
        gateways: [],
        httpProxies: [],
        mesh: mesh(),
        statuses: times(n, (i) => ({
          kind: 'Certificate',
          group: 'cert-manager.io',
          namespace: 'shop',
          name: `tls${i}`,
          type: 'Ready',
          state: 'True',
          wrong: false,
          reason: 'Ready',
          said: '',
        })),
        beside: beside({
          certificates: times(n, (i) => ({
            namespace: 'shop',
            name: `tls${i}`,
            secret: `tls${i}`,
            hosts: ['web.example.com'],
            issuer: null,
          })),
          secrets: { namespace: null, held: times(n, (i) => tlsSecret(['a.b'], { name: `tls${i}` })) },
        }),
      }),
  },
  'targetPorts by name': {
    n: 1000,
    of: (n) =>
      about({
        pods: apps(n),
        services: served(n).map((it) => ({ ...it, ports: [port({ targetPort: 'htp' })] })),
        workloads: times(n, (i) => deployment(`app${i}`, 1)),
      }),
  },
}
