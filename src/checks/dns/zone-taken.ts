import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { NameAnswers } from '../../model/name-answers.ts'
import type { Known } from '../../model/known.ts'
import { judgeCorefile } from '../../relations/dns/corefile-refusals.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { parseCorefile, zoneOf } from '../../wire/corefile.ts'

/**
 * CoreDNS gives each name to the server block of the longest zone that it falls into. A block for a zone below the
 * cluster's own domain takes the names of Services there, and what it does not have `kubernetes` for it asks elsewhere.
 */
export default check({
  code: 'DNS158',
  slug: 'dns/zone-taken',
  title: 'a server block takes names of Services away from kubernetes',
  fine: 'every zone of the cluster is answered by kubernetes',
  severity: 'warning',
  needs: ['clusterDns'],
  wants: ['nameAnswers'],
  remedies: [],
  decides: [],

  run({ clusterDns, nameAnswers }) {
    if (!clusterDns.corefile.known)
      return cannotTell(clusterDns.corefile.why.reason, `the Corefile was not read: ${clusterDns.corefile.why.detail}`)
    const text = clusterDns.corefile.value
    const corefile = parseCorefile(text)
    if (judgeCorefile(corefile, null).refusals.length > 0)
      return notApplicable('the Corefile does not parse: DNS114 is about that')
    const domain = clusterDns.domain.toLowerCase()
    const taken = corefile.servers
      .filter((server) => !server.plugins.some((it) => it.name === 'kubernetes' || it.name === 'import'))
      .flatMap((server) => server.keys.map((key) => ({ line: server.line, key, zone: zoneOf(key) })))
      .filter(({ zone }) => (zone === domain || zone.endsWith(`.${domain}`)) && !isAnsweredWell(zone, nameAnswers))
    if (taken.length === 0) return ok(corefile.servers.length)
    return taken.map(({ line, key, zone }): Verdict =>
      finding({
        subject: corefileObject(clusterDns),
        confidence: 'possible',
        args: { zone, line, of: zone === domain ? 'all Services' : whose(zone, domain) },
        evidence: [corefileEvidence(clusterDns, text, line, key, 'has no kubernetes in it')],
      }),
    )
  },

  words: {
    headline: ({ args }) =>
      `The Corefile's block for ${args['zone']} (line ${args['line']}) has no kubernetes in it: names of ${args['of']} are looked up elsewhere.`,
    detail: ({ subject: on, args }) => `${on.kind} ${on.namespace}/${on.name} · line ${args['line']} · ${args['zone']}`,
    note: () => 'CoreDNS gives a name to the block of the longest zone that it falls into, whatever stands first',
    help: ({ subject: on, args }) => [
      'put `kubernetes` into that block, or take the block away',
      `kubectl -n ${on.namespace} get configmap ${on.name} -o yaml`,
      `hopscope resolve NAME.${args['zone']}`,
    ],
  },
})

/** Names of the zone were asked for, and answered with addresses: whatever the block does, it does that. */
function isAnsweredWell(zone: string, answers: Known<NameAnswers>): boolean {
  if (!answers.known) return false
  const its = answers.value.answers.filter((it) => it.name.toLowerCase().replace(/\.$/, '').endsWith(`.${zone}`))
  return its.some((it) => it.addresses.length > 0)
}

/** `shop.svc.cluster.local` has the Services of namespace shop. */
function whose(zone: string, domain: string): string {
  const labels = zone.slice(0, -domain.length - 1).split('.')
  if (labels.at(-1) !== 'svc') return 'that zone'
  const namespace = labels.at(-2)
  return namespace === undefined ? 'all Services' : `Services in namespace ${namespace}`
}
