import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { expectedResolvConf } from '../../relations/dns/expected-resolv-conf.ts'
import { isFailed } from '../../relations/dns/inside-answers.ts'
import { type InsidePod, insidePods, shownByAnother } from '../../relations/dns/inside-pods.ts'
import { dnsLossInPod, nameInPod } from '../../relations/symptom.ts'
import { parseResolvConf } from '../../wire/resolv-conf.ts'
import { execInto, fileEvidence, judgeEach, seenHere, seenIn, unseenPods, whose } from './inside-words.ts'

/**
 * The kubelet writes resolv.conf from dnsPolicy and dnsConfig. A volume mounted over it, or a start script that writes
 * it again, leaves out what the spec asks for, and nothing in the API says so.
 */
export default check({
  code: 'DNS171',
  slug: 'dns/resolv-conf-changed',
  title: "a pod's resolv.conf is not what its spec asks for",
  fine: 'resolv.conf of pods has what their spec asks for',
  severity: 'warning',
  needs: ['pods', 'clusterDns', 'insideViews'],
  remedies: [],
  decides: [],

  run({ pods, clusterDns, insideViews }) {
    const looked = insidePods(pods, insideViews)
    if (looked.length === 0)
      return unseenPods({ known: true, value: insideViews }) ?? notApplicable('no pod was looked into')
    const isShown = shownByAnother(looked)
    return judgeEach(looked, (it) => (isShown(it) ? podsOwn : judge(it, clusterDns)))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${whose(on, args)} has another resolv.conf than its spec asks for: ${args.lacks}.`,
    detail: ({ args }) => `${seenIn(args)} · ${args.how} · ${args.lookup}`,
    note: () => 'without the suffixes of the cluster, short names of Services are not found; full names are',
    help: ({ subject: on, args }) => [
      args.mounted
        ? 'take the mount out of the pod template, and say what is wanted in dnsConfig'
        : 'look for what writes /etc/resolv.conf when the container starts: an entrypoint, a VPN client, ' +
          'a resolvconf package',
      `kubectl -n ${on.namespace} exec ${execInto(args)} -- cat /etc/resolv.conf`,
      `kubectl -n ${on.namespace} get pod ${args.pod} -o yaml | grep -A8 -e dnsPolicy -e dnsConfig -e resolv.conf`,
    ],
  },
})

const podsOwn = notApplicable("the file is the pod's, and another container shows it")

function judge(it: InsidePod, dns: ClusterDns) {
  const { pod, view } = it
  const expected = expectedResolvConf(pod, dns)
  if (!expected.known) return notApplicable(expected.why.detail)
  if (!view.resolvConf.known) return cannotTell(view.resolvConf.why.reason, view.resolvConf.why.detail)
  const text = view.resolvConf.value
  const lacks = lacking(parseResolvConf(expected.value), parseResolvConf(text), pod.namespace)
  if (lacks.length === 0) return ok(1)
  const mount = pod.resolvConfMount ?? null
  const self = { namespace: view.namespace, name: view.pod }
  const failed = (it.resolving?.names ?? []).filter(isFailed)
  const lookup = view.lookup.known && isFailed(view.lookup.value) ? view.lookup.value : null
  const [first] = failed
  return finding({
    subject: it.workload,
    severity: failed.length > 0 || lookup !== null ? 'error' : 'warning',
    confidence: 'observed',
    args: {
      lacks: lacks.join(', '),
      ...seenHere(it),
      mounted: mount !== null,
      how:
        mount === null
          ? 'not what the kubelet writes: changed in the container, or by its node'
          : `${mount.kind} ${mount.name} is mounted over it`,
      lookup: lookupText(first === undefined ? lookup : { name: first.typed, result: first.result }, it),
    },
    symptoms: [...(lookup === null ? [] : [dnsLossInPod(self)]), ...failed.map((one) => nameInPod(self, one.service))],
    evidence: [
      fileEvidence(it, { path: '/etc/resolv.conf', text, mark: 'search', label: lacks[0] ?? 'differs' }),
      { kind: 'fact', label: 'the spec asks for', value: expected.value.trim().split('\n').join('; ') },
    ],
  })
}

/** Only what was asked for may be said to be found. */
function lookupText(
  failed: { readonly name: string; readonly result: string } | null,
  { view, resolving }: InsidePod,
): string {
  if (failed !== null) return `${failed.name} is not found there: ${failed.result}`
  return view.lookup.known || (resolving?.names ?? []).length > 0
    ? 'names that were asked for there are found'
    : 'no name was looked up there'
}

type Conf = ReturnType<typeof parseResolvConf>

/**
 * Of what the spec asks for. Which server it names is for DNS117, a cluster domain of another name for DNS116; the node
 * may add suffixes.
 */
function lacking(want: Conf, has: Conf, namespace: string): readonly string[] {
  const bare = (it: string): string => it.replace(/\.$/, '').toLowerCase()
  const own = new Set(has.search.map(bare))
  const isOtherDomain = has.search.some((it) => bare(it).startsWith(`${namespace}.svc.`))
  // What is over the kubelet's own limits is left out by it (DNS123).
  const fits = want.search.length <= 32 && want.search.join(' ').length <= 2048
  const suffixes = fits
    ? want.search.filter(
        (it) => !own.has(bare(it)) && !(isOtherDomain && /(?:^|\.)svc\.|^[^.]+\.[^.]+$/.test(bare(it))),
      )
    : []
  const options = want.options.filter((it) => !it.startsWith('ndots:') && !has.options.includes(it))
  return [
    ...suffixes.map((it) => `no suffix ${it}`),
    ...(want.ndots === has.ndots ? [] : [`ndots:${has.ndots} where ${want.ndots} is asked for`]),
    ...options.map((it) => `no option ${it}`),
  ]
}
