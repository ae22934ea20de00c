import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ApiService } from '../../model/beside.ts'
import { subject } from '../../model/subject.ts'
import { because, full, shown, some } from '../../phrases.ts'
import { noEndpoints } from '../../relations/symptom.ts'

/** The API server asks it itself, and says what came of it: autoscalers and the end of namespaces wait for these. */
export default check({
  code: 'SVC281',
  slug: 'service/api-unavailable',
  title: 'an API that a Service serves is not available',
  fine: 'the APIs that Services serve are available',
  severity: 'error',
  needs: ['beside'],
  remedies: [],
  decides: [],

  run({ beside }) {
    const served = beside.apiServices.filter((it) => it.service !== null)
    if (served.length === 0) return notApplicable('no Service serves an API')
    const byService = Map.groupBy(
      served.filter((it) => it.available === 'False'),
      (it) => full(it.service ?? { namespace: null, name: '' }),
    )
    const found = [...byService.values()].flatMap(verdict)
    if (found.length > 0) return found
    const silent = served.filter((it) => it.available !== 'True')
    return silent.length === 0
      ? ok(served.length)
      : cannotTell('failed', `the API server does not say whether ${some(silent.map((it) => it.name))} is available`)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `APIService ${on.name}, which Service ${args.service} serves, is not available${because(args.message)}.`,
    detail: ({ args }) => `${args.reason} · ${some(args.names, 3)}`,
    note: () => 'autoscalers that need it stand still, and namespaces that are deleted wait for it',
    help: ({ subject: on, args }) => [
      'see whether the API server reaches the pods of the Service: their port, the policies before them, their node',
      `kubectl get apiservice ${on.name} -o yaml`,
      `kubectl -n ${args.home} get service,endpointslices,pods -o wide`,
    ],
  },
})

function verdict(its: readonly ApiService[]) {
  const [first] = its
  if (first === undefined || first.service === null) return []
  const { service, reason, message } = first
  return [
    finding({
      subject: subject('APIService', null, first.name),
      also: [subject('Service', service.namespace, service.name)],
      confidence: 'inferred',
      args: {
        service: full(service),
        home: service.namespace,
        reason,
        message,
        names: its.map((it) => it.name),
      },
      evidence: [{ kind: 'fact', label: `Available: False (${reason})`, value: shown(message) }],
      dueTo: [noEndpoints(service)],
    }),
  ]
}
