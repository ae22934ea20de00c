import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contact } from '../../model/contacts.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { contactsOfServices } from '../../relations/service/service-contacts.ts'
import { slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { podsOfServices, selectorOf } from '../../relations/service/service-selects-pod.ts'
import { type Behind, behindText, slicesBehind } from '../../relations/service/slices-behind.ts'
import { noEndpoints, svcUnanswered } from '../../relations/symptom.ts'
import { behindHelp, behindNote } from './behind-words.ts'
import { serviceSubject } from './words.ts'

/**
 * kube-proxy and every controller go by EndpointSlices, never by pods. Where the endpoint slice controller stands
 * still, a Service keeps the endpoints that it had, however well its pods are.
 */
export default check({
  code: 'SVC248',
  slug: 'service/slices-behind',
  title: 'EndpointSlices are behind the pods of a Service',
  fine: 'EndpointSlices have the pods of their Services, as ready as they are',
  severity: 'warning',
  needs: ['services', 'endpointSlices', 'pods'],
  wants: ['contacts', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ services, endpointSlices, pods, contacts, clusterDns }) {
    const [slicesOf, podsOf, contactsOf] = [
      slicesOfServices(endpointSlices),
      podsOfServices(pods),
      contactsOfServices(contacts),
    ]
    const dns = clusterDns.known ? clusterDns.value.service : null
    const fed = services.filter(
      (it) =>
        selectorOf(it) !== null &&
        slicesOf(it).length > 0 &&
        !(it.namespace === dns?.namespace && it.name === dns.name),
    )
    if (fed.length === 0) return notApplicable('no Service here selects pods and has an EndpointSlice')
    const judged = fed.filter((it) => podsOf(it).some(({ standing }) => standing === 'settled'))
    if (judged.length === 0)
      return notApplicable('no pod of a Service here is known to have been as it is for a minute')
    const found = judged.flatMap((service) => {
      // What stands at another address than its pod is SVC212's.
      const behind = slicesBehind(service, podsOf(service), slicesOf(service)).filter(
        (it) => it.kind !== 'moved' && !(it.kind === 'port' && isAnswered(contactsOf(service))),
      )
      return behind.length === 0
        ? []
        : [
            verdict(
              service,
              behind,
              slicesOf(service).map((it) => it.name),
            ),
          ]
    })
    return found.length > 0 ? found : ok(judged.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The EndpointSlices of Service ${full(on)} are behind its pods: ${args.what[0]}.`,
    detail: ({ args }) => `${args.what.join(' · ')} · in ${some(args.slices)}`,
    note: () => behindNote,
    help: ({ subject: on }) => behindHelp(on, `kubectl -n ${on.namespace} get pods -o wide`),
  },
})

/** Somebody answers at what they lead to. */
function isAnswered(contacts: readonly Contact[]): boolean {
  return contacts.some(({ via, tries }) => via.kind === 'service' && tries.some(({ result }) => result === 'open'))
}

const podNames = (names: readonly string[]): string => `${names.length === 1 ? 'pod' : 'pods'} ${some(names, 2)}`

function verdict(service: Service, behind: readonly Behind[], slices: readonly string[]) {
  const what = behind.map((it) => behindText(it, podNames))
  const leads = behind.some((it) => it.kind === 'port' || it.kind === 'kept-in')
  return finding({
    subject: serviceSubject(service),
    also: behind.flatMap((it) =>
      it.kind === 'port' ? [] : it.pods.map((name) => subject('Pod', service.namespace, name)),
    ),
    confidence: 'inferred',
    severity: behind.some((it) => it.kind === 'port') ? 'error' : 'warning',
    args: { what, slices: [...slices], kinds: behind.map((it) => it.kind) },
    evidence: what.map((value) => ({ kind: 'fact' as const, label: `slices ${some(slices, 2)}`, value })),
    causes: [noEndpoints(service), ...(leads ? [svcUnanswered(service)] : [])],
  })
}
