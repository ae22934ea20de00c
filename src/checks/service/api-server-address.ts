import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Node } from '../../model/node.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { countEndpoints, slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { noEndpoints, svcUnanswered } from '../../relations/symptom.ts'
import { serviceSubject } from './words.ts'

/**
 * Each API server writes its own address into the slice of default/kubernetes, and keeps it there by a lease
 * (pkg/controlplane/reconcilers). Programs in pods come to it by that Service: CoreDNS, controllers, the CNI's agents.
 */
export default check({
  code: 'SVC253',
  slug: 'service/api-server-address',
  title: 'the Service of the API server leads nowhere, or astray',
  fine: 'the Service of the API server leads to nodes of the control plane',
  severity: 'error',
  needs: ['services', 'endpointSlices', 'nodes'],
  remedies: [],
  decides: [],

  run({ services, endpointSlices, nodes }) {
    const service = services.find((it) => it.namespace === 'default' && it.name === 'kubernetes')
    if (service === undefined) return notApplicable('default/kubernetes was not read: its namespace is not in scope')
    const ips = countEndpoints(slicesOfServices(endpointSlices)(service)).ready.map((it) => it.ip)
    if (ips.length === 0) return verdict(service, { kind: 'none', astray: [], of: 0, holder: null })
    const controlling = nodes.filter(isControlPlane)
    // A control plane that others run has no nodes here.
    if (controlling.length === 0) return ok(ips.length, 'no node here is one of the control plane')
    const own = new Set(controlling.flatMap((it) => it.ip ?? []))
    const astray = ips.filter((it) => !own.has(it))
    const holder = nodes.find((it) => it.ip !== null && astray.includes(it.ip) && !isControlPlane(it)) ?? null
    if (astray.length === 0) return ok(ips.length)
    return verdict(service, {
      kind: isPlausible(astray, ips, [...own]) && holder === null ? 'elsewhere' : 'astray',
      astray,
      of: ips.length,
      holder,
    })
  },

  words: {
    headline: ({ args }) =>
      args.kind === 'none'
        ? 'Service default/kubernetes has no endpoint: pods do not reach the API server by its address.'
        : `Service default/kubernetes leads to ${some(args.astray)}, which is ` +
          (args.holder === null
            ? 'the address of no node of the control plane.'
            : `node ${args.holder}, none of the control plane.`),
    detail: ({ args }) =>
      args.kind === 'none'
        ? 'no ready address in its slices'
        : `${args.astray.length} of ${count(args.of, 'endpoint')} · ` +
          'a node may have further addresses that its object does not list',
    note: ({ args }) =>
      args.kind === 'elsewhere'
        ? 'it is of another network than the nodes: right where API servers are told to announce it ' +
          '(--advertise-address), or stand elsewhere'
        : 'each API server writes its own address there, and takes it out when it stops in order; a lease of 15 s ' +
          'ends the others',
    help: ({ args }) => [
      args.kind === 'none'
        ? 'see whether the API servers may write it: their log, and --endpoint-reconciler-type'
        : 'see which API servers run, and what they announce',
      'kubectl -n default get endpointslices kubernetes -o yaml',
      'kubectl -n kube-system get pods -l component=kube-apiserver -o wide',
    ],
  },
})

const marks = [
  'node-role.kubernetes.io/control-plane',
  'node-role.kubernetes.io/master',
  'node-role.kubernetes.io/controlplane',
]

function isControlPlane({ labels }: Node): boolean {
  return marks.some((it) => Object.hasOwn(labels, it))
}

/** All of them, in another network than the nodes of the control plane: announced so, most likely. */
function isPlausible(astray: readonly string[], all: readonly string[], own: readonly string[]): boolean {
  const nets = new Set(own.map(netOf))
  return astray.length === all.length && astray.every((it) => !nets.has(netOf(it)))
}

/** The first three bytes: machines beside each other. */
function netOf(ip: string): string {
  return ip.includes(':') ? ip.split(':').slice(0, 4).join(':') : ip.slice(0, ip.lastIndexOf('.'))
}

interface Seen {
  readonly kind: 'none' | 'astray' | 'elsewhere'
  readonly astray: readonly string[]
  readonly of: number
  readonly holder: Node | null
}

function verdict(service: Service, { kind, astray, of, holder }: Seen) {
  return finding({
    subject: serviceSubject(service),
    also: holder === null ? [] : [subject('Node', null, holder.name)],
    confidence: kind === 'none' ? 'inferred' : 'possible',
    severity: ({ none: 'error', astray: 'warning', elsewhere: 'info' } as const)[kind],
    args: { kind, astray, of, holder: holder?.name ?? null },
    evidence: [
      { kind: 'fact', label: 'endpoints of default/kubernetes', value: astray.length === 0 ? 'none' : some(astray) },
    ],
    causes: kind === 'none' ? [noEndpoints(service), svcUnanswered(service)] : [],
  })
}
