import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import { type InsidePod, insidePods, libraryLookups } from '../../relations/dns/inside-pods.ts'
import { isFailed } from '../../relations/dns/inside-answers.ts'
import { type NameOrder, nsswitchOf } from '../../relations/nsswitch.ts'
import { dnsLossInPod } from '../../relations/symptom.ts'
import { execInto, judgeEach, pathIn, seenHere, seenIn, unseenPods, whose } from './inside-words.ts'

/**
 * glibc asks whom /etc/nsswitch.conf lists, in that order, and Go's own resolver reads the file as well. An image may
 * leave `dns` out, or let a step before it end the search: then no nameserver is ever asked, and nslookup still works.
 */
export default check({
  code: 'DNS168',
  slug: 'dns/nsswitch-stops-dns',
  title: 'nsswitch.conf keeps lookups from DNS',
  fine: 'nsswitch.conf of pods lets lookups go to DNS',
  severity: 'error',
  needs: ['pods', 'clusterDns', 'insideViews'],
  remedies: [],
  decides: ['DNS-30'],

  run({ pods, clusterDns, insideViews }) {
    const looked = insidePods(pods, insideViews).filter((it) => it.resolving !== null)
    if (looked.length === 0)
      return unseenPods({ known: true, value: insideViews }) ?? notApplicable('no pod was looked into for it')
    return judgeEach(looked, (it) => judge(it, clusterDns.domain))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${whose(on, args)} ${headlines[args.how]}` +
      `${args.how === 'stopped' || args.how === 'mdns' ? ` after \`${args.stop}\`` : ''}.`,
    detail: ({ args }) =>
      `${seenIn(args)} · hosts: ${args.line}` +
      `${args.from === null ? '' : ` (${args.kind} ${args.from})`} · ${args.lookup}`,
    note: ({ args }) => notes[args.how] ?? null,
    help: ({ subject: on, args }) => [
      args.from === null
        ? 'put `hosts: files dns` into /etc/nsswitch.conf of the image'
        : `put \`hosts: files dns\` into the nsswitch.conf of ${args.kind} ${args.from}, ` +
          "which is mounted over the image's",
      ...(args.kind === 'ConfigMap' ? [`kubectl -n ${on.namespace} edit configmap ${args.from}`] : []),
      `kubectl -n ${on.namespace} exec ${execInto(args)} -- cat /etc/nsswitch.conf`,
      `kubectl -n ${on.namespace} exec ${execInto(args)} -- getent ahosts kubernetes.default`,
    ],
  },
})

const headlines: Readonly<Record<string, string>> = {
  missing: 'does not ask DNS: /etc/nsswitch.conf has no `dns` in its hosts line',
  stopped: 'does not ask DNS: its nsswitch.conf ends the search',
  mdns: 'does not ask DNS for names below .local: its nsswitch.conf ends the search',
  'files-unread': 'has hostAliases that its nsswitch.conf leaves without effect: /etc/hosts is not read first',
}

const notes: Readonly<Record<string, string>> = {
  missing: 'nslookup and dig do not read this file: they find names that the application does not',
  stopped: 'a step with [NOTFOUND=return] ends the search for every name that it does not know',
  mdns:
    'old nss-mdns takes each name that ends in .local for its own; short names, ' +
    'which get their suffix later, still work',
  'files-unread': 'with `dns` first, the file counts for names alone that DNS does not have',
}

function judge(it: InsidePod, domain: string) {
  const { view, resolving } = it
  if (view.libc === 'musl') return notApplicable('musl does not read nsswitch.conf')
  if (resolving === null) return notApplicable('not looked for')
  if (!resolving.nsswitch.known && resolving.nsswitch.why.reason !== 'not-there')
    return cannotTell(resolving.nsswitch.why.reason, resolving.nsswitch.why.detail)
  const order = nsswitchOf(resolving.nsswitch)
  // Without the file glibc and Go ask DNS.
  if (order === null) return ok(1)
  const how = howBad(it, order, domain)
  if (how === null) return ok(1)
  const lookups = libraryLookups(it).filter(({ name }) => how !== 'mdns' || /\.local\.?$/.test(name))
  const failed = lookups.find(isFailed)
  const isAnswered = lookups.length > 0 && failed === undefined
  if (isAnswered && how !== 'files-unread') return ok(1, 'its hosts line leaves DNS out, and lookups work all the same')
  // Another module of nsswitch may know names; a line without DNS is sure to fail where a lookup did.
  const isSeen = failed !== undefined
  return finding({
    subject: it.workload,
    severity: how === 'files-unread' || (how === 'mdns' && !isSeen) ? 'warning' : 'error',
    confidence: confidenceOf(how, isSeen),
    args: {
      how,
      stop: order.stop ?? 'none',
      line: resolving.nsswitch.known ? resolving.nsswitch.value : 'none',
      ...seenHere(it),
      ...mountOf(it.pod),
      lookup:
        failed === undefined
          ? 'no lookup by the C library was made in it'
          : `lookup of ${failed.name}: ${failed.result}`,
    },
    symptoms: isSeen && how !== 'files-unread' ? [dnsLossInPod({ namespace: view.namespace, name: view.pod })] : [],
    evidence: [hostsLine(it, resolving.nsswitch, order.stop ?? 'hosts:', how === 'missing' ? 'no dns' : 'ends here')],
  })
}

function mountOf({ nsswitchMount }: Pod) {
  return { kind: nsswitchMount?.kind ?? null, from: nsswitchMount?.name ?? null }
}

function hostsLine(it: InsidePod, nsswitch: Known<string>, mark: string, label: string): Evidence {
  return {
    kind: 'config',
    object: { kind: 'Pod', namespace: it.view.namespace, name: it.view.pod },
    path: pathIn(it, '/etc/nsswitch.conf'),
    lines: [`hosts: ${nsswitch.known ? nsswitch.value : ''}`],
    at: 0,
    mark,
    label,
  }
}

function confidenceOf(how: string, isSeen: boolean): 'observed' | 'inferred' | 'possible' {
  if (isSeen) return 'observed'
  return how === 'mdns' ? 'possible' : 'inferred'
}

function howBad({ pod }: InsidePod, order: NameOrder, domain: string): string | null {
  if (order.dns === 'missing' || order.dns === 'stopped') return order.dns
  if (order.dns === 'mdns') return domain.endsWith('.local') || domain === 'local' ? 'mdns' : null
  return order.filesFirst !== true && pod.hostAliases !== undefined ? 'files-unread' : null
}
