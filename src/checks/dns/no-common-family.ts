import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Pod } from '../../model/pod.ts'
import { type Subject, subjectKey } from '../../model/subject.ts'
import { isClusterFirst } from '../../relations/dns/pod-resolvers.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { dnsLossInPod } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { type IpFamily, familyOf } from '../../wire/ip-family.ts'
import { count, some } from '../../phrases.ts'

/**
 * A pod that has addresses of one family alone can send to no other. Each pod gets the DNS Service's first address, and
 * a Service that was made before dual stack came has the old family alone: nothing changes it afterwards.
 */
export default check({
  code: 'DNS175',
  slug: 'dns/no-common-family',
  title: 'pods and the DNS Service have no IP family in common',
  fine: 'every pod has an address of a family of the DNS Service',
  severity: 'error',
  needs: ['pods', 'clusterDns'],
  remedies: [],
  decides: ['DNS-77'],

  run({ pods, clusterDns }) {
    const offered = familiesOfService(clusterDns)
    if (offered.size === 0) return notApplicable('the DNS Service has no address of its own')
    const asking = pods.filter((it) => isLive(it) && !it.hostNetwork && isClusterFirst(it) && it.ip !== null)
    if (asking.length === 0) return notApplicable('no pod here asks the DNS Service')
    const cut = asking.filter((it) => familiesOf(it).every((family) => !offered.has(family)))
    const groups = [...Map.groupBy(cut, (it) => subjectKey(workloadOfPod(it))).values()]
    return groups.length === 0 ? ok(asking.length) : groups.flatMap((its) => judge(its, clusterDns, offered))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} has ${args.theirs} alone, ` +
      `and the DNS Service ${args.offered} alone: no lookup reaches it.`,
    detail: ({ args }) =>
      `${count(args.pods, 'pod')} with ${args.theirs} addresses (${args.ip}) · the DNS Service is ${args.vip}`,
    note: () => 'a Service keeps the families that it was made with, until its ipFamilyPolicy is changed',
    help: ({ args }) => [
      'give the DNS Service an address of that family as well; the pods get it when they restart',
      `kubectl -n ${args.namespace} patch service ${args.service} --type=merge -p ` +
        `'{"spec":{"ipFamilyPolicy":"PreferDualStack"}}'`,
      `kubectl -n ${args.namespace} get service ${args.service} -o jsonpath='{.spec.ipFamilies}'`,
    ],
  },
})

function familiesOf({ ip, ips }: Pod): readonly IpFamily[] {
  return [...new Set((ips ?? (ip === null ? [] : [ip])).map(familyOf))]
}

/** By its address, and by its slices: the control plane writes one for each family that the Service has. */
function familiesOfService({ service, slices }: ClusterDns): ReadonlySet<IpFamily> {
  const ip = service?.clusterIP ?? null
  if (ip === null || ip === 'None') return new Set()
  return new Set([
    familyOf(ip),
    ...slices.flatMap(({ addressType }): readonly IpFamily[] => (addressType === 'FQDN' ? [] : [addressType])),
  ])
}

function judge(pods: readonly Pod[], { service }: ClusterDns, offered: ReadonlySet<IpFamily>) {
  const [first] = pods
  if (first === undefined) return []
  const on: Subject = workloadOfPod(first)
  const theirs = familiesOf(first).join(' and ')
  return [
    finding({
      subject: on,
      confidence: 'inferred',
      args: {
        pods: pods.length,
        theirs,
        offered: [...offered].join(' and '),
        ip: first.ip ?? 'none',
        vip: service?.clusterIP ?? 'none',
        namespace: service?.namespace ?? 'kube-system',
        service: service?.name ?? 'kube-dns',
      },
      evidence: [
        {
          kind: 'fact',
          label: 'addresses of the pods',
          value: some(pods.map((it) => `${it.name} ${(it.ips ?? [it.ip]).join(' ')}`)),
        },
        { kind: 'fact', label: 'address of the DNS Service', value: service?.clusterIP ?? 'none' },
      ],
      causes: pods.map(dnsLossInPod),
    }),
  ]
}
