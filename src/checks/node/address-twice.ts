import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { textOrder } from '../../model/text-order.ts'
import { full, some } from '../../phrases.ts'
import { podsOfSharedAddress } from '../../relations/service/shared-address.ts'
import { addressShared, addressTwice, dnsLossInPod, dnsTcpLossInPod, stoppedOnTheWay } from '../../relations/symptom.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'

/**
 * Each pod on the pod network has an address of its own. Two with one answer for each other: after a restore of the
 * CNI's own records, with two ranges that overlap, or when an address was given out again before its pod was gone.
 */
export default check({
  code: 'NOD521',
  slug: 'node/address-twice',
  title: 'two pods have one address',
  fine: 'each pod has an address of its own',
  severity: 'error',
  needs: ['pods'],
  remedies: [],
  decides: ['NET-06'],

  run({ pods }) {
    const placed = pods.filter((it) => isLive(it) && !it.hostNetwork && it.ip !== null && it.phase === 'Running')
    if (placed.length === 0) return notApplicable('no pod here has an address on the pod network')
    const twice = [...podsOfSharedAddress(pods)]
    return twice.length > 0 ? twice.map(([ip, its]) => verdict(ip, its)) : ok(placed.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Pod ${full(on)} and ${some(args.others)} have one address, ${args.ip}: connections reach either.`,
    detail: ({ args }) => `${args.of} running pods with ${args.ip} · nodes ${some(args.nodes)}`,
    note: () =>
      "the CNI's record of addresses and what its nodes gave out differ, or two ranges of pod addresses overlap",
    help: ({ subject: on, args }) => [
      'delete one of them, so that it gets another address, and look at the ranges of the nodes',
      `kubectl get pods -A -o wide | grep -F '${args.ip} '`,
      "kubectl get nodes -o custom-columns='NAME:.metadata.name,CIDRS:.spec.podCIDRs'",
      `kubectl -n ${on.namespace} delete pod ${on.name}`,
    ],
  },
})

function verdict(ip: string, its: readonly Pod[]) {
  const pods = its.toSorted((a, b) => textOrder(full(a), full(b)))
  const [first] = pods
  return finding({
    subject: subject('Pod', first?.namespace ?? '', first?.name ?? ''),
    confidence: 'inferred',
    args: {
      ip,
      others: pods.slice(1).map((it) => full(it)),
      of: pods.length,
      nodes: [...new Set(pods.map((it) => it.node ?? 'none'))],
    },
    symptoms: [addressTwice(ip)],
    // Answers to what either of them asks come to the other one as well.
    causes: [addressShared(ip), ...pods.flatMap((it) => [dnsLossInPod(it), dnsTcpLossInPod(it), stoppedOnTheWay(it)])],
    evidence: [
      {
        kind: 'shares',
        label: `pods with ${ip}`,
        rows: pods.map((it) => ({ where: full(it), bad: 1, of: 1, note: it.node ?? '' })),
      },
    ],
  })
}
