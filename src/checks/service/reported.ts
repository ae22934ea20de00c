import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ObjectEvent } from '../../model/event.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { textOrder } from '../../model/text-order.ts'
import { count, full, hearsay, shown } from '../../phrases.ts'
import { slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { familyOf } from '../../wire/ip-family.ts'
import { isServing, podsOfServices, selectorOf } from '../../relations/service/service-selects-pod.ts'

/**
 * kube-proxy, the API server's own repair loops and the endpoint controllers say in events what they can't do for a
 * Service. Nobody reads events until they are gone: and most of what they say has been put right since, by the next try
 * of the same loop. So each is held against what the Service is now.
 */
export default check({
  code: 'SVC232',
  slug: 'service/reported',
  title: 'a controller reports trouble with a Service',
  fine: 'no controller reports trouble with a Service that it still has',
  severity: 'warning',
  needs: ['events', 'services'],
  wants: ['endpointSlices', 'pods'],
  remedies: [],
  decides: ['LB-06', 'SVC-27'],

  run({ events, services, endpointSlices, pods }) {
    const there = new Map(services.map((it) => [full(it), it]))
    if (there.size === 0) return notApplicable('no Service here')
    const told = events
      .filter((it) => it.object.kind === 'Service')
      .flatMap((event) => {
        const kind = kindOf(event.reason)
        const service = there.get(full({ namespace: event.namespace, name: event.object.name }))
        return kind === null || service === undefined ? [] : [{ event, kind, service }]
      })
      .toSorted((a, b) => textOrder(a.event.object.name, b.event.object.name))
    const isListed = listsItsPods(endpointSlices, pods)
    const open = told.filter(({ event, kind, service }) => !isPast[kind](event, service, isListed))
    if (open.length > 0) return open.map(({ event, kind }) => verdict(event, kind))
    return ok(there.size, told.length === 0 ? null : `${count(told.length, 'event')} of what has been put right since`)
  },

  words: {
    headline: ({ subject: on, args }) => `Service ${full(on)}: ${headlines[args.kind]}.`,
    detail: ({ args }) => `${args.reason}, ${count(args.times, 'time')}: ${hearsay(args.said)}`,
    note: ({ args }) => notes[args.kind],
    help: ({ subject: on, args }) => [cures[args.kind], `kubectl -n ${on.namespace} describe service ${on.name}`],
  },
})

type Kind = 'health-port' | 'address' | 'port' | 'endpoints'

/** Reasons as the code writes them; load balancers and deletions have findings of their own (SVC214, SVC220). */
function kindOf(reason: string): Kind | null {
  if (reason.startsWith('FailedToStartServiceHealthcheck')) return 'health-port'
  if (/^ClusterIP|^IPAddress(?:NotAllocated|WrongReference)/.test(reason)) return 'address'
  if (/^Port(?:OutOfRange|AlreadyAllocated|NotAllocated)|^NodePort/.test(reason)) return 'port'
  return /^FailedTo(?:Create|Update|Delete)Endpoint/.test(reason) ? 'endpoints' : null
}

type IsListed = (service: Service) => boolean

/** The loop that says so puts it right in the same turn; what it finds again and again comes back for a reason. */
const repairedBy = /repairing/
const mostRepairs = 2

/** Whether what the event complains of is no more so, by what the Service is now. */
const isPast: Readonly<Record<Kind, (event: ObjectEvent, service: Service, isListed: IsListed) => boolean>> = {
  // A health port is served for externalTrafficPolicy Local alone.
  'health-port': (_, service) => service.externalTrafficPolicy !== 'Local',
  address: (event, { clusterIP }) => isRepaired(event) || isOfAnother(event.said, addressIn, [clusterIP ?? '']),
  port: (event, { ports }) =>
    isRepaired(event) ||
    isOfAnother(
      event.said,
      portIn,
      ports.map((it) => `${it.nodePort ?? ''}`),
    ),
  endpoints: (_, service, isListed) => isListed(service),
}

function isRepaired({ said, times }: ObjectEvent): boolean {
  return repairedBy.test(said) && times <= mostRepairs
}

const addressIn = /\b\d{1,3}(?:\.\d{1,3}){3}\b|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}/i
const portIn = /\bport (\d{1,5})\b/i

/** A Service of that name that was there before had the address, or the port, that is complained of. */
function isOfAnother(said: string, form: RegExp, own: readonly string[]): boolean {
  const found = form.exec(said)
  const named = found?.[1] ?? found?.[0]
  if (named === undefined || own.includes(named)) return false
  // Of two families the second address is not known.
  return own.every((it) => it !== '' && it !== 'None' && familyOf(it) === familyOf(named))
}

/** Every pod that serves stands in a slice, and no slice has one that is gone. Unknown is not well. */
function listsItsPods(endpointSlices: Known<readonly EndpointSlice[]>, pods: Known<readonly Pod[]>): IsListed {
  if (!endpointSlices.known || !pods.known) return () => false
  const slicesOf = slicesOfServices(endpointSlices.value)
  const podsOf = podsOfServices(pods.value)
  return (service) => {
    if (selectorOf(service) === null) return false
    const ready = new Set(
      slicesOf(service).flatMap((it) => it.endpoints.flatMap((one) => (one.ready ? [one.pod] : []))),
    )
    const serving = new Set(podsOf(service).flatMap((it) => (isServing(it) ? [it.name] : [])))
    return serving.size > 0 && serving.size === ready.size && [...serving].every((it) => ready.has(it))
  }
}

const headlines: Readonly<Record<Kind, string>> = {
  'health-port': 'a node cannot serve its health port, so load balancers leave that node out',
  address: 'the API server has another record of its cluster address',
  port: 'the API server has another record of its node port',
  endpoints: 'its endpoints could not be written',
}

const notes: Readonly<Record<Kind, string>> = {
  'health-port':
    'with externalTrafficPolicy Local each node answers there whether it has an endpoint; the port is taken, or ' +
    'cannot be bound',
  address: 'two Services may have one address, or it lies outside of the range that the API server has now',
  port: 'two Services may have one port, or it lies outside of the range that the API server has now',
  endpoints: 'the slices stay as they are: connections go to pods that are gone, and not to new ones',
}

const cures: Readonly<Record<Kind, string>> = {
  'health-port': 'see who has the port on that node, or set another healthCheckNodePort',
  address: 'create the Service again without clusterIP, so that it gets an address of the range',
  port: 'give it another node port, of the range',
  endpoints: 'see what the API server refuses: a quota, an admission webhook, rights of the controller',
}

function verdict({ object, namespace, reason, said, times }: ObjectEvent, kind: Kind) {
  return finding({
    subject: subject('Service', namespace, object.name),
    confidence: 'possible',
    args: { kind, reason, said: said.replace(/\.$/, ''), times },
    evidence: [{ kind: 'fact', label: `event ${reason}`, value: shown(said) }],
  })
}
