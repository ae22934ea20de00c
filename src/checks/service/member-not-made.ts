import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import type { Workload } from '../../model/workload.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { count, full } from '../../phrases.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import { toldCalls } from '../../relations/service/called-services.ts'
import { type DueMember, dueMember } from '../../relations/service/members-due.ts'
import { toldWrongly } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/** Shorter is a StatefulSet that is on its way; who calls may wait for that. */
const longSeconds = 60

/**
 * A StatefulSet makes one pod after another: the next when each before it was ready for `minReadySeconds`. Until then
 * the name of the next is denied, and the program that calls it is right.
 * (k8s.io/kubernetes pkg/controller/statefulset/stateful_set_control.go, isRunningAndAvailable, `monotonic`)
 */
export default check({
  code: 'SVC284',
  slug: 'service/member-not-made',
  title: 'a program calls a pod that its StatefulSet has not made yet',
  fine: 'pods of StatefulSets that programs call by their names are there',
  severity: 'warning',
  needs: ['pods', 'services', 'workloads'],
  remedies: [],
  decides: [],

  run({ pods, services, workloads, scope }) {
    const told = toldCalls(pods)
    const due = told.flatMap(({ pod, call }) => {
      const member = dueMember(call.host, pod.namespace, { workloads, services, pods })
      return member === null ? [] : [{ pod, host: call.host, member }]
    })
    const once = Map.groupBy(due, ({ pod, member }) => `${subjectKey(workloadOfPod(pod))} ${full(member.set)}`)
    const found = [...once.values()].flatMap(([first, ...more]) =>
      first === undefined ? [] : [verdict([first, ...more], isTargetPod(scope, first.pod))],
    )
    if (found.length > 0) return found
    return told.length > 0 ? ok(told.length) : notApplicable('no environment variable or argument here names a host')
  },

  words: {
    headline: ({ args }) =>
      `StatefulSet ${args.set} wants ${count(args.wants, 'pod')} and has ${args.has}: ${args.host}, which ` +
      `${args.caller} calls, is not made yet, ${whyText(args)}.`,
    detail: ({ args }) =>
      `${args.parallel ? 'podManagementPolicy Parallel' : 'podManagementPolicy OrderedReady'} · ` +
      `minReadySeconds ${args.seconds} · ${args.next} is the next one to be made`,
    note: ({ args }) =>
      'until the pod is there, DNS denies its name: the program is told rightly' +
      (args.why === 'min-ready'
        ? `; the time counts from when ${args.before} became ready, and again each time that it does`
        : ''),
    help: ({ subject: on, args }) => [
      helps[args.why],
      `kubectl -n ${on.namespace} get pods -l 'apps.kubernetes.io/pod-index' -o wide`,
      args.before === null
        ? `kubectl -n ${on.namespace} describe statefulset ${on.name}`
        : `kubectl -n ${on.namespace} get pod ${args.before} -o jsonpath='{.status.conditions[?(@.type=="Ready")]}'`,
      `kubectl -n ${on.namespace} get statefulset ${on.name} -o yaml | grep -E "minReadySeconds|podManagementPolicy"`,
    ],
  },
})

type Why = 'min-ready' | 'not-ready' | 'refused' | 'unknown'

const helps: Readonly<Record<Why, string>> = {
  'min-ready':
    'wait, or lower minReadySeconds; podManagementPolicy Parallel makes all at once, and takes a new StatefulSet',
  'not-ready': 'find out why the pod before is not ready: the next is made after it',
  refused: 'see who refuses the pod: a quota, an admission webhook',
  unknown: 'see its events for why the next pod is not made',
}

interface Told {
  readonly why: Why
  readonly before: string | null
  readonly seconds: number
}

function whyText({ why, before, seconds }: Told): string {
  if (why === 'min-ready') return `as ${before} must have been ready for ${seconds} s first`
  if (why === 'not-ready') return `as ${before} before it is not ready`
  return why === 'refused' ? 'since the pod is refused' : 'and the objects do not say why'
}

/** What holds the next one, by the objects. */
function holds({ set, there, first }: DueMember): { readonly why: Why; readonly before: Pod | null } {
  if (set.refused !== undefined) return { why: 'refused', before: null }
  const earlier = there.filter((it) => numberOf(it) < first).toSorted((a, b) => numberOf(a) - numberOf(b))
  if (set.order?.parallel === true) return { why: 'unknown', before: null }
  const unready = earlier.find((it) => !it.ready)
  if (unready !== undefined) return { why: 'not-ready', before: unready }
  const last = earlier.at(-1)
  if ((set.order?.minReadySeconds ?? 0) > 0 && last !== undefined) return { why: 'min-ready', before: last }
  return { why: 'unknown', before: null }
}

function numberOf({ name }: Pod): number {
  return Number(/-(\d{1,5})$/.exec(name)?.[1] ?? -1)
}

/** A pod that is under way for some seconds is nobody's fault. */
function severityOf(set: Workload, { why, before }: ReturnType<typeof holds>, isTarget: boolean): Severity {
  const stays =
    why === 'refused' ||
    (why === 'not-ready' && before?.standing === 'settled') ||
    (why === 'min-ready' && (set.order?.minReadySeconds ?? 0) >= longSeconds)
  if (!stays) return 'info'
  return isTarget ? 'error' : 'warning'
}

interface Due {
  readonly pod: Pod
  readonly host: string
  readonly member: DueMember
}

function verdict([first, ...more]: readonly [Due, ...Due[]], isTarget: boolean) {
  const { set, there } = first.member
  const held = holds(first.member)
  const caller = workloadOfPod(first.pod)
  return finding({
    subject: subject('StatefulSet', set.namespace, set.name),
    also: [caller, ...(held.before === null ? [] : [subject('Pod', held.before.namespace, held.before.name)])],
    confidence: 'inferred',
    severity: severityOf(set, held, isTarget),
    args: {
      set: full(set),
      wants: set.desired,
      has: there.length,
      host: first.host,
      caller: `${caller.kind} ${full(caller)}`,
      why: held.why,
      before: held.before?.name ?? null,
      seconds: set.order?.minReadySeconds ?? 0,
      parallel: set.order?.parallel ?? false,
      next: `${set.name}-${first.member.first}`,
    },
    evidence: [
      {
        kind: 'fact',
        label: `pods of StatefulSet ${full(set)}`,
        value: there.map((it) => `${it.name} ${it.ready ? 'ready' : 'not ready'}`).join(', ') || 'none',
      },
      ...[first, ...more].slice(0, 4).map(({ host, member }) => ({
        kind: 'fact' as const,
        label: `called: ${host}`,
        value: `pod ${member.pod}: not there`,
      })),
    ],
    causes: [toldWrongly(caller)],
  })
}
