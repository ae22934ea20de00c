import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { subject } from '../../model/subject.ts'
import { askedAddress, readyAddresses } from '../../relations/dns/asked-address.ts'
import { type Stranger, strangers } from '../../relations/dns/strangers.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { dnsServerDead } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/** A Service takes whoever bears its labels: a pod with a copied label gets its share of all lookups. */
export default check({
  code: 'DNS156',
  slug: 'dns/no-dns-server',
  title: 'a pod that is no DNS server stands behind the DNS Service',
  fine: 'every pod behind the DNS Service is a DNS server',
  severity: 'error',
  needs: ['clusterDns'],
  wants: ['dnsProbe'],
  remedies: [],
  decides: [],

  run({ clusterDns, dnsProbe }) {
    const { service } = clusterDns
    if (service === null || service.selector === null)
      return notApplicable('no DNS Service that finds its pods by label')
    const ready = readyAddresses(clusterDns)
    const behind = clusterDns.pods.filter((it) => isLive(it) && it.ip !== null && ready.has(it.ip))
    const foreign = strangers(behind).flatMap((it) => judge(it, clusterDns, dnsProbe))
    return foreign.length > 0 ? foreign : ok(behind.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Pod ${on.namespace}/${on.name} bears the labels of Service ${args.service} and is no DNS server: ` +
      `about 1 in ${args.servers} lookups goes to it.`,
    detail: ({ args }) =>
      `image ${args.image} · ${args.owner === null ? 'no owner: made by hand' : `made by ${args.owner}`}; ` +
      `the DNS servers are made by ${args.serversOwner} · ${args.seen}`,
    note: ({ args }) => `a Service sends to every ready pod with its labels (${args.labels}), whatever runs there`,
    help: ({ subject: on, args }) => [
      'take the label off, or delete the pod if nobody needs it',
      `kubectl -n ${on.namespace} label pod ${on.name} ${args.key}-`,
      `kubectl -n ${on.namespace} get pod ${on.name} -o yaml`,
    ],
  },
})

function judge({ pod, server }: Stranger, dns: ClusterDns, probe: Known<DnsProbe>) {
  const asked = askedAddress(probe, pod.ip ?? '')
  if (asked.kind === 'answers') return []
  const silent = asked.kind === 'silent'
  const selector = dns.service?.selector ?? {}
  return [
    finding({
      subject: subject('Pod', pod.namespace, pod.name),
      confidence: silent ? 'observed' : 'inferred',
      severity: silent ? 'error' : 'warning',
      args: {
        service: `${dns.service?.namespace}/${dns.service?.name}`,
        servers: readyAddresses(dns).size,
        image: pod.containers.map((it) => it.image).join(', '),
        owner: pod.owner === null ? null : `${workloadOfPod(pod).kind} ${workloadOfPod(pod).name}`,
        serversOwner: `${workloadOfPod(server).kind} ${workloadOfPod(server).name}`,
        labels: Object.entries(selector)
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
        key: Object.keys(selector)[0] ?? '',
        seen: asked.kind === 'silent' ? `${asked.lost} of ${asked.of} lookups sent to it got no answer` : 'not asked',
      },
      evidence: [
        {
          kind: 'fact',
          label: `labels of pod ${pod.name}`,
          value: Object.entries(pod.labels)
            .map(([key, value]) => `${key}=${value}`)
            .join(', '),
        },
      ],
      causes: silent ? [dnsServerDead(pod.ip ?? ''), 'dns-loss:*', 'dns-external:*', 'dns-cut-off:*'] : [],
    }),
  ]
}
