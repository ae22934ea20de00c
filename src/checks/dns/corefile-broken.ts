import { check } from '../../findings/check.ts'
import { type Args, cannotTell, finding, ok, type Severity, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { corefileEvidence, corefileObject, importsFiles, rootServers } from '../../relations/corefile-text.ts'
import { crashesUnheard, logEvidence, type Signed, signsOf } from '../../relations/server-log-signs.ts'
import { dnsServerCrash, dnsServersDown } from '../../relations/symptom.ts'
import { type Corefile, parseCorefile } from '../../wire/corefile.ts'
import { answersNoOutsideName, misspelt } from '../../relations/corefile-plugins.ts'

/**
 * `reload` refuses a Corefile that does not parse and goes on with the old one, with a line in the log: the cluster is
 * well until a server restarts, and that one dies at once.
 */
export default check({
  code: 'DNS114',
  slug: 'dns/corefile-broken',
  title: 'the Corefile is broken',
  fine: 'the Corefile parses, and serves cluster names and others',
  severity: 'error',
  needs: ['clusterDns'],
  wants: ['dnsServerLogs'],
  remedies: ['corefile-edit'],
  decides: ['DNS-43', 'DNS-44'],

  run({ clusterDns, dnsServerLogs }) {
    if (!clusterDns.corefile.known) return cannotTell(clusterDns.corefile.why.reason, `the Corefile was not read: ${clusterDns.corefile.why.detail}`)
    const text = clusterDns.corefile.value
    const corefile = parseCorefile(text)
    const said = signsOf(dnsServerLogs, clusterDns.pods, 'corefile-refused', 'reload-failed')
    const wrong = refused(clusterDns, text, corefile, said) ?? refusedInside(clusterDns, text, said)
    if (wrong !== null) return wrong
    const missing = [withoutKubernetes(clusterDns, text, corefile), withoutOutside(clusterDns, text, corefile)].filter((it) => it !== null)
    if (missing.length === 0 && crashesUnheard(dnsServerLogs, clusterDns.pods)) return cannotTell('not-asked', 'a DNS server crashes, and whether it refuses what stands inside a plug-in stands in its log, which was not read', '--probe')
    if (missing.length === 0) return ok(Math.max(1, corefile.servers.length))
    return importsFiles(corefile) ? cannotTell('ambiguous', 'the Corefile imports files that hopscope does not read: what is missing in it may stand there') : missing
  },

  words: {
    headline: ({ args }) => `${args['headline']}.`,
    detail: ({ subject: on, args }) => `${on.kind} ${on.namespace}/${on.name} · ${args['detail']}`,
    note: ({ args }) => `${args['note']}`,
    help: ({ subject: on }) => [
      'mend the text, then see in the log that the servers have taken it',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      `kubectl -n ${on.namespace} logs -l k8s-app=kube-dns --tail=20 | grep -i -E "reload|error"`,
    ],
  },
})

/** What no CoreDNS starts with: text against the grammar, or a plug-in that there is not. */
function refused(dns: ClusterDns, text: string, corefile: Corefile, said: readonly Signed[]): Verdict | null {
  const [problem] = corefile.problems
  const typo = corefile.servers.flatMap((it) => it.plugins).map(({ name, line }) => ({ name, line, meant: misspelt(name) })).find((it) => it.meant !== null)
  if (problem === undefined && typo === undefined) return null
  const severity = dns.pods.length > 0 && dns.pods.every((it) => it.ready) ? 'warning' : 'error'
  const what = problem === undefined ? `there is no plug-in \`${typo?.name}\`: \`${typo?.meant}\` was meant` : problem.text
  const line = problem?.line ?? typo?.line ?? 1
  return broken(dns, severity, {
    headline: severity === 'warning' ? `The Corefile does not parse (line ${line}): the next DNS server that starts will not` : `The Corefile does not parse (line ${line}), and DNS servers are not ready`,
    detail: `line ${line}: ${what}`,
    note: severity === 'warning' ? 'the servers that run keep the text that they started with; one that restarts, or is moved to another node, crashes' : 'a server that starts with this text ends at once; those that still run keep the old one',
  }, corefileEvidence(dns, text, line, problem === undefined ? (typo?.name ?? '') : (/`(.)`|`(.)` /.exec(problem.text)?.[1] ?? '"'), what), [dnsServerCrash, dnsServersDown], said)
}

/** What stands inside a plug-in is CoreDNS's to judge, and its log has the verdict. */
function refusedInside(dns: ClusterDns, text: string, said: readonly Signed[]): Verdict | null {
  const [first] = said
  if (first === undefined) return null
  const crashes = dns.pods.some((it) => !it.ready)
  const line = Number(/:(\d+) - Error/.exec(first.sign.said)?.[1] ?? 1)
  return broken(dns, crashes ? 'error' : 'warning', {
    headline: crashes ? 'CoreDNS refuses its Corefile, and DNS servers are not ready' : 'CoreDNS refuses its new Corefile: the next DNS server that starts will not',
    detail: first.sign.said,
    note: crashes ? 'a server that starts with this text ends at once; those that still run keep the old one' : 'the servers that run keep the text that they started with; one that restarts, or is moved to another node, crashes',
  }, corefileEvidence(dns, text, line, '', 'near this line'), [dnsServerCrash, dnsServersDown], said)
}

function withoutKubernetes(dns: ClusterDns, text: string, corefile: Corefile): Verdict | null {
  if (corefile.servers.some(({ plugins }) => plugins.some((it) => it.name === 'kubernetes'))) return null
  const server = rootServers(corefile)[0] ?? corefile.servers[0]
  return broken(dns, 'error', {
    headline: 'No name of the cluster can be looked up: the Corefile has no `kubernetes` line',
    detail: 'no server block has the plug-in kubernetes',
    note: 'the plug-in kubernetes is what makes names of Services; without it they go to the upstream, which has never heard of them',
  }, corefileEvidence(dns, text, server?.line ?? 1, server?.keys[0] ?? '', 'no `kubernetes` in it'), [])
}

/** A warning: a cluster without a way out may be meant so. */
function withoutOutside(dns: ClusterDns, text: string, corefile: Corefile): Verdict | null {
  const roots = rootServers(corefile)
  if (roots.some(({ plugins }) => plugins.some((it) => !answersNoOutsideName(it.name)))) return null
  const server = roots[0] ?? corefile.servers[0]
  return broken(dns, 'warning', {
    headline: 'Names outside the cluster are refused: the Corefile does not say whom to ask for them',
    detail: roots.length === 0 ? 'no server block serves the zone `.`' : 'the server block of the zone `.` forwards nowhere',
    note: 'CoreDNS answers REFUSED for a zone that no block serves, and SERVFAIL where a block has nobody to ask; musl takes either for a failure of the whole look-up',
  }, corefileEvidence(dns, text, server?.line ?? 1, server?.keys[0] ?? '', roots.length === 0 ? 'the zones end here' : 'no `forward` in it'), ['dns-external:*'])
}

function broken(dns: ClusterDns, severity: Severity, args: Args, evidence: ReturnType<typeof corefileEvidence>, explains: readonly string[], said: readonly Signed[] = []): Verdict {
  const ready = dns.pods.filter((it) => it.ready).length
  return finding({ subject: corefileObject(dns), confidence: said.length > 0 ? 'observed' : 'inferred', severity, args, evidence: [evidence, ...(said.length === 0 ? [] : [logEvidence(said)]), { kind: 'fact', label: 'DNS servers ready', value: `${ready} of ${dns.pods.length}` }], explains })
}
