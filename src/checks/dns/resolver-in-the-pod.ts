import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { isFailed } from '../../relations/dns/inside-answers.ts'
import { type InsidePod, insidePods } from '../../relations/dns/inside-pods.ts'
import { lossOf, notable, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { dnsLossInPod } from '../../relations/symptom.ts'
import { parseResolvConf } from '../../wire/resolv-conf.ts'
import { fileEvidence, judgeEach, seenHere, seenIn, unseenPods, whose } from './inside-words.ts'
import { isLoopback } from '../../wire/ip-family.ts'

/**
 * A cache in the container, a daemon behind 127.0.0.53 or a mesh's proxy answers before any server of the cluster is
 * asked. That is nobody's fault while it works; where it does not, all servers are well and the pod finds no name.
 */
export default check({
  code: 'DNS170',
  slug: 'dns/resolver-in-the-pod',
  title: 'something in the pod stands between it and its DNS server',
  fine: 'nothing that stands between pods and their DNS servers does harm',
  severity: 'error',
  needs: ['pods', 'insideViews'],
  wants: ['dnsProbe'],
  remedies: [],
  decides: ['DNS-79'],

  run({ pods, insideViews, dnsProbe }) {
    const looked = insidePods(pods, insideViews)
    if (looked.length === 0)
      return unseenPods({ known: true, value: insideViews }) ?? notApplicable('no pod was looked into')
    return judgeEach(looked, (it) => judge(it, dnsProbe))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${whose(on, args)} asks ${args.hop} before any DNS server of the cluster, and lookups in it fail.`,
    detail: ({ args }) => `${seenIn(args)} · ${args.sign} · ${args.lookup}`,
    note: () =>
      'what stands in the pod takes its queries, whatever its resolv.conf says: the DNS servers may never see them',
    help: ({ subject: on, args }) => [
      `ask without it: from a pod of the same namespace that has no ${args.hop}`,
      `kubectl -n ${on.namespace} logs ${args.pod} --all-containers --tail=50`,
      `hopscope resolve kubernetes.default -n ${on.namespace} --from pod/${args.pod}`,
    ],
  },
})

interface Hop {
  readonly name: string
  readonly sign: string
}

function hopOf({ pod, view, resolving }: InsidePod): Hop | null {
  if (pod.dnsHop !== undefined) return { name: pod.dnsHop.by, sign: pod.dnsHop.sign }
  const loopback = view.resolvConf.known
    ? parseResolvConf(view.resolvConf.value).nameservers.find(isLoopback)
    : undefined
  const program = resolving?.programs[0]
  // On the host's network both are the node's.
  if (pod.hostNetwork) return null
  if (loopback !== undefined)
    return { name: program ?? `a server at ${loopback}`, sign: `resolv.conf: nameserver ${loopback}` }
  return program === undefined ? null : { name: program, sign: `${program} runs in the container` }
}

function judge(it: InsidePod, probe: Known<DnsProbe>) {
  const { view, pod } = it
  const hop = hopOf(it)
  if (hop === null) return ok(1)
  const own = view.lookup.known ? [view.lookup.value] : []
  const names = (it.resolving?.names ?? []).map(({ typed, ...rest }) => ({ ...rest, name: typed }))
  const failed = [...own, ...names].find(isFailed)
  const where = `${hop.name} stands between pod ${view.namespace}/${view.pod} and its DNS server`
  if (failed === undefined)
    return own.length + names.length === 0
      ? cannotTell('ambiguous', `${where}, and no lookup was made in it`)
      : ok(1, where)
  const isListed = hop.sign.startsWith('resolv.conf')
  const outside = probe.known
    ? lossOf(
        seriesOf(probe.value, { ...(pod.node === null ? {} : { node: pod.node }), role: 'service', zone: 'cluster' }),
      )
    : null
  // Where DNS fails without it as well, it is not the one.
  if (!isListed && (outside === null || outside.of === 0))
    return cannotTell('ambiguous', `${where}, and nothing was asked beside it`)
  if (!isListed && outside !== null && notable(outside.failed, outside.of))
    return cannotTell('ambiguous', `${where}, and lookups fail without it as well`)
  const text = view.resolvConf.known ? view.resolvConf.value : ''
  return finding({
    subject: it.workload,
    confidence: isListed ? 'observed' : 'inferred',
    args: { hop: hop.name, sign: hop.sign, ...seenHere(it), lookup: `lookup of ${failed.name}: ${failed.result}` },
    symptoms: [dnsLossInPod({ namespace: view.namespace, name: view.pod })],
    evidence: [
      ...(isListed
        ? [fileEvidence(it, { path: '/etc/resolv.conf', text, mark: 'nameserver', label: 'inside the pod' })]
        : [{ kind: 'fact' as const, label: hop.name, value: hop.sign }]),
      { kind: 'fact', label: `lookup of ${failed.name} in ${view.pod}`, value: failed.result },
      ...(outside === null
        ? []
        : [
            {
              kind: 'fact' as const,
              label: `lookups through the DNS Service from ${pod.node ?? 'its node'}, without it`,
              value: `${outside.of - outside.failed} of ${outside.of} answered`,
            },
          ]),
    ],
  })
}
