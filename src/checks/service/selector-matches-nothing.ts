import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { subjectKey } from '../../model/subject.ts'
import { type NearMiss, nearMiss } from '../../relations/near-miss.ts'
import { backingOf } from '../../relations/service-backing.ts'
import { isLive, selectorOf } from '../../relations/service-selects-pod.ts'
import { noEndpoints, svcUnanswered } from '../../relations/symptom.ts'
import { topWorkloads } from '../../relations/workload-of-pod.ts'
import { count, full, pairsText, selectorEvidence, serviceSubject } from './words.ts'

/**
 * A Service finds its pods by labels alone, and nothing complains when there are none: kube-proxy just refuses.
 * Without a near miss it may be a leftover (a chart's Service for a part that was never installed): then a warning.
 */
export default check({
  code: 'SVC201',
  slug: 'service/selector-matches-nothing',
  title: 'the selector of a Service matches no pod',
  fine: 'every selector matches pods',
  severity: 'error',
  needs: ['services', 'pods'],
  wants: ['workloads'],
  remedies: [],
  decides: ['SVC-03'],

  run({ services, pods, workloads, scope }) {
    const choosing = services.filter((it) => selectorOf(it) !== null)
    if (choosing.length === 0) return notApplicable('no Service here chooses pods by a selector')
    const backing = backingOf(pods, workloads)
    const carriers = Map.groupBy(pods.filter(isLive), (it) => it.namespace)
    const templates = Map.groupBy(workloads.known ? topWorkloads(workloads.value) : [], (it) => it.namespace)
    const target = scope.target.kind === 'object' ? subjectKey(scope.target.object) : null

    const found = choosing.flatMap((service): Verdict[] => {
      const behind = backing(service)
      if (behind.kind !== 'matches-nothing') return []
      const pairs = selectorOf(service) ?? {}
      const made = (templates.get(service.namespace) ?? []).flatMap((it) => it.templates.map((labels) => ({ labels })))
      const [nearPods, nearMade] = [nearMiss(pairs, carriers.get(service.namespace) ?? []), nearMiss(pairs, made)]
      const meant = nearPods !== null || nearMade !== null || target === subjectKey(serviceSubject(service))
      return [verdict({ service, miss: nearPods ?? nearMade, carrier: nearPods !== null ? 'pod' : 'workload', meant, sure: behind.sure, pods: carriers.get(service.namespace)?.length ?? 0 })]
    })
    return found.length > 0 ? found : ok(choosing.length)
  },

  words: {
    headline: ({ subject: on, args }) => `Service ${full(on)} selects no pod: ${told(args)}.`,
    detail: ({ args }) => `selector ${args['selector']} · matches 0 of ${count(Number(args['pods']), 'pod')} in the namespace${args['sure'] === 'no' ? ' · workloads not readable: it may be scaled to 0' : ''}`,
    note: () => 'a Service without endpoints refuses every connection at once; nothing else reports it',
    help: ({ subject: on, args }) => [
      args['miss'] === 'none' ? 'find out what this Service was for: its pods are gone, or were never made' : 'make the selector and the labels say the same; if the selector is the wrong one:',
      ...(args['miss'] === 'none' ? [] : [`kubectl -n ${on.namespace} patch service ${on.name} --type=merge -p '${args['patch']}'`]),
      `kubectl -n ${on.namespace} get pods --show-labels`,
    ],
  },
})

function told(args: Readonly<Record<string, string | number>>): string {
  const carriers = `${count(Number(args['carriers']), `${args['carrier']}`)} ${args['carriers'] === 1 ? 'says' : 'say'}`
  switch (args['miss']) {
    case 'value':
      return `it wants \`${args['key']}=${args['wanted']}\`, ${carriers} \`${args['key']}=${args['theirs']}\``
    case 'key':
      return `it wants \`${args['key']}=${args['wanted']}\`, ${carriers} \`${args['theirs']}=${args['wanted']}\``
    case 'absent':
      return `${count(Number(args['carriers']), `${args['carrier']}`)} would match but for \`${args['key']}=${args['wanted']}\``
    default:
      return `nothing in its namespace carries \`${args['selector']}\``
  }
}

interface Seen {
  readonly service: Service
  readonly miss: NearMiss | null
  /** Who carries the labels that were nearly meant. */
  readonly carrier: 'pod' | 'workload'
  readonly meant: boolean
  readonly sure: boolean
  readonly pods: number
}

function verdict({ service, miss, carrier, meant, sure, pods }: Seen): Verdict {
  const pairs = selectorOf(service) ?? {}
  const key = miss?.key ?? Object.keys(pairs)[0] ?? ''
  const label = miss === null ? 'no pod and no workload says this' : miss.kind === 'absent' ? `${carrier}s have no such label` : `${carrier}s say \`${miss.theirs}\``
  const change = miss === null ? {} : miss.kind === 'value' ? { [key]: miss.theirs } : { [key]: null, ...(miss.kind === 'key' ? { [miss.theirs]: miss.wanted } : {}) }
  return finding({
    subject: serviceSubject(service),
    confidence: sure ? 'inferred' : 'possible',
    severity: meant ? 'error' : 'warning',
    args: {
      selector: pairsText(pairs),
      pods,
      miss: miss?.kind ?? 'none',
      key,
      wanted: pairs[key] ?? '',
      theirs: miss?.theirs ?? 'none',
      carrier,
      carriers: miss?.carriers ?? 0,
      sure: sure ? 'yes' : 'no',
      patch: JSON.stringify({ spec: { selector: change } }),
    },
    evidence: [selectorEvidence(service, key, miss?.kind === 'value' || miss === null ? (pairs[key] ?? '') : key, label)],
    explains: [noEndpoints(service), svcUnanswered(service)],
  })
}
