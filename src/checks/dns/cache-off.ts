import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { corefileEvidence, corefileObject, rootServers } from '../../relations/corefile-text.ts'
import { parseCorefile } from '../../wire/corefile.ts'

/** Without `cache` each outside look-up is one of the upstream's too, and each slow or lost one is felt. */
export default check({
  code: 'DNS122',
  slug: 'dns/cache-off',
  title: 'CoreDNS asks its upstream anew for every look-up: it has no cache',
  fine: 'CoreDNS keeps what its upstream answered',
  severity: 'warning',
  needs: ['clusterDns'],
  remedies: ['corefile-edit'],
  decides: [],

  run({ clusterDns }) {
    if (!clusterDns.corefile.known) return cannotTell(clusterDns.corefile.why.reason, `the Corefile was not read: ${clusterDns.corefile.why.detail}`)
    const text = clusterDns.corefile.value
    const corefile = parseCorefile(text)
    if (corefile.problems.length > 0) return notApplicable('the Corefile does not parse: DNS114 is about that')
    const forwarding = rootServers(corefile).filter(({ plugins }) => plugins.some((it) => it.name === 'forward'))
    if (forwarding.length === 0) return notApplicable('the Corefile forwards no outside names')
    const bare = forwarding.find(({ plugins }) => !plugins.some((it) => it.name === 'cache'))
    if (bare === undefined) return ok(forwarding.length)
    if (bare.plugins.some((it) => it.name === 'import')) return cannotTell('ambiguous', 'the server block of outside names imports files that hopscope does not read: cache may stand there')
    const forward = bare.plugins.find((it) => it.name === 'forward')
    return finding({
      subject: corefileObject(clusterDns),
      confidence: 'inferred',
      args: { zone: bare.keys.join(' '), line: bare.line, upstream: forward?.args.slice(1).join(' ') ?? 'unknown' },
      evidence: [corefileEvidence(clusterDns, text, forward?.line ?? bare.line, 'forward', 'no `cache` beside it')],
    })
  },

  words: {
    headline: ({ args }) => `CoreDNS keeps no answers: every look-up of an outside name goes to ${args['upstream']}.`,
    detail: ({ subject: on, args }) => `${on.kind} ${on.namespace}/${on.name} · server block ${args['zone']} (line ${args['line']}) has forward and no cache`,
    note: () => 'one look-up of an application is up to eight queries, and most of them are the same for every pod',
    help: ({ subject: on }) => ['add the line `cache 30` to the block', `kubectl -n ${on.namespace} edit configmap ${on.name}`],
  },
})
