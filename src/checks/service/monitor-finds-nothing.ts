import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Monitor } from '../../model/monitor.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { selectorText } from '../../relations/selector.ts'
import { judgeMonitor, type MonitorFault, seenAround } from '../../relations/service/monitors.ts'

/**
 * A monitor that selects nothing, or asks by a port that nobody has, is no error to anybody: the operator writes the
 * configuration, Prometheus has no target, and an alert of a target that is down never comes.
 */
export default check({
  code: 'SVC275',
  slug: 'service/monitor-finds-nothing',
  title: 'Prometheus is told to ask what is not there',
  fine: 'what monitors of Prometheus select is there, and has the ports that they name',
  severity: 'warning',
  needs: ['beside', 'services', 'pods'],
  wants: ['namespaces'],
  remedies: [],
  decides: [],

  run({ beside, services, pods, namespaces, scope }) {
    const monitors = (beside.monitors ?? []).filter((it) => isAbout(it, scope.namespace))
    if (monitors.length === 0) return notApplicable('the file holds no monitor of the operator of Prometheus')
    const around = seenAround({
      services,
      pods,
      namespaces: namespaces.known ? namespaces.value.map((it) => it.name) : null,
      scope: scope.namespace,
    })
    return monitors.map((it) => {
      const fault = judgeMonitor(it, around)
      if (fault === 'fine') return ok(1)
      if (fault === 'unseen')
        return cannotTell('not-asked', `what ${it.kind} ${full(it)} selects is in a namespace that was not read`)
      return verdict(it, fault)
    })
  },

  words: {
    headline: ({ subject: on, args }) => `${on.kind} ${full(on)} ${says[args.why](args)}.`,
    detail: ({ args }) =>
      [
        ...(args.selector === null ? [] : [`selector: ${args.selector}`]),
        args.among === null ? 'in every namespace' : `in ${some(args.among)}`,
        ...(args.theirs.length === 0 ? [] : [`ports there: ${some(args.theirs, 6)}`]),
      ].join(' · '),
    note: ({ args }) =>
      args.why === 'some-ports'
        ? 'what its other endpoints name is there, and is asked'
        : 'Prometheus has no target by it and says nothing of that: an alert of a target that is down never comes',
    help: ({ subject: on, args }) => [
      cures[args.why],
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()}.monitoring.coreos.com ${on.name} -o yaml`,
      args.of === 'pods' ? 'kubectl get pods -A --show-labels' : 'kubectl get services -A --show-labels',
    ],
  },
})

type Why = MonitorFault['why']

interface Told {
  readonly of: 'pods' | 'Services'
  readonly names: readonly string[]
  readonly elsewhere: readonly string[]
}

const says: Readonly<Record<Why, (args: Told) => string>> = {
  nothing: ({ of }) => `selects no ${of === 'pods' ? 'pod' : 'Service'}`,
  elsewhere: ({ of, elsewhere }) =>
    `selects no ${of === 'pods' ? 'pod' : 'Service'}: those with these labels are in namespace ${some(elsewhere)}`,
  namespace: ({ names }) => `looks into namespace ${some(names)}, which is not there`,
  ports: ({ of, names }) => `asks by port ${some(names)}, which none of the ${of} that it selects has`,
  'some-ports': ({ of, names }) => `asks by port ${some(names)} too, which none of the ${of} that it selects has`,
  'no-service': ({ names }) => `has ${some(names)} asked, which is not there`,
  'no-port': ({ names }) => `has ${some(names)} asked, and the Service has no such port`,
}

const cures: Readonly<Record<Why, string>> = {
  nothing: 'select by labels that are there (of a Service its own, not those of its selector), or remove the monitor',
  elsewhere: 'name their namespace in namespaceSelector.matchNames, or set namespaceSelector.any',
  namespace: 'name a namespace that is there, or remove the monitor',
  ports: 'name a port that is there, by its name; give a port without a name one',
  'some-ports': 'where that is wanted, name a port that is there, by its name',
  'no-service': 'name what is there, or bring it back',
  'no-port': 'name a port of the Service',
}

/** A monitor of another namespace may look into this one. */
function isAbout({ namespace, among }: Monitor, scope: string | null): boolean {
  return scope === null || namespace === scope || among === null || among.includes(scope)
}

function verdict(it: Monitor, fault: MonitorFault) {
  const { why, names, theirs, elsewhere, sure, services } = fault
  const of: Told['of'] = it.kind === 'PodMonitor' ? 'pods' : 'Services'
  return finding({
    subject: subject(it.kind, it.namespace, it.name),
    also: services.map((one) => subject('Service', one.namespace, one.name)),
    confidence: sure ? 'inferred' : 'possible',
    severity: why === 'nothing' || why === 'some-ports' ? 'info' : 'warning',
    args: {
      why,
      of,
      names,
      theirs,
      elsewhere,
      among: it.among,
      selector: it.selector === null ? null : selectorText(it.selector) || 'each of them',
    },
    evidence: [
      {
        kind: 'fact',
        label: it.kind === 'Probe' ? 'told to ask' : 'told to select',
        value: it.selector === null ? some(names) : selectorText(it.selector) || 'each of them',
      },
    ],
  })
}
