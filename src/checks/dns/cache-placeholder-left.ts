import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { cachePlaceholders } from '../../relations/symptom.ts'

/**
 * The manifest of NodeLocal DNSCache is a template. The cache replaces some of its words at its start; those for its
 * own addresses and the domain are for whoever applies it, and CoreDNS takes no such word for an address.
 */
export default check({
  code: 'DNS209',
  slug: 'dns/cache-placeholder-left',
  title: 'words of its template stand in the Corefile of the node caches',
  fine: 'the template of the node caches was filled in',
  severity: 'error',
  needs: ['clusterDns'],
  remedies: [],
  decides: [],

  run({ clusterDns: { nodeCaches, placeholders } }) {
    const [first] = nodeCaches
    if (placeholders === undefined || first === undefined)
      return notApplicable('no DNS cache runs on the nodes, or its Corefile was not read')
    const [left] = placeholders
    if (left === undefined) return ok(nodeCaches.length)
    const down = nodeCaches.filter((it) => !it.ready).length
    const name = first.corefileMap ?? 'node-local-dns'
    return finding({
      subject: subject('ConfigMap', first.namespace, name),
      confidence: 'inferred',
      severity: down > 0 ? 'error' : 'warning',
      args: {
        words: [...new Set(placeholders.map((it) => it.word))],
        unknown: [...new Set(placeholders.map((it) => it.word))].filter((it) => !ofTemplate.includes(it)),
        lines: [...new Set(placeholders.map((it) => it.line))],
        down,
        of: nodeCaches.length,
        pod: first.name,
      },
      evidence: placeholders.slice(0, 6).map((it) => ({
        kind: 'fact' as const,
        label: `Corefile, line ${it.line}`,
        value: it.word,
      })),
      causes: down > 0 ? [cachePlaceholders] : [],
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The Corefile of the node caches (ConfigMap ${on.name}) still has ${some(args.words)} of its template` +
      (args.down > 0
        ? `, and ${args.down} of ${count(args.of, 'cache')} ${args.down === 1 ? 'is' : 'are'} not ready.`
        : '.'),
    detail: ({ args }) => `line ${some(args.lines.map(String), 6)} · the cache itself does not replace these`,
    note: ({ args }) =>
      args.down > 0
        ? 'CoreDNS takes no such word for an address, and ends'
        : 'the caches that run may have read another text: with this one the next start fails',
    help: ({ subject: on, args }) => [
      "fill them in: LOCAL__DNS the address of the cache (169.254.20.10), DNS__SERVER the DNS Service's own, " +
        "DNS__DOMAIN the cluster's domain" +
        (args.unknown.length === 0
          ? ''
          : `; the template has no ${some(args.unknown)}, and the cache itself replaces ${replaced} alone`),
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      `kubectl -n ${on.namespace} logs ${args.pod} --previous --tail=20`,
    ],
  },
})

/** Of nodelocaldns.yaml, for whoever applies it. */
const ofTemplate: readonly string[] = ['LOCAL__DNS', 'DNS__SERVER', 'DNS__DOMAIN'].map((it) => `__PILLAR__${it}__`)

const replaced = '__PILLAR__CLUSTER__DNS__ and __PILLAR__UPSTREAM__SERVERS__'
