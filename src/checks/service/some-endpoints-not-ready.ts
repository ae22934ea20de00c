import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import type { Workload } from '../../model/workload.ts'
import { type Backing, backingOf, publishedUnready } from '../../relations/service/service-backing.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { problemsOf } from '../../relations/pod-problem.ts'
import { spareMakers } from '../../relations/service/spare-makers.ts'
import { selectorOf } from '../../relations/service/service-selects-pod.ts'
import { podStuck, podsUnready, unreadyPublished } from '../../relations/symptom.ts'
import { commandsFor, firstStep, lookArgs, reasons, reasonsEvidence, serviceSubject } from './words.ts'
import { count, full } from '../../phrases.ts'

/**
 * Worth knowing, no fault by itself: every rollout passes through this, and the ready pods carry all of the load. Where
 * the Service publishes pods that are not ready, they get their share of it all the same.
 */
export default check({
  code: 'SVC206',
  slug: 'service/some-endpoints-not-ready',
  title: 'some pods of a Service are not ready',
  fine: 'all endpoints are ready',
  severity: 'info',
  needs: ['services', 'pods'],
  wants: ['events', 'workloads', 'nodes', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ services, pods, events, workloads, nodes, clusterDns }) {
    const choosing = services.filter((it) => selectorOf(it) !== null)
    if (choosing.length === 0) return notApplicable('no Service here chooses pods by a selector')
    const problemOf = problemsOf(events, { nodes })
    const backing = backingOf(pods, { known: true, value: [] })
    const spare = spareMakers(workloads.known ? workloads.value : [])
    // Of the DNS servers the checks of DNS speak.
    const servers = new Set(clusterDns.known ? clusterDns.value.pods.map(full) : [])
    const isLacked = (it: Pod): boolean =>
      isStuck(it) && !servers.has(full(it)) && !spare.has(subjectKey(workloadOfPod(it)))
    const late = new Set((workloads.known ? workloads.value : []).flatMap((it) => (hasTimedOut(it) ? keyOf(it) : [])))
    const found = choosing.flatMap((service) => {
      const behind = readyAndNot(service, backing(service))
      if (behind.notReady.length === 0) return []
      const why = reasons(behind.notReady, problemOf)
      const [first] = why
      const timedOut = behind.notReady.map(workloadOfPod).find((it) => late.has(subjectKey(it)))?.name ?? null
      const published = publishedUnready(service, behind.notReady).length
      const lacked = behind.notReady.filter(isLacked)
      return [
        finding({
          subject: serviceSubject(service),
          confidence: 'inferred',
          severity: published > 0 || timedOut !== null || lacked.length > 0 ? 'warning' : 'info',
          args: {
            ready: behind.ready.length,
            of: behind.ready.length + behind.notReady.length,
            notReady: behind.notReady.length,
            published,
            timedOut,
            stuck: behind.notReady.filter(isStuck).length,
            givenOut: service.publishNotReadyAddresses,
            why: first?.why ?? 'not ready',
            ...lookArgs(first),
          },
          evidence: [reasonsEvidence('pods that are not ready', why)],
          symptoms: lacked.map((it) => podsUnready(workloadOfPod(it))),
          causes: [...(published > 0 ? [unreadyPublished(service)] : []), ...lacked.map(podStuck)],
        }),
      ]
    })
    return found.length > 0 ? found : ok(choosing.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.notReady} of ${count(args.of, 'pod')} of Service ${full(on)} ` +
      `${args.notReady === 1 ? 'is' : 'are'} not ready` +
      `${args.published > 0 ? ' and in its endpoints all the same' : ''}` +
      (args.timedOut === null ? '' : `, and the rollout of Deployment ${args.timedOut} has timed out`) +
      `: ${args.why}.`,
    detail: ({ args }) => `${args.ready} ready of ${args.of} · ${traffic(args)}`,
    note: ({ args }) => {
      if (args.published > 0 && args.ready === 0)
        return 'by its endpoints the Service looks well: clients come to pods of which none says that it is ready'
      if (args.published > 0)
        return 'an endpoint that does not answer: a share of the connections to the Service fails while it lasts'
      if (args.timedOut !== null)
        return (
          `Deployment ${args.timedOut} says ProgressDeadlineExceeded: its new pods do not become ready, and the ` +
          'old ones ' +
          'carry the load'
        )
      return args.stuck > 0
        ? `the kubelet has tried again and again with ${args.stuck} of them: that is no rollout under way, and the ` +
            'other pods carry its load'
        : 'normal while a rollout is under way; if it lasts, the other pods carry its load'
    },
    help: ({ subject: on, args }) => [
      args.published > 0
        ? 'take publishNotReadyAddresses out, unless the application needs to be reached before it is ready'
        : waitOr({ ...args, stuck: args.timedOut === null ? args.stuck : Math.max(1, args.stuck) }),
      ...(args.published > 0
        ? [`kubectl -n ${on.namespace} get service ${on.name} -o jsonpath='{.spec.publishNotReadyAddresses}'`]
        : []),
      args.timedOut === null
        ? `kubectl -n ${on.namespace} get pods -w`
        : `kubectl -n ${on.namespace} rollout status deployment/${args.timedOut}`,
      ...commandsFor(on.namespace, args),
    ],
  },
})

interface ReadyAndNot {
  readonly ready: readonly Pod[]
  readonly notReady: readonly Pod[]
}

/** Where none is ready the Service has no endpoint, which SVC205 tells, unless it gives out those that are not. */
function readyAndNot(service: Service, behind: Backing): ReadyAndNot {
  if (behind.kind === 'some-ready') return behind
  const none = behind.kind === 'none-ready' ? behind.pods : []
  return { ready: [], notReady: publishedUnready(service, none).length > 0 ? none : [] }
}

function hasTimedOut({ timedOut }: Workload): boolean {
  return timedOut !== undefined
}

function keyOf({ kind, namespace, name }: Workload): string {
  return subjectKey(subject(kind, namespace, name))
}

/** The kubelet waits longer each time before it tries again: to be so takes some failures. */
const again = /^(?:CrashLoopBackOff|ImagePullBackOff)$/

function isStuck({ containers, init }: Pod): boolean {
  return containers.some((it) => again.test(it.waiting ?? '')) || again.test(init?.waiting ?? '')
}

function lookFor(stuck: number): string {
  return stuck > 0 ? 'see why: it does not pass by itself, as a rule' : 'see whether it passes'
}

function traffic({ published, givenOut }: { readonly published: number; readonly givenOut: boolean }): string {
  if (published > 0) return 'spec.publishNotReadyAddresses is true: pods that are not ready get traffic like the others'
  return givenOut ? 'DNS gives out the others as well (publishNotReadyAddresses)' : 'not ready pods get no traffic'
}

/** A pod may be on its way up; what its probe asks in its place does not pass. */
function waitOr(args: ReturnType<typeof lookArgs> & { readonly stuck: number }): string {
  return args.look === 'probe' ? firstStep(args) : lookFor(args.stuck)
}
