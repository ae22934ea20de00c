import { check } from '../../findings/check.ts'
import { finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { count, full, ms, some } from '../../phrases.ts'
import {
  manyWaiting,
  servicesTo,
  type SocketSight,
  socketSights,
  type Unaccepted,
  unacceptedOf,
  unseenSockets,
} from '../../relations/service/pod-sockets.ts'
import { endpointsAnswerBadly, notAccepted, podsUnready, svcUnanswered } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { severities } from '../trouble/weights.ts'
import { noSockets, socketsUncounted } from './socket-words.ts'

/**
 * The kernel opens a connection for a program that listens, and keeps it until the program accepts it: to the client,
 * and to whoever only connects, it is open. A program that hangs, or has no worker left, accepts none, and once the
 * queue is full the kernel drops what comes.
 */
export default check({
  code: 'SVC255',
  slug: 'service/connections-not-accepted',
  title: 'a program does not accept its connections',
  fine: 'programs of the pods that were looked into accept their connections',
  severity: 'error',
  needs: ['insideViews', 'pods'],
  wants: ['services'],
  remedies: [],
  decides: [],

  run({ insideViews, pods, services }) {
    const sights = socketSights(insideViews, pods)
    const unseen = unseenSockets(insideViews, sights)
    if (sights.length + unseen.length === 0) return notApplicable(noSockets)
    const servicesOf = servicesTo(services, pods)
    const found = sights.flatMap((sight) =>
      unacceptedOf(sight).map((it) => verdict(it, sight, servicesOf(sight.pod, it.port))),
    )
    return found.length > 0 ? found : okOrUntold(sights.length, unseen, socketsUncounted)
  },

  words: {
    headline: ({ args }) =>
      `Pod ${args.pod} does not accept its connections to port ${args.port}` +
      `${args.services.length === 0 ? '' : `, where Service ${some(args.services)} leads`}: ` +
      `${count(args.waits, 'connection waits', 'connections wait')}.`,
    detail: ({ args }) =>
      `${args.stay} of ${args.waits} not accepted in ${ms(args.ms)} · port ${args.port} · container ${args.container}`,
    note: ({ args }) =>
      'the kernel opens a connection before the program takes it, so that a connect succeeds, and no answer comes' +
      (args.waits >= manyWaiting ? '' : '; a server that is busy with other requests lets them wait as well'),
    help: ({ subject: on, args }) => [
      'see what the program is busy with or waits for: locks, a pool of workers or connections that is used up; a ' +
        'liveness probe that asks it would restart it',
      `kubectl -n ${on.namespace} logs ${args.name} -c ${args.container} --tail=50`,
      `kubectl -n ${on.namespace} exec ${args.name} -c ${args.container} -- cat /proc/net/tcp /proc/net/tcp6`,
      `kubectl -n ${on.namespace} top pod ${args.name} --containers`,
    ],
  },
})

function verdict(it: Unaccepted, { pod, container }: SocketSight, services: readonly Service[]) {
  return finding({
    subject: subject('Pod', pod.namespace, pod.name),
    also: services.map((one) => subject('Service', one.namespace, one.name)),
    confidence: 'observed',
    severity: severities[it.weight],
    args: {
      pod: full(pod),
      name: pod.name,
      container,
      port: it.port,
      waits: it.waits,
      stay: it.stay,
      ms: it.ms,
      services: services.map(full),
    },
    evidence: [
      {
        kind: 'fact',
        label: `port ${it.port}, /proc/net/tcp`,
        value: `${count(it.waits, 'connection')} in the queue; ${it.stay} of these since ${ms(it.ms)} before`,
      },
    ],
    symptoms: [notAccepted(pod, it.port)],
    causes: [
      ...services.flatMap((one) => [svcUnanswered(one), endpointsAnswerBadly(one)]),
      podsUnready(workloadOfPod(pod)),
    ],
  })
}
