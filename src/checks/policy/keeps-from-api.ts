import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable } from '../../findings/verdict.ts'
import type { Known } from '../../model/known.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { ProgramLog } from '../../model/program-log.ts'
import { full, some } from '../../phrases.ts'
import { byBlock } from '../../relations/cidr-index.ts'
import { apiServers, apiService } from '../../relations/policy/api-servers.ts'
import { okBesideOthers, othersOn } from '../../relations/policy/other-policies.ts'
import { podEnd, policyRules } from '../../relations/policy/policy-allows.ts'
import { policiesOfPods } from '../../relations/policy/policy-applies-to-pod.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { keptBy, podsUnready } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { isOfName, type Said } from '../../wire/program-words.ts'
import { policySubject, rulesEvidence, workloadsEvidence, workloadsText } from './words.ts'

/**
 * Each pod is told the API server at port 443 of a Service, and a rule for that port reads right. Policies see the
 * packet after its address was rewritten: to an endpoint, on 6443 mostly, for which no rule stands.
 */
export default check({
  code: 'POL425',
  slug: 'policy/keeps-from-api',
  title: 'a NetworkPolicy keeps pods from the API server that they ask',
  fine: 'policies that let pods out to the Service of the API server let them out to its endpoints',
  severity: 'error',
  needs: ['networkPolicies', 'pods'],
  wants: ['services', 'endpointSlices', 'namespaces', 'otherPolicies', 'programLogs'],
  remedies: [],
  decides: ['NP-06'],

  run({ networkPolicies, pods, services, endpointSlices, namespaces, otherPolicies, programLogs, scope }) {
    const selecting = policiesOfPods(networkPolicies)
    const limited = pods.filter((it) => isLive(it) && !it.hostNetwork && selecting(it, 'Egress').length > 0)
    if (limited.length === 0) return notApplicable('no NetworkPolicy limits what leaves a pod here')
    const [servers, vip] = [apiServers(endpointSlices), apiService(services)]
    const saysSo = complainers(programLogs, { vip, ips: servers.map(({ ip }) => ip) })
    if (servers.length === 0)
      return limited.some(saysSo)
        ? cannotTell('not-asked', 'the endpoints of default/kubernetes were not read', '-A')
        : notApplicable('whoever is limited here is not seen to ask the API server, whose endpoints were not read')
    const rules = policyRules(networkPolicies, namespaces)
    const lets = (pod: Pod, ip: string, port: number): boolean =>
      rules({ from: podEnd(pod), to: { kind: 'address', ip }, port, protocol: 'TCP' }).kind !== 'denied'
    const shut = limited.filter((it) => !servers.some(({ ip, port }) => lets(it, ip, port)))
    const asking = shut.filter((it) => saysSo(it) || (vip !== null && lets(it, vip, 443)))
    const byPolicies = [...Map.groupBy(asking, (it) => selecting(it, 'Egress')).entries()].filter(
      ([[first]]) => scope.namespace === null || first?.namespace === scope.namespace,
    )
    const homes = [...new Set(limited.map((it) => it.namespace))]
    if (byPolicies.length === 0) return okBesideOthers(otherPolicies, homes, limited.length)
    return byPolicies.flatMap(([policies, its]) => {
      const [first] = its
      // A policy of another kind may let it through.
      if (first === undefined || othersOn(otherPolicies, [first.namespace]).length > 0)
        return [okBesideOthers(otherPolicies, homes, its.length)]
      const policy = policies.find((it) => vip !== null && namesBlock(it, vip)) ?? policies[0]
      return policy === undefined ? [] : [verdict(policy, { its, said: its.filter(saysSo), servers, vip })]
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.said > 0
        ? `NetworkPolicy ${full(on)} keeps ${args.who} from the API server, which ` +
          `${args.said === 1 ? 'it asks' : 'they ask'} in vain.`
        : `NetworkPolicy ${full(on)} lets ${args.who} out to port 443, and the API server listens on ${args.at}.`,
    detail: ({ args }) =>
      `no rule lets TCP out to ${args.at}` + (args.vip === null ? '' : ` · its Service is ${args.vip}, port 443`),
    note: ({ args }) =>
      "a policy sees the endpoint's port: the Service's is rewritten before, with most networks" +
      (args.said > 0 ? '; what is not allowed is dropped silently' : '. Whether these pods ask the API was not seen'),
    help: ({ subject: on, args }) => [
      `let them out: in spec.egress, ipBlock ${args.ip}/${args.ip.includes(':') ? 128 : 32}, ` +
        `port ${args.port} over TCP`,
      'kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes',
      `kubectl -n ${on.namespace} edit networkpolicy ${on.name}`,
    ],
  },
})

/** By what a pod said at its last end, or says in its log, of a connection to the API server that failed. */
function complainers(
  logs: Known<readonly ProgramLog[]>,
  { vip, ips }: { readonly vip: string | null; readonly ips: readonly string[] },
): (pod: Pod) => boolean {
  const ends = new Set([...ips, ...(vip === null ? [] : [vip])])
  const isApi = ({ kind, host }: Pick<Said, 'kind' | 'host'>): boolean =>
    !isOfName(kind) && host !== null && (ends.has(host) || /^kubernetes(?:\.default(?:\.svc(?:\.|$)|$)|$)/.test(host))
  const said = new Set(
    (logs.known ? logs.value : []).filter((it) => it.complaints.some(isApi)).map((it) => `${it.namespace}/${it.pod}`),
  )
  return (pod) =>
    said.has(full(pod)) ||
    pod.containers.some(({ endSaid, ready }) => endSaid !== undefined && !ready && isApi(endSaid))
}

/** A block of its own for the Service's address, or for the range of Services: not just the whole world. */
function namesBlock({ egress }: NetworkPolicy, vip: string): boolean {
  const cidrs = egress.flatMap(({ peers }) => peers.flatMap(({ ipBlock }) => ipBlock?.cidr ?? []))
  return (
    byBlock(
      cidrs.filter((it) => Number(it.slice(it.indexOf('/') + 1)) >= narrow),
      (it) => it,
    )(vip).length > 0
  )
}

/** The bits of a block that is some network's own. */
const narrow = 8

interface Shut {
  readonly its: readonly Pod[]
  readonly said: readonly Pod[]
  readonly servers: readonly { readonly ip: string; readonly port: number }[]
  readonly vip: string | null
}

function verdict(policy: NetworkPolicy, { its, said, servers, vip }: Shut) {
  const [server = { ip: '', port: 6443 }] = servers
  const who = said.length > 0 ? said : its
  const isMeant = vip !== null && namesBlock(policy, vip)
  return finding({
    subject: policySubject(policy),
    confidence: said.length > 0 ? 'inferred' : 'possible',
    // Port 443 to anywhere is for the web in most policies.
    ...(said.length > 0 ? {} : { severity: isMeant ? ('warning' as const) : ('info' as const) }),
    args: {
      who: workloadsText(who),
      said: said.length,
      at: some(servers.map(({ ip, port }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`))),
      vip,
      ip: server.ip,
      port: server.port,
    },
    evidence: [
      rulesEvidence(policy, 'Egress', `the API server listens on ${server.port}`, 'port: 443'),
      workloadsEvidence(said.length > 0 ? 'pods that say so' : 'pods that it selects', who),
    ],
    causes: [keptBy(policy), ...said.map((it) => podsUnready(workloadOfPod(it)))],
  })
}
