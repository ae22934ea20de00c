import { clusterDns, insideView } from '../../../test/build/dns.ts'
import { nameAnswers, rightAnswers } from '../../../test/build/name-answers.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { podSockets, waitsFor } from '../../../test/build/pod-sockets.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { crossing } from '../../../test/build/trace.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { PodSockets } from '../../model/inside.ts'
import { known, unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Sources } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import check from './asks-gone-address.ts'

const nodes = [node('worker-1', { podCidrs: ['10.2.1.0/24'] }), node('worker-2', { podCidrs: ['10.2.2.0/24'] })]
const api = service('api', { clusterIP: 'None', ports: [port({ port: 8080 })] })
const seen = (...connecting: PodSockets['connecting']) => [insideView('web-1', { sockets: podSockets({ connecting }) })]
const given = (
  connecting: readonly PodSockets['connecting'][number][],
  { pods = [], services = [] }: { pods?: readonly Pod[]; services?: readonly Service[] } = {},
): Partial<Sources> => ({
  insideViews: seen(...connecting),
  pods: [pod('web-1'), ...pods],
  nodes,
  services,
  endpointSlices: [],
  clusterDns: clusterDns(),
  crossings: [],
})
const web = { subject: 'Deployment/shop/web' } as const
const gone = waitsFor('10.2.2.250', 8080)
/** The headless Service has 10.2.2.7, and servers say these. */
const dnsGives = (ips: readonly string[]): Partial<Sources> => ({
  ...given([gone], { services: [api] }),
  endpointSlices: [slice('api', [pod('api-2', { ip: '10.2.2.7' })])],
  nameAnswers: nameAnswers(ips.flatMap((ip) => rightAnswers(api, [ip]))),
})
const inNamespace = (sources: Partial<Sources>) => modelOf(sources, {}, { namespace: 'shop' })

describeCheck(check, [
  {
    it: 'an address of the pods of a node that no pod has',
    given: given([gone]),
    expect: [
      {
        ...web,
        severity: 'error',
        confidence: 'observed',
        args: { at: '10.2.2.250:8080', node: 'worker-2', pods: 1, ms: 3000, restarts: true },
        says: /^Pod shop\/web-1 calls 10\.2\.2\.250:8080, an address of the pods of node worker-2 that no pod has any/,
      },
    ],
  },
  {
    it: 'pods of other namespaces were not read, and a headless Service of this one has that port',
    given: inNamespace(given([gone], { services: [api] })),
    expect: [{ ...web, severity: 'error', confidence: 'inferred', args: { headless: ['shop/api'] } }],
  },
  {
    it: 'the Corefile has addresses kept for an hour: DNS itself may give the old one',
    given: inNamespace({
      ...given([gone], { services: [api] }),
      clusterDns: clusterDns({
        corefile: known('.:53 {\n  kubernetes cluster.local {\n    ttl 3600\n  }\n  cache 3600\n}\n'),
      }),
    }),
    expect: [{ ...web, args: { headless: ['shop/api'], kept: 3600 } }],
  },
  {
    it: 'DNS gives the old address still: whoever looks the name up each time calls there',
    given: inNamespace(dnsGives(['10.2.2.250'])),
    expect: [{ ...web, severity: 'info', args: { gives: 'gone' } }],
  },
  {
    it: 'some servers give it still, and others the new one',
    given: inNamespace(dnsGives(['10.2.2.250', '10.2.2.7'])),
    expect: [{ ...web, severity: 'warning', args: { gives: 'both' } }],
  },
  {
    it: 'the name gives the new address already',
    given: inNamespace(dnsGives(['10.2.2.7'])),
    expect: [{ ...web, severity: 'error', args: { gives: 'new' } }],
  },
  {
    it: 'somebody asks about the headless Service of that port',
    given: modelOf(
      given([gone], { services: [api] }),
      {},
      { target: { kind: 'object', object: subject('Service', 'shop', 'api'), url: null } },
    ),
    expect: [web],
  },
  {
    it: 'pods of other namespaces were not read, and nothing here has that port',
    given: inNamespace(given([gone])),
    expect: [{ ...web, severity: 'warning', confidence: 'possible', says: /that no pod of namespace shop has/ }],
  },
  {
    it: 'endpoints were not read: one that is no pod may have it',
    given: modelOf(given([gone]), { endpointSlices: unknown('forbidden', 'list endpointslices') }),
    expect: [{ ...web, severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'for a second, at one read: who follows the endpoints may not know yet',
    given: given([waitsFor('10.2.2.250', 8080, { ms: 1000, reads: 1 })]),
    expect: [{ ...web, severity: 'warning' }],
  },
  {
    it: 'that very pod is asked about',
    given: modelOf(
      given([waitsFor('10.2.2.250', 8080, { ms: 1000, reads: 1 })]),
      {},
      { target: { kind: 'object', object: subject('Deployment', 'shop', 'web'), url: null } },
    ),
    expect: [{ ...web, severity: 'error' }],
  },
  {
    it: 'a program that gives up within a second, and tries again',
    given: given([waitsFor('10.2.2.250', 8080, { ms: 400, reads: 2 })]),
    expect: [web],
  },
  {
    it: 'the pod that had it is over',
    given: given([gone], { pods: [pod('job-1', { ip: '10.2.2.250', phase: 'Succeeded', ready: false })] }),
    expect: [web],
  },
  {
    it: 'what looks like the address of a Service, and is none',
    given: given([waitsFor('10.96.20.199', 80)]),
    expect: [{ ...web, severity: 'warning', confidence: 'possible', says: /no Service has it/ }],
  },
  {
    it: 'two replicas call it: one program',
    given: {
      ...given([gone], { pods: [pod('web-2', { ip: '10.2.1.10' })] }),
      insideViews: [...seen(gone), insideView('web-2', { sockets: podSockets({ connecting: [gone] }) })],
    },
    expect: [{ ...web, args: { pods: 2, sockets: 2 } }],
  },
  {
    it: 'a pod has it, and does not answer',
    given: given([gone], { pods: [pod('api-1', { ip: '10.2.2.250' })] }),
    expect: 'ok',
  },
  {
    it: 'an endpoint that is no pod has it',
    given: { ...given([gone]), endpointSlices: [slice('db', [pod('db-1', { ip: '10.2.2.250' })])] },
    expect: 'ok',
  },
  { it: 'a first SYN, under way', given: given([waitsFor('10.2.2.250', 8080, { ms: 30, reads: 1 })]), expect: 'ok' },
  { it: 'an address outside of the cluster', given: given([waitsFor('192.0.2.7', 443)]), expect: 'ok' },
  {
    it: 'an address of the range of Services, where those of other namespaces were not read',
    given: inNamespace(given([waitsFor('10.96.20.199', 80)])),
    expect: 'ok',
  },
  {
    it: 'hopscope itself tries it from there',
    given: {
      ...given([gone]),
      crossings: [
        {
          ...crossing('web', 'timeout'),
          from: { namespace: 'shop', pod: 'web-1', container: 'app' },
          host: '10.2.2.250',
          port: 8080,
        },
      ],
    },
    expect: 'ok',
  },
  { it: 'nobody waits', given: given([]), expect: 'ok' },
  {
    it: "on the node's network the sockets are the node's",
    given: { ...given([gone]), pods: [pod('web-1', { hostNetwork: true })] },
    expect: 'not-applicable',
  },
  {
    it: 'a recording of before',
    given: { ...given([]), insideViews: [insideView('web-1')] },
    expect: 'not-applicable',
  },
  {
    it: 'too many connections to look through',
    given: { ...given([]), insideViews: [insideView('web-1', { sockets: unknown('cut-off', 'too many') })] },
    expect: 'cannot-tell',
    says: /shop\/web-1: more TCP sockets there/,
  },
  { it: 'nobody looked', given: { pods: [pod('web-1')], nodes }, expect: 'cannot-tell' },
])
