import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'

import type { Pod } from '../../model/pod.ts'
import { full, some } from '../../phrases.ts'
import { outside, outsideFails } from '../../relations/dns/upstream.ts'
import { forwardings } from '../../relations/dns/upstream-servers.ts'
import { okBesideOthers } from '../../relations/policy/other-policies.ts'
import { podEnd, policyRules } from '../../relations/policy/policy-allows.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'
import { dnsUpstreamSilent, upstreamSilentTo } from '../../relations/symptom.ts'
import type { Corefile } from '../../wire/corefile.ts'
import { policySubject, rulesEvidence } from './words.ts'

/**
 * A policy that hardens the DNS servers has to let out what they ask: without it every name outside of the cluster ends
 * in SERVFAIL after CoreDNS's own waiting, and it is the upstream that looks dead.
 */
export default check({
  code: 'POL406',
  slug: 'policy/dns-kept-from-upstream',
  title: 'a NetworkPolicy keeps the DNS servers from their upstream',
  fine: 'policies let the DNS servers out to whom they forward to',
  severity: 'warning',
  needs: ['networkPolicies', 'clusterDns'],
  wants: ['namespaces', 'dnsProbe', 'otherPolicies'],
  remedies: [],
  decides: [],

  run({ networkPolicies, clusterDns, namespaces, dnsProbe, otherPolicies }) {
    const pods = clusterDns.pods.filter((it) => !isOver(it))
    const home = pods[0]?.namespace
    const around = networkPolicies.filter((it) => it.namespace === home && it.types.includes('Egress'))
    if (around.length === 0) return notApplicable('no NetworkPolicy limits what leaves the DNS servers')
    if (!clusterDns.corefile.known) return cannotTell(clusterDns.corefile.why.reason, clusterDns.corefile.why.detail)
    const asked = upstreamsOf(askedCorefile(clusterDns.corefile.value, clusterDns))
    if (asked.length === 0) return notApplicable('the Corefile forwards to no address that is written in it')
    const rules = policyRules(networkPolicies, namespaces)
    const judged = pods.flatMap((pod) => asked.map((to) => ({ pod, to, decision: rules(flowOf(pod, to)) })))
    const denied = judged.filter((it) => it.decision.kind === 'denied')
    const [first] = denied
    const seen = dnsProbe.known ? outside(dnsProbe.value) : null
    const fails = seen !== null && outsideFails(seen)
    if (first?.decision.kind !== 'denied')
      return seen !== null && seen.lookups.length > 0 && !fails
        ? ok(judged.length)
        : okBesideOthers(otherPolicies, [home ?? null], judged.length)
    const policy = first.decision.by[0]
    if (policy === undefined) return ok(judged.length)
    return finding({
      subject: policySubject(policy),
      confidence: fails ? 'observed' : 'inferred',
      severity: fails ? 'error' : 'warning',
      args: {
        upstreams: [...new Set(denied.map(({ to }) => `${to.ip}:${to.port}`))],
        pods: [...new Set(denied.map((it) => it.pod.name))],
        of: pods.length,
        ip: first.to.ip,
        port: first.to.port,
        fails,
      },
      evidence: [rulesEvidence(policy, 'Egress', `nothing here lets ${first.to.ip}, port ${first.to.port} out`)],
      causes: [dnsUpstreamSilent, 'dns-external:*', ...denied.map((it) => upstreamSilentTo(it.pod.name))],
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `NetworkPolicy ${full(on)} keeps the DNS servers from ${some(args.upstreams)}, whom they ask for names outside.`,
    detail: ({ args }) =>
      `${args.pods.length} of ${args.of} DNS servers · ` +
      (args.fails ? 'names outside fail' : 'names outside were not seen to fail'),
    note: () => 'CoreDNS waits for an answer that cannot come, and then says SERVFAIL',
    help: ({ subject: on, args }) => [
      `let them out: in spec.egress, ipBlock ${args.ip}/${args.ip.includes(':') ? 128 : 32}, ` +
        `port ${args.port} over UDP and TCP`,
      `kubectl -n ${on.namespace} get networkpolicy ${on.name} -o yaml`,
    ],
  },
})

interface Server {
  readonly ip: string
  readonly port: number
  readonly protocol: 'UDP' | 'TCP'
}

function upstreamsOf(corefile: Corefile): readonly Server[] {
  return forwardings(corefile).flatMap(({ to }) =>
    to.flatMap((it): readonly Server[] =>
      it.kind === 'address' ? [{ ip: it.ip, port: it.port, protocol: it.transport === 'dns' ? 'UDP' : 'TCP' }] : [],
    ),
  )
}

function flowOf(pod: Pod, { ip, port, protocol }: Server): Parameters<ReturnType<typeof policyRules>>[0] {
  return { from: podEnd(pod), to: { kind: 'address', ip }, port, protocol }
}
