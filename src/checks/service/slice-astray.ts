import { closest } from '../../closest.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { selectorOf } from '../../relations/service/service-selects-pod.ts'
import { noEndpoints, svcUnanswered } from '../../relations/symptom.ts'
import { serviceSubject } from './words.ts'

/**
 * A Service without a selector has the endpoints that somebody writes down for it, and the two are tied by the label
 * kubernetes.io/service-name alone (discovery/v1, well_known_labels.go), not by the name of the slice. A slice without
 * it, or with the name of no Service, is heeded by nobody. A Service that waits for its endpoints is no fault by
 * itself: only a slice with its port, which belongs to none, says what was meant.
 */
export default check({
  code: 'SVC242',
  slug: 'service/slice-astray',
  title: 'a Service has no endpoints, and a slice leads nowhere',
  fine: 'Services without a selector have slices of their own',
  severity: 'error',
  needs: ['services', 'endpointSlices'],
  remedies: [],
  decides: ['SVC-19'],

  run({ services, endpointSlices }) {
    const byHand = services.filter((it) => it.type !== 'ExternalName' && selectorOf(it) === null && it.ports.length > 0)
    if (byHand.length === 0) return notApplicable('each Service here has a selector')
    const slicesOf = slicesOfServices(endpointSlices)
    const names = new Set(services.map((it) => full(it)))
    const astray = endpointSlices.filter(
      (it) =>
        (it.service === null || !names.has(full({ namespace: it.namespace, name: it.service }))) &&
        it.endpoints.some((one) => one.ready),
    )
    const found = byHand
      .filter((it) => slicesOf(it).length === 0)
      .flatMap((service) => {
        const meant = meantFor(service, astray)
        return meant === null ? [] : [verdict(service, meant)]
      })
    if (found.length > 0) return found
    // kube-proxy makes rules of addresses alone, so that such a slice is none to it; another proxy may take names.
    const byName = byHand.filter((it) => slicesOf(it).length > 0 && slicesOf(it).every(isOfNames))
    return byName.length === 0
      ? ok(byHand.length)
      : cannotTell(
          'not-there',
          `slices of ${some(byName.map((it) => full(it)))} hold names (addressType FQDN), and kube-proxy ` +
            'heeds addresses alone',
        )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} has no endpoints: EndpointSlice ${args.slice} ` +
      (args.label === null ? 'does not say that it is for it.' : `is for Service ${args.label}, which is not there.`),
    detail: ({ args }) =>
      `no selector, and no slice of its own · ${args.slice} has ${count(args.endpoints, 'endpoint')} on the same port`,
    note: () => 'a slice belongs to a Service by its label kubernetes.io/service-name, whatever its name',
    help: ({ subject: on, args }) => [
      'give the slice the label with the name of the Service',
      `kubectl -n ${on.namespace} label endpointslice ${args.slice} --overwrite ` +
        `kubernetes.io/service-name=${on.name}`,
      `kubectl -n ${on.namespace} get endpointslices --show-labels`,
    ],
  },
})

function isOfNames({ addressType }: EndpointSlice): boolean {
  return addressType === 'FQDN'
}

interface Meant {
  readonly slice: EndpointSlice
  readonly isNear: boolean
}

/** One that has the very ports, by number and protocol, and the one of the nearest name where several do. */
function meantFor(service: Service, astray: readonly EndpointSlice[]): Meant | null {
  const fitting = astray.filter(
    ({ namespace, ports }) =>
      namespace === service.namespace &&
      service.ports.every((port) =>
        ports.some((it) => it.protocol === port.protocol && (it.port === port.port || it.port === port.targetPort)),
      ),
  )
  const nameOf = (it: EndpointSlice): string => it.service ?? it.name
  const near = closest(service.name, fitting.map(nameOf), 1)[0]
  const named = fitting.find((it) => nameOf(it) === near)
  if (named !== undefined) return { slice: named, isNear: true }
  const [only] = fitting
  return only === undefined || fitting.length > 1 ? null : { slice: only, isNear: false }
}

function verdict(service: Service, { slice, isNear }: Meant) {
  const label = slice.service
  const lines = [
    'metadata:',
    `  name: ${slice.name}`,
    ...(label === null ? [] : ['  labels:', `    kubernetes.io/service-name: ${label}`]),
  ]
  return finding({
    subject: serviceSubject(service),
    also: [subject('EndpointSlice', slice.namespace, slice.name)],
    confidence: isNear ? 'inferred' : 'possible',
    severity: isNear ? 'error' : 'warning',
    args: { slice: slice.name, label, endpoints: slice.endpoints.length },
    evidence: [
      {
        kind: 'config',
        object: subject('EndpointSlice', slice.namespace, slice.name),
        path: 'metadata',
        lines,
        at: lines.length - 1,
        mark: label ?? slice.name,
        label: label === null ? 'no label kubernetes.io/service-name' : 'no Service has this name',
      },
    ],
    causes: [noEndpoints(service), svcUnanswered(service)],
  })
}
