import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { count, full } from '../../phrases.ts'
import { type Meant, slicesMeant, writtenByHand } from '../../relations/service/astray-slices.ts'
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
  fine: 'each slice that has the port of a Service without slices is tied to one',
  severity: 'error',
  needs: ['services', 'endpointSlices'],
  remedies: [],
  decides: ['SVC-19'],

  run({ services, endpointSlices }) {
    const byHand = writtenByHand(services).filter((it) => it.ports.length > 0)
    if (byHand.length === 0) return notApplicable('each Service here has a selector')
    const meantFor = slicesMeant(services, endpointSlices)
    const found = byHand.flatMap((service) => {
      const meant = meantFor(service)
      return meant === null ? [] : [verdict(service, meant)]
    })
    return found.length > 0 ? found : ok(byHand.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} has no endpoints: ${args.kind} ${args.slice} ` +
      (args.label === null
        ? 'does not say that it is for it.'
        : `${args.kind === 'Endpoints' ? 'are' : 'is'} for Service ${args.label}, which is not there.`),
    detail: ({ args }) =>
      `no selector, and no slice of its own · ${args.slice} has ${count(args.endpoints, 'endpoint')} on the same port`,
    note: ({ args }) =>
      args.kind === 'Endpoints'
        ? 'Endpoints belong to the Service of their very name; read from a file: of a cluster they are not asked for'
        : 'a slice belongs to a Service by its label kubernetes.io/service-name, whatever its name',
    help: ({ subject: on, args }) =>
      args.kind === 'Endpoints' || args.mirrorOf !== null
        ? [
            (args.mirrorOf === null
              ? ''
              : `the slice is a copy of Endpoints ${args.mirrorOf}, kept by the control plane: `) +
              `make them again under the name ${on.name}, or name the Service ${args.mirrorOf ?? args.slice}`,
            `kubectl -n ${on.namespace} get endpoints ${args.mirrorOf ?? args.slice} -o yaml`,
            `kubectl -n ${on.namespace} get services`,
          ]
        : [
            'give the slice the label with the name of the Service',
            `kubectl -n ${on.namespace} label endpointslice ${args.slice} --overwrite ` +
              `kubernetes.io/service-name=${on.name}`,
            `kubectl -n ${on.namespace} get endpointslices --show-labels`,
          ],
  },
})

function verdict(service: Service, { slice, isNear }: Meant) {
  const label = slice.service
  const lines = [
    'metadata:',
    `  name: ${slice.name}`,
    ...(label === null || slice.from !== undefined ? [] : ['  labels:', `    kubernetes.io/service-name: ${label}`]),
  ]
  return finding({
    subject: serviceSubject(service),
    also: [subject(slice.from ?? 'EndpointSlice', slice.namespace, slice.name)],
    confidence: isNear ? 'inferred' : 'possible',
    severity: isNear ? 'error' : 'warning',
    args: {
      kind: slice.from ?? 'EndpointSlice',
      slice: slice.name,
      label,
      endpoints: slice.endpoints.length,
      mirrorOf: slice.mirrorOf ?? null,
    },
    evidence: [
      {
        kind: 'config',
        object: subject(slice.from ?? 'EndpointSlice', slice.namespace, slice.name),
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
