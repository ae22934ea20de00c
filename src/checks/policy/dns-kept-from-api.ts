import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import { count, full, some } from '../../phrases.ts'
import { kubernetesZones } from '../../relations/dns/corefile-text.ts'
import { apiServers, apiService } from '../../relations/policy/api-servers.ts'
import { okBesideOthers, othersOn } from '../../relations/policy/other-policies.ts'
import { podEnd, policyRules } from '../../relations/policy/policy-allows.ts'
import { policiesOfPods } from '../../relations/policy/policy-applies-to-pod.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'
import { dnsServersDown, noEndpoints } from '../../relations/symptom.ts'
import { parseCorefile } from '../../wire/corefile.ts'
import { policySubject, rulesEvidence } from './words.ts'

/**
 * The plugin `kubernetes` has its names from the API server. A policy that lets the DNS servers out to their clients'
 * port and their upstream alone is not felt by those that run: connections that are open may go on, until one ends or
 * a server starts anew. That one is never ready.
 */
export default check({
  code: 'POL428',
  slug: 'policy/dns-kept-from-api',
  title: 'a NetworkPolicy keeps the DNS servers from the API server',
  fine: 'policies let the DNS servers out to the API server',
  severity: 'error',
  needs: ['networkPolicies', 'clusterDns'],
  wants: ['services', 'endpointSlices', 'namespaces', 'otherPolicies'],
  remedies: [],
  decides: ['DNS-36'],

  run({ networkPolicies, clusterDns, services, endpointSlices, namespaces, otherPolicies }) {
    const pods = clusterDns.pods.filter((it) => !isOver(it) && !it.hostNetwork)
    const selecting = policiesOfPods(networkPolicies)
    const limited = pods.filter((it) => selecting(it, 'Egress').length > 0)
    const [first] = limited
    if (first === undefined) return notApplicable('no NetworkPolicy limits what leaves the DNS servers')
    if (!readsServices(clusterDns)) return notApplicable('the Corefile has no plugin kubernetes, which asks the API')
    const rules = policyRules(networkPolicies, namespaces)
    const servers = apiServers(endpointSlices)
    const vip = apiService(services)
    const lets = (pod: Pod, ip: string, port: number): boolean =>
      rules({ from: podEnd(pod), to: { kind: 'address', ip }, port, protocol: 'TCP' }).kind === 'allowed'
    const isShut = (pod: Pod): boolean =>
      servers.length === 0
        ? !maybeLets(selecting(pod, 'Egress'))
        : !servers.some(({ ip, port }) => lets(pod, ip, port)) && !(vip !== null && lets(pod, vip, 443))
    const shut = limited.filter(isShut)
    const ends = [first.namespace]
    if (shut.length === 0) {
      if (servers.some(({ ip, port }) => limited.every((it) => lets(it, ip, port))))
        return okBesideOthers(otherPolicies, ends, limited.length)
      return servers.length === 0
        ? cannotTell(
            'not-asked',
            'the addresses of the API server, endpoints of default/kubernetes, were not read',
            '-A',
          )
        : cannotTell(
            'ambiguous',
            `an ipBlock covers ${vip}, its Service's address: whether that counts is left to the CNI`,
          )
    }
    const [other] = othersOn(otherPolicies, ends)
    if (other !== undefined) return okBesideOthers(otherPolicies, ends, shut.length)
    const waiting = shut.filter((it) => !it.ready)
    const [policy, ...more] = shut.flatMap((it) => selecting(it, 'Egress'))
    if (policy === undefined) return okBesideOthers(otherPolicies, ends, limited.length)
    const isDown = waiting.length > 0
    return finding({
      subject: policySubject(policy),
      confidence: 'inferred',
      severity: isDown ? 'error' : 'warning',
      args: {
        pods: shut.map((it) => it.name),
        of: pods.length,
        waiting: waiting.length,
        servers: servers.map(({ ip, port }) => `${ip}:${port}`),
        others: new Set(more.filter((it) => it !== policy)).size,
        ip: servers[0]?.ip ?? null,
        port: servers[0]?.port ?? null,
      },
      evidence: [
        rulesEvidence(policy, 'Egress', 'nothing here lets TCP out to the API server'),
        ...shut.slice(0, 4).map((it) => ({
          kind: 'fact' as const,
          label: `pod ${it.name}`,
          value: it.ready ? 'ready' : 'not ready',
        })),
      ],
      causes:
        isDown && waiting.length === pods.length
          ? [dnsServersDown, ...(clusterDns.service === null ? [] : [noEndpoints(clusterDns.service)])]
          : [],
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicy ${full(on)} keeps the DNS servers from the API server` +
      (args.waiting > 0
        ? `, and ${args.waiting} of ${count(args.of, 'DNS server')} ${args.waiting === 1 ? 'is' : 'are'} not ready.`
        : ': the next one that starts will not become ready.'),
    detail: ({ args }) =>
      `${args.pods.length} of ${count(args.of, 'DNS server')} · no rule lets TCP out to ` +
      (args.servers.length === 0 ? 'any address, but for DNS' : some(args.servers)) +
      (args.others === 0 ? '' : ` · nor does any of ${count(args.others, 'other policy', 'other policies')}`),
    note: ({ args }) =>
      args.waiting > 0
        ? 'by objects: a server that never read Services is never ready; its log says `waiting for Kubernetes API`'
        : 'by objects, and those that run are ready: connections that are open may go on, and whether this network ' +
          'enforces the policy was not measured',
    help: ({ subject: on, args }) => [
      args.ip === null
        ? 'let them out to the API server: in spec.egress, its addresses as ipBlock with its port, over TCP'
        : `let them out: in spec.egress, ipBlock ${args.ip}/${args.ip.includes(':') ? 128 : 32}, ` +
          `port ${args.port} over TCP`,
      'kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes',
      `kubectl -n ${on.namespace} edit networkpolicy ${on.name}`,
    ],
  },
})

/** A Corefile that was not read is taken for the usual one; kube-dns has none, and asks the API as well. */
function readsServices({ corefile }: ClusterDns): boolean {
  return !corefile.known || kubernetesZones(parseCorefile(corefile.value)).length > 0
}

/** Of what DNS servers speak besides: their clients' port, DNS over TLS, metrics, health, readiness. */
const noApiPort: ReadonlySet<number | string> = new Set([53, 853, 5353, 8053, 8080, 8181, 9153, 'dns', 'dns-tcp'])

/** Whether some rule could lead to an API server whose addresses are not known: to any address, or to a block. */
function maybeLets(policies: readonly NetworkPolicy[]): boolean {
  return policies.some(({ egress }) =>
    egress.some(
      ({ peers, ports }) =>
        (peers.length === 0 || peers.some((it) => it.ipBlock !== null)) &&
        (ports.length === 0 ||
          ports.some(
            (it) =>
              it.protocol === 'TCP' &&
              (it.port === null || !noApiPort.has(it.port) || (it.endPort ?? 0) > Number(it.port)),
          )),
    ),
  )
}
