import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ObjectEvent } from '../../model/event.ts'
import { subject } from '../../model/subject.ts'
import { textOrder } from '../../model/text-order.ts'
import { count, full } from '../../phrases.ts'

/**
 * kube-proxy, the API server's own repair loops and the endpoint controllers say in events what they can't do for a
 * Service. Nobody reads events until they are gone.
 */
export default check({
  code: 'SVC232',
  slug: 'service/reported',
  title: 'a controller reports trouble with a Service',
  fine: 'no controller reports trouble with a Service',
  severity: 'warning',
  needs: ['events', 'services'],
  remedies: [],
  decides: ['LB-06', 'SVC-27'],

  run({ events, services }) {
    const there = new Set(services.map(full))
    if (there.size === 0) return notApplicable('no Service here')
    const told = events
      .filter(
        (it) => it.object.kind === 'Service' && there.has(full({ namespace: it.namespace, name: it.object.name })),
      )
      .flatMap((event) => {
        const kind = kindOf(event.reason)
        return kind === null ? [] : [{ event, kind }]
      })
      .toSorted((a, b) => textOrder(a.event.object.name, b.event.object.name))
    return told.length > 0 ? told.map(({ event, kind }) => verdict(event, kind)) : ok(there.size)
  },

  words: {
    headline: ({ subject: on, args }) => `Service ${full(on)}: ${headlines[args.kind]}.`,
    detail: ({ args }) => `${args.reason}, ${count(args.times, 'time')}: ${args.said}`,
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
    confidence: 'inferred',
    args: { kind, reason, said: said.replace(/\.$/, ''), times },
    evidence: [{ kind: 'fact', label: `event ${reason}`, value: said }],
  })
}
