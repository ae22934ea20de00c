import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Scaler } from '../../model/beside.ts'
import type { ObjectStatus } from '../../model/status.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { saysOfItself } from '../../relations/symptom.ts'

/**
 * A cluster has one APIService for `external.metrics.k8s.io`: whoever was installed last has it (keda.sh,
 * "Troubleshoot: multiple external metrics providers"; kedacore/keda#470). An autoscaler of KEDA's that
 * asks another's server gets no metrics, and stays where it is.
 */
export default check({
  code: 'SVC303',
  slug: 'service/metrics-of-another',
  title: "the API of external metrics is another's than the autoscaler's",
  fine: 'autoscalers of KEDA ask the server of KEDA for their metrics',
  severity: 'warning',
  needs: ['beside', 'statuses'],
  remedies: [],
  decides: [],

  run({ beside, statuses }) {
    const scaled = (beside.scalers ?? []).filter((it) => it.kind === 'ScaledObject')
    const apis = beside.apiServices.filter((it) => /^v\w{1,20}\.external\.metrics\.k8s\.io$/.test(it.name))
    if (scaled.length === 0 || apis.length === 0)
      return notApplicable('no ScaledObject of KEDA, or no APIService of external metrics, is in the file')
    const found = apis.flatMap(({ name, service }) => {
      // Its operator serves them by a Service of its own name: keda-operator-metrics-apiserver, keda-metrics-apiserver.
      if (service === null || /keda/.test(`${service.namespace}/${service.name}`)) return []
      const failed = statuses.filter(isFailed).flatMap((status) => {
        const by = scaled.find((it) => isOf(status, it, beside.scalers ?? []))
        return by === undefined ? [] : [{ status, by }]
      })
      if (failed.length === 0) return []
      return [
        finding({
          subject: subject('APIService', null, name),
          also: failed.flatMap(({ status, by }) => [
            subject(status.kind, status.namespace, status.name),
            subject(by.target.kind, by.namespace, by.target.name),
          ]),
          confidence: 'inferred',
          args: { server: full(service), scaled: failed.map(({ by }) => `${by.kind} ${full(by)}`) },
          evidence: failed.map(({ status }) => ({
            kind: 'fact' as const,
            label: `${status.kind} ${status.namespace}/${status.name}`,
            value: `${status.type} is ${status.state} (${status.reason})`,
          })),
          symptoms: failed.map(({ status }) => saysOfItself(subject(status.kind, status.namespace, status.name))),
          causes: [],
        }),
      ]
    })
    return found.length > 0 ? found : ok(apis.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `APIService ${on.name} leads to Service ${args.server}, so that KEDA's metrics for ` +
      `${some(args.scaled, 3)} are asked of another program.`,
    detail: ({ args }) => `autoscalers of KEDA that get no metric: ${some(args.scaled)}`,
    note: () =>
      'a cluster has one server of external metrics, the last that was installed; such an autoscaler stays where it is',
    help: ({ subject: on }) => [
      "have the other program's metrics come by a scaler of KEDA (it has one of Datadog, of Prometheus and others), " +
        'turn its ' +
        'server of external metrics off, and install KEDA again',
      `kubectl get apiservice ${on.name} -o yaml`,
    ],
  },
})

function isFailed({ kind, wrong, reason }: ObjectStatus): boolean {
  return kind === 'HorizontalPodAutoscaler' && wrong && reason === 'FailedGetExternalMetric'
}

/** The autoscaler that KEDA made of it: of the same target, or of its name (kedacore/keda, keda-hpa-NAME). */
function isOf(status: ObjectStatus, scaled: Scaler, scalers: readonly Scaler[]): boolean {
  if (status.namespace !== scaled.namespace) return false
  const hpa = scalers.find(
    (it) => it.kind === status.kind && it.namespace === status.namespace && it.name === status.name,
  )
  const isSame = hpa?.target.kind === scaled.target.kind && hpa.target.name === scaled.target.name
  return isSame || status.name === `keda-hpa-${scaled.name}`
}
