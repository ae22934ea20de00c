import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { some } from '../../phrases.ts'
import { cacheAddresses } from '../../relations/dns/node-cache.ts'
import { isLikeService } from '../../relations/dns/upstream-services.ts'
import { isClusterFirst, podResolvers, serverKinds } from '../../relations/dns/pod-resolvers.ts'
import { handedOutBy } from '../../relations/symptom.ts'

/**
 * Each kubelet writes the nameservers of its own configuration into pods, and nothing compares them with the DNS
 * Service: one that was made again at another address, or another range of Services, leaves them as they were.
 */
export default check({
  code: 'DNS208',
  slug: 'dns/kubelet-hands-out',
  title: 'kubelets are told to hand out a nameserver that is not there',
  fine: 'the nameservers that kubelets are told to hand out are there',
  severity: 'warning',
  needs: ['clusterDns', 'services', 'pods'],
  wants: ['insideViews'],
  remedies: [],
  decides: [],

  run({ clusterDns, services, pods, insideViews, scope }) {
    const { handedOut, service } = clusterDns
    if (handedOut === undefined) return notApplicable('there is no ConfigMap kubelet-config, or it was not looked for')
    if (!handedOut.known)
      return cannotTell(handedOut.why.reason, `kubelet-config was not read: ${handedOut.why.detail}`)
    const told = handedOut.value
    if (told.length === 0) return notApplicable('kubelet-config names no clusterDNS')
    if (service?.clusterIP == null) return cannotTell('not-there', 'no DNS Service was found to compare it with')
    const kindOf = serverKinds(clusterDns, services)
    const caches = cacheAddresses(clusterDns)
    // Of the addresses of one link a cache has those of its own flags alone; without a cache nobody knows who has one.
    const ofCache = (it: string): boolean => caches.length > 0 && it.startsWith('169.254.') && !caches.includes(it)
    const absent = told.filter((it) => kindOf(it) === 'other' || ofCache(it))
    const forCache = absent.some(ofCache)
    if (absent.length < told.length) return ok(told.length)
    const seen = serversSeen(pods, clusterDns, insideViews)
    // Kubelets that run may have another file than the one that is kept for those that join.
    if (seen.length > 0 && !seen.some((it) => told.includes(it)))
      return ok(told.length, 'pods were seen to have others')
    const isWhole = scope.namespace === null
    const unread = isWhole || seen.length > 0 ? [] : told.filter((it) => isLikeService(it, service))
    if (unread.length > 0)
      return cannotTell('not-asked', `whether a Service of another namespace has ${some(unread)} was not read`, '-A')
    return finding({
      subject: subject('ConfigMap', 'kube-system', 'kubelet-config'),
      confidence: seen.length > 0 ? 'observed' : 'inferred',
      args: { told, vip: service.clusterIP, isWhole, seen: seen.length > 0, caches: forCache ? caches : [] },
      evidence: [
        {
          kind: 'config',
          object: subject('ConfigMap', 'kube-system', 'kubelet-config'),
          path: 'data.kubelet',
          lines: ['clusterDNS:', ...told.map((it) => `- ${it}`)],
          at: 1,
          mark: told[0] ?? '',
          label: labelOf(forCache, isWhole),
        },
        {
          kind: 'fact',
          label: `Service ${service.namespace}/${service.name}`,
          value: `clusterIP ${service.clusterIP}`,
        },
      ],
      causes: told.map(handedOutBy),
    })
  },

  words: {
    headline: ({ args }) =>
      `kubelet-config tells kubelets to hand pods the nameserver ${some(args.told)}, ` + whyText(args),
    detail: ({ args }) =>
      (args.seen ? 'pods were seen to have it' : 'no pod was looked into') +
      ' · it is no DNS server, no cache of the nodes, and no Service that was read',
    note: ({ args }) =>
      args.seen
        ? 'each lookup of such a pod waits for a server that is not there'
        : 'this is what kubelets get that join or are upgraded; those that run may have another file: ' +
          '/var/lib/kubelet/config.yaml on each node',
    help: ({ args }) => [
      `write ${args.caches[0] ?? args.vip} as clusterDNS there and on each node, restart the kubelets, and let ` +
        'pods be created again',
      'kubectl -n kube-system get configmap kubelet-config -o yaml',
      'kubectl -n kube-system get services',
    ],
  },
})

function labelOf(forCache: boolean, isWhole: boolean): string {
  if (forCache) return 'no cache of the nodes has it'
  return isWhole ? 'no Service has it' : "not the DNS Service's"
}

interface Whose {
  readonly vip: string
  readonly isWhole: boolean
  /** Addresses of the node caches, where it is theirs that are meant. */
  readonly caches: readonly string[]
}

function whyText({ vip, isWhole, caches }: Whose): string {
  if (caches.length > 0) return `which no cache of the nodes has: they are at ${some(caches)}.`
  return isWhole ? `which no Service has: the DNS Service is at ${vip}.` : `and the DNS Service is at ${vip}.`
}

/** The first nameservers that pods with the kubelet's own list were seen to have. */
function serversSeen(pods: readonly Pod[], dns: ClusterDns, views: Known<readonly InsideView[]>): readonly string[] {
  return podResolvers(pods.filter(isClusterFirst), dns, views).flatMap((it) =>
    it.seen === null ? [] : it.nameservers.slice(0, 1),
  )
}
