import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Monitor, MonitorReader } from '../../model/monitor.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { isLabelled, takenBy } from '../../relations/service/monitor-taken.ts'
import { anyOf, selectorText } from '../../relations/selector.ts'

/**
 * A Prometheus takes the monitors whose labels it selects: with the chart kube-prometheus-stack those of its own
 * release alone, `release: NAME`. One that none selects is of no use, and nobody says so.
 */
export default check({
  code: 'SVC276',
  slug: 'service/monitor-untaken',
  title: 'no Prometheus takes a monitor',
  fine: 'each monitor is taken by a Prometheus',
  severity: 'warning',
  needs: ['beside'],
  wants: ['namespaces'],
  remedies: [],
  decides: [],

  run({ beside, namespaces, scope }) {
    const own = (beside.monitors ?? []).filter((it) => scope.namespace === null || it.namespace === scope.namespace)
    const readers = beside.monitorReaders ?? []
    if (own.length === 0) return notApplicable('the file holds no monitor of the operator of Prometheus')
    if (readers.length === 0) return notApplicable('the file holds no Prometheus of its operator')
    const labelsOf = new Map((namespaces.known ? namespaces.value : []).map((it) => [it.name, it.labels]))
    const judged = own.map((it) => ({
      it,
      is: anyOf(readers.map((one) => takenBy(one, it, labelsOf.get(it.namespace)))),
    }))
    const left = judged.filter(({ is }) => is === 'no').map(({ it }) => it)
    const unsure = judged.filter(({ is }) => is === 'maybe')
    const groups = [...Map.groupBy(left, (it) => `${it.kind} ${it.namespace} ${JSON.stringify(it.labels)}`).values()]
    return [
      ...groups.flatMap((its) => (its[0] === undefined ? [] : [verdict(its[0], its, readers)])),
      ...(unsure.length === 0
        ? []
        : [cannotTell('not-asked', 'whether a Prometheus takes them hangs on what was not read of namespaces')]),
      ...(left.length + unsure.length === own.length ? [] : [ok(own.length - left.length - unsure.length)]),
    ]
  },

  words: {
    headline: ({ subject: on, args }) =>
      (args.names.length === 1
        ? `${on.kind} ${full(on)} is`
        : `${count(args.names.length, on.kind)} of namespace ${on.namespace} are`) +
      ` taken by no Prometheus that is there: ${args.readers.length === 1 ? 'it does' : 'they do'} not select ` +
      (args.by === 'namespace' ? `namespace ${on.namespace}.` : 'labels such as these.'),
    detail: ({ args }) => `${args.labels === '' ? 'no label' : args.labels} · ${some(args.readers, 3)}`,
    note: () =>
      'nothing is asked by it, unless something else reads such objects, as the agents of VictoriaMetrics, ' +
      'Grafana and OpenTelemetry can',
    help: ({ subject: on, args }) => [
      args.by === 'namespace'
        ? 'have the Prometheus look into this namespace, by its selector of namespaces'
        : 'give it the labels that the Prometheus selects, as `release` of kube-prometheus-stack, or select each',
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()}s.monitoring.coreos.com --show-labels`,
      'kubectl get prometheuses.monitoring.coreos.com -A -o yaml',
    ],
  },
})

function verdict(first: Monitor, its: readonly Monitor[], readers: readonly MonitorReader[]) {
  const takings = readers.flatMap((reader) =>
    reader.takes.filter((it) => it.of === first.kind).map((taking) => ({ reader, taking })),
  )
  const wanted = takings.map(({ reader, taking: { selector, namespaces } }) => ({
    name: `${reader.kind} ${full(reader)}`,
    takes: selector === null ? 'none' : selectorText(selector) || 'each',
    where: namespaces === null ? `namespace ${reader.namespace} alone` : selectorText(namespaces) || 'every namespace',
  }))
  const isLeftByLabels = takings.every(({ taking }) => !isLabelled(taking, first))
  return finding({
    subject: subject(first.kind, first.namespace, first.name),
    also: its.slice(1, 20).map((it) => subject(it.kind, it.namespace, it.name)),
    // Agents of others read such objects as well, and a Prometheus may not be in the file.
    confidence: 'possible',
    args: {
      by: isLeftByLabels ? 'labels' : 'namespace',
      names: its.map((it) => it.name),
      labels: selectorText({ matchLabels: first.labels, matchExpressions: [] }),
      readers: wanted.map((it) => it.name),
    },
    evidence: wanted.map((it) => ({
      kind: 'fact' as const,
      label: it.name,
      value: `takes ${it.takes}; in ${it.where}`,
    })),
  })
}
