import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { countEndpoints, slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { backingOf } from '../../relations/service/service-backing.ts'
import { isOver, selectorOf } from '../../relations/service/service-selects-pod.ts'
import { nodeDown, noEndpoints, registryUnknown, svcUnanswered } from '../../relations/symptom.ts'
import type { Top } from '../../relations/workload-of-pod.ts'
import { count, full, reasons, reasonsEvidence, serviceSubject, some } from './words.ts'

/** Only ready pods become ready endpoints. With none, kube-proxy refuses: the Service is as good as empty. */
export default check({
  code: 'SVC205',
  slug: 'service/no-ready-endpoints',
  title: 'a Service has pods, and none is ready',
  fine: 'every Service with pods has a ready one',
  severity: 'error',
  needs: ['services', 'pods'],
  wants: ['workloads', 'endpointSlices', 'nodes'],
  remedies: [],
  decides: ['SVC-05', 'SVC-08', 'SVC-09', 'SVC-26'],

  run({ services, pods, workloads, endpointSlices, nodes }) {
    const choosing = services.filter((it) => selectorOf(it) !== null)
    if (choosing.length === 0) return notApplicable('no Service here chooses pods by a selector')
    const [backing, slicesOf] = [
      backingOf(pods, workloads),
      endpointSlices.known ? slicesOfServices(endpointSlices.value) : null,
    ]
    const down = new Set(nodes.known ? nodes.value.filter((it: Node) => it.ready !== 'True').map((it) => it.name) : [])

    const found = choosing.flatMap((service): Verdict[] => {
      const behind = backing(service)
      const listed = slicesOf === null ? null : countEndpoints(slicesOf(service)).ready.length
      if (behind.kind === 'some-ready' && listed === 0) return [forgotten(service, behind.ready)]
      if (behind.kind !== 'none-ready' || (service.publishNotReadyAddresses && (listed ?? 1) > 0)) return []
      return [noneReady(service, behind.pods, behind.workloads, down)]
    })
    return found.length > 0 ? found : ok(choosing.length)
  },

  words: {
    headline: ({ subject: on, args }) => `Service ${full(on)} has no ready endpoint: ${args['why']}.`,
    detail: ({ args }) => `0 ready of ${count(Number(args['pods']), 'pod')} · ${args['all']}`,
    note: ({ args }) =>
      args['case'] === 'unlisted'
        ? 'the control plane writes EndpointSlices from ready pods: either it lags, or it was at work while hopscope read'
        : 'only ready pods get traffic; with none, connections to the Service are refused at once',
    help: ({ subject: on, args }) =>
      args['case'] === 'unlisted'
        ? [
            'run hopscope again; if it stays, the endpoint slice controller is not at work',
            `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name} -o wide`,
            'kubectl -n kube-system logs -l component=kube-controller-manager --tail=50',
          ]
        : args['case'] === 'unmade'
          ? [
              `find out why ${args['workload']} makes no pods: a quota, an admission webhook, a missing service account`,
              `kubectl -n ${on.namespace} get events --field-selector reason=FailedCreate`,
            ]
          : [
              'see what keeps the pods from being ready',
              `kubectl -n ${on.namespace} describe pod ${args['example']}`,
              `kubectl -n ${on.namespace} logs ${args['example']} --previous --tail=50`,
            ],
  },
})

function noneReady(service: Service, pods: readonly Pod[], makers: readonly Top[], down: ReadonlySet<string>): Verdict {
  const [maker] = makers
  const unmade = pods.every(isOver) && maker !== undefined && maker.desired > 0
  const first = reasons(pods)[0]
  const where = [...new Set(pods.map((it) => it.node))]
  const onDownNodes = pods.length > 0 && where.every((it) => it !== null && down.has(it))
  const why = unmade
    ? `${maker.kind} ${maker.name} wants ${count(maker.desired, 'pod')} and has none`
    : onDownNodes
      ? `its ${count(pods.length, 'pod')} ${pods.length === 1 ? 'is' : 'are'} on ${some(where.map(String))}, which is not ready`
      : `${first?.why ?? 'it has no pods'}`
  return finding({
    subject: serviceSubject(service),
    confidence: 'inferred',
    severity:
      pods.length > 0 && pods.every(isOver) && !unmade && pods.every((it) => it.owner?.kind === 'Job')
        ? 'warning'
        : 'error',
    args: {
      case: unmade ? 'unmade' : 'not-ready',
      why,
      pods: pods.length,
      all:
        reasons(pods)
          .map((it) => `${it.pods.length} ${it.why}`)
          .join(', ') || 'no pods at all',
      example: first?.pods[0]?.name ?? 'none',
      workload: maker === undefined ? 'none' : `${maker.kind} ${maker.name}`,
    },
    evidence: [
      ...makers.map((it) => ({
        kind: 'fact' as const,
        label: `${it.kind} ${full(it)}`,
        value: `wants ${count(it.desired, 'pod')}`,
      })),
      reasonsEvidence('pods that match', pods),
    ],
    symptoms: onDownNodes ? where.map((it) => nodeDown(`${it}`)) : unpulled(pods),
    explains: [noEndpoints(service), svcUnanswered(service)],
  })
}

/** Where each pod waits for an image whose registry its node does not find, that node is the cause. */
function unpulled(pods: readonly Pod[]): readonly string[] {
  const waits = pods.length > 0 && pods.every((it) => it.containers.some(({ pullLookup }) => pullLookup !== undefined))
  return waits ? [...new Set(pods.flatMap((it) => (it.node === null ? [] : [registryUnknown(it.node)])))] : []
}

function forgotten(service: Service, ready: readonly Pod[]): Verdict {
  return finding({
    subject: serviceSubject(service),
    confidence: 'possible',
    severity: 'warning',
    args: {
      case: 'unlisted',
      why: `${count(ready.length, 'matching pod')} ${ready.length === 1 ? 'is' : 'are'} ready, and no EndpointSlice lists ${ready.length === 1 ? 'it' : 'them'}`,
      pods: ready.length,
      all: `${ready.length} ready but not listed`,
      example: ready[0]?.name ?? 'none',
      workload: 'none',
    },
    evidence: [{ kind: 'fact', label: 'ready pods in no EndpointSlice', value: some(ready.map((it) => it.name)) }],
    explains: [noEndpoints(service), svcUnanswered(service)],
  })
}
