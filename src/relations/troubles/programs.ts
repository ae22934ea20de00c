import type { Trouble } from '../../findings/trouble.ts'
import type { Pod } from '../../model/pod.ts'
import type { Complaint, ProgramLog } from '../../model/program-log.ts'
import type { Service } from '../../model/service.ts'
import type { Model } from '../../model/sources.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import { count } from '../../phrases.ts'
import { isTargetPod } from '../asked-about.ts'
import { lookupKeys } from '../dns/lookups-in-pod.ts'
import { isOfName, ownLacks } from '../../wire/program-words.ts'
import { once } from '../once.ts'
import { podsByName } from '../pods-by-name.ts'
import { calledBy, type Callable } from '../service/called-services.ts'
import {
  calleeOutOfReach,
  dnsLossInPod,
  endpointsAnswerBadly,
  filesTaken,
  goneAsked,
  hostUnknown,
  nameInPod,
  nameWrong,
  noEndpoints,
  nodeResolver,
  podsUnready,
  searchLacks,
  sourcePortsTaken,
  svcUnanswered,
  toldWrongly,
} from '../symptom.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { complaintEnds } from '../complaint-words.ts'

/**
 * What programs say of connections of their own. Said while the probe was at work, it is so now; said before and not
 * since it is a sign, as whatever it was may be over.
 */
export function programTroubles(model: Model): readonly Trouble[] {
  const { programLogs, pods, services, clusterDns, insideViews } = model.sources
  if (!programLogs.known || model.scope.target.kind === 'dns') return []
  const [byName, byAddress] = [
    podsByName(pods.known ? pods.value : []),
    servicesByAddress(services.known ? services.value : []),
  ]
  const around: Callable = {
    services: services.known ? services.value : [],
    namespaces: null,
    domain: clusterDns.known ? clusterDns.value.domain : null,
    scope: model.scope,
  }
  return programLogs.value.flatMap((log) => {
    const pod = byName.get(`${log.namespace}/${log.pod}`) ?? null
    const views = (insideViews.known ? insideViews.value : []).filter(
      (one) => one.namespace === log.namespace && one.pod === log.pod && one.container === log.container,
    )
    return log.complaints.flatMap((it): readonly Trouble[] => {
      const weight = weightOf(model, log, pod, it)
      if (weight === null) return []
      const trouble = told(log, pod, it, { called: serviceOf(it, pod, { around, byAddress }), weight })
      // A name that is not found: what keeps this pod from names is why.
      return [isOfName(it.kind) ? { ...trouble, keys: [...trouble.keys, ...lookupKeys(views, it.host)] } : trouble]
    })
  })
}

const servicesByAddress = once(
  (services: readonly Service[]) =>
    new Map(services.flatMap((it) => (it.clusterIP === null ? [] : [[it.clusterIP, it]]))),
)

/** One that was said once may have been the moment of a rollout. */
function weightOf(
  model: Model,
  log: ProgramLog,
  pod: Pod | null,
  { times, during }: Complaint,
): Trouble['weight'] | null {
  if (times < 2) return null
  if (during === 0) return 'sign'
  const { trace } = model.scope
  const isStart = trace?.from.namespace === log.namespace && trace.from.pod === log.pod
  return isStart || (pod !== null && isTargetPod(model.scope, pod)) ? 'outage' : 'nuisance'
}

interface Around {
  readonly around: Callable
  readonly byAddress: ReadonlyMap<string, Service>
}

function serviceOf({ host, port }: Complaint, pod: Pod | null, { around, byAddress }: Around): Service | null {
  if (host === null) return null
  const own = byAddress.get(host)
  if (own !== undefined || pod === null) return own ?? null
  const called = calledBy(pod, { by: null, host, port }, around)
  return 'service' in called ? called.service : null
}

interface Weighed {
  readonly called: Service | null
  readonly weight: Trouble['weight']
}

function told(log: ProgramLog, pod: Pod | null, it: Complaint, { called, weight }: Weighed): Trouble {
  const { namespace, container, seconds, during } = log
  const self = subject('Pod', namespace, log.pod)
  const on = pod === null ? self : workloadOfPod(pod)
  const minutes = Math.round(seconds / 60)
  return {
    kind: 'reported',
    source: 'programLogs',
    sufferer: on,
    involved: [
      on,
      ...(subjectKey(on) === subjectKey(self) ? [] : [self]),
      ...(called === null ? [] : [subject('Service', called.namespace, called.name)]),
    ],
    keys: keysOf({ ...self, namespace }, on, it, called),
    asked: it.host === null ? '' : askedText(it, called),
    from: `container ${container} of pod ${log.pod}`,
    how: complaintEnds[it.kind],
    log: {
      namespace,
      pod: log.pod,
      container,
      kind: it.kind,
      words: it.words ?? [],
      times: `${count(it.times, 'time')} in ${count(minutes, 'minute')}, ${it.during} in the last ${during} s`,
      due: (it.times * during) / Math.max(seconds, 1),
    },
    bad: it.times,
    of: it.times,
    ms: null,
    weight,
  }
}

/** `198.19.218.67:80` is nobody's name: the Service's stands behind it. */
function askedText(it: Complaint, called: Service | null): string {
  return called !== null && called.clusterIP === it.host
    ? `${hostText(it)}, Service ${called.namespace}/${called.name}`
    : hostText(it)
}

function hostText({ host, port }: Complaint): string {
  const at = host?.includes(':') === true ? `[${host}]` : (host ?? '')
  return port === null ? at : `${at}:${port}`
}

/** Whatever answers for one of these has told why the program complains. */
function keysOf(
  pod: { readonly namespace: string; readonly name: string },
  on: Subject,
  { kind, host }: Complaint,
  called: Service | null,
): readonly string[] {
  // Whom it would have called has no part in it.
  if (kind === 'no-files') return [filesTaken(pod)]
  if (ownLacks.has(kind)) return []
  const ofCaller = [
    toldWrongly(on),
    calleeOutOfReach(on),
    ...(host === null ? [] : [goneAsked(pod, host)]),
    ...(kind === 'no-source-port' ? [sourcePortsTaken(pod)] : []),
  ]
  const ofService =
    called === null
      ? []
      : [
          svcUnanswered(called),
          noEndpoints(called),
          endpointsAnswerBadly(called),
          nameWrong(called),
          nameInPod(pod, called),
        ]
  if (!isOfName(kind)) return [...ofCaller, ...ofService]
  return [
    ...ofCaller,
    ...ofService,
    dnsLossInPod(pod),
    nodeResolver(on),
    searchLacks(on),
    podsUnready(on),
    ...(host === null ? [] : [hostUnknown(host)]),
  ]
}
