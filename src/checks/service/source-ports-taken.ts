import { check } from '../../findings/check.ts'
import { finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { count, full } from '../../phrases.ts'
import {
  type Crowd,
  crowdsOf,
  type Peer,
  peersAmong,
  type SocketSight,
  socketSights,
  unseenSockets,
} from '../../relations/service/pod-sockets.ts'
import { sourcePortsTaken } from '../../relations/symptom.ts'
import { isIpv6 } from '../../wire/ip-family.ts'
import { severities } from '../trouble/weights.ts'
import { noSockets, socketsUncounted } from './socket-words.ts'

/**
 * Each connection to one address and port takes a source port, also for a minute after its end (TIME_WAIT). When none
 * is left connect(2) fails with EADDRNOTAVAIL, at once: nothing is sent, and everybody else gets there.
 */
export default check({
  code: 'SVC256',
  slug: 'service/source-ports-taken',
  title: 'a pod has no source port left to connect from',
  fine: 'pods that were looked into have source ports left for further connections',
  severity: 'error',
  needs: ['insideViews', 'pods'],
  wants: ['nodes', 'services', 'endpointSlices', 'clusterDns', 'apiSlices', 'podWays'],
  remedies: [],
  decides: ['NET-07'],

  run({ insideViews, pods, nodes, services, endpointSlices, clusterDns, apiSlices, podWays, scope }) {
    const sights = socketSights(insideViews, pods)
    const unseen = unseenSockets(insideViews, sights)
    if (sights.length + unseen.length === 0) return notApplicable(noSockets)
    const peerOf = peersAmong({ pods, nodes, services, endpointSlices, clusterDns, apiSlices, podWays, scope })
    const found = sights.flatMap((sight) =>
      crowdsOf(sight).map((it) => verdict(it, sight, peerName(peerOf(sight.pod, it)))),
    )
    if (found.length > 0) return found
    const uncounted = sights.filter((it) => it.sockets.ports === null).map(({ pod }) => full(pod))
    return sights.length > uncounted.length || unseen.length > 0
      ? okOrUntold(sights.length - uncounted.length, unseen, socketsUncounted)
      : notApplicable('the range of source ports was read in no pod')
  },

  words: {
    headline: ({ args }) =>
      `Pod ${args.pod} has ${args.full ? 'no' : 'hardly a'} source port left for connections to ${args.to}` +
      `${args.to === args.at ? '' : ` (${args.at})`}: ${args.sockets} of ${args.size} are taken.`,
    detail: ({ args }) =>
      `${args.sockets} sockets to ${args.at} · source ports ${args.from} to ${args.last}, ` +
      `${count(args.size, 'port')} (net.ipv4.ip_local_port_range)`,
    note: () =>
      'each connection to one address and port takes a source port, and keeps it for a minute after its end ' +
      '(TIME_WAIT); without one, a connect fails at once with EADDRNOTAVAIL, and nothing is sent',
    help: ({ subject: on, args }) => [
      'have the program keep its connections and use them again (keep-alive, a pool with an upper end), and close ' +
        'what it no longer uses; a wider range (securityContext.sysctls) or more pods put it off',
      `kubectl -n ${on.namespace} exec ${args.name} -c ${args.container} -- cat /proc/sys/net/ipv4/ip_local_port_range`,
      `kubectl -n ${on.namespace} exec ${args.name} -c ${args.container} -- cat /proc/net/sockstat`,
      `kubectl -n ${on.namespace} get pod ${args.name} -o jsonpath='{.spec.securityContext.sysctls}'`,
    ],
  },
})

function peerName(peer: Peer): string | null {
  if (peer.kind === 'service' || peer.kind === 'endpoint') return `Service ${full(peer.service)}`
  if (peer.kind === 'pod') return `pod ${full(peer.pod)}`
  return peer.kind === 'api' ? 'the API server' : null
}

function verdict(it: Crowd, { pod, container }: SocketSight, to: string | null) {
  const at = isIpv6(it.ip) ? `[${it.ip}]:${it.port}` : `${it.ip}:${it.port}`
  return finding({
    subject: subject('Pod', pod.namespace, pod.name),
    confidence: 'observed',
    severity: severities[it.weight],
    args: {
      pod: full(pod),
      name: pod.name,
      container,
      at,
      to: to ?? at,
      sockets: it.sockets,
      from: it.from,
      last: it.to,
      size: it.to - it.from + 1,
      full: it.weight === 'outage',
    },
    evidence: [
      {
        kind: 'shares',
        label: 'source ports taken (/proc/net/tcp)',
        rows: [{ where: `to ${at}`, bad: it.sockets, of: it.to - it.from + 1, note: to ?? 'no Service or pod' }],
      },
    ],
    symptoms: [sourcePortsTaken(pod)],
  })
}
