import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Pod } from '../../model/pod.ts'
import { subject } from '../../model/subject.ts'
import { corefileObject } from '../../relations/dns/corefile-text.ts'
import { isServerImage } from '../../relations/dns/dns-servers.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'
import { dnsServerCrash, dnsServersDown } from '../../relations/symptom.ts'
import { count, some } from '../../phrases.ts'

/**
 * A volume brings keys of a ConfigMap as files. Where the key is gone, the kubelet starts no pod that lists it, and one
 * that mounts the whole map has no Corefile; those that run go on with the text that they read.
 */
export default check({
  code: 'DNS210',
  slug: 'dns/corefile-key-missing',
  title: 'the ConfigMap of CoreDNS lacks the key that its servers mount',
  fine: 'the ConfigMap of CoreDNS has the key that its servers mount',
  severity: 'error',
  needs: ['clusterDns'],
  remedies: [],
  decides: [],

  run({ clusterDns }) {
    const { corefile, corefileKeys: seen } = clusterDns
    const servers = clusterDns.pods.filter((it) => !isOver(it) && !it.deleting && isCoreDns(it))
    if (servers.length === 0) return notApplicable('no pod of CoreDNS is there')
    if (seen === undefined) {
      if (!corefile.known) return cannotTell(corefile.why.reason, corefile.why.detail)
      return notApplicable('an older hopscope read one key of it, and no other')
    }
    const mounting = servers.filter((it) => (it.corefileMap ?? seen.configMap) === seen.configMap)
    const [first] = mounting
    if (first === undefined)
      return cannotTell('not-there', `the servers mount another ConfigMap than ${seen.configMap}, which was read`)
    const lacking = mounting.filter((it) => !seen.keys.includes(keyOf(it)))
    const [worst] = lacking
    if (worst !== undefined) return verdict(clusterDns, { pods: lacking, of: mounting.length, key: keyOf(worst), seen })
    const other = mounting.find((it) => keyOf(it) !== 'Corefile' && seen.keys.includes('Corefile'))
    return other === undefined
      ? ok(mounting.length)
      : verdict(clusterDns, { pods: [], of: mounting.length, key: keyOf(other), seen })
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.missing
        ? `ConfigMap ${on.namespace}/${on.name} has no key ${args.key}, which the DNS servers have their Corefile from.`
        : `The DNS servers have their Corefile from key ${args.key} of ConfigMap ${on.namespace}/${on.name}, ` +
          'and not from the key Corefile beside it.',
    detail: ({ args }) =>
      `keys: ${args.keys.length === 0 ? 'none' : some(args.keys, 6)} · ` +
      `${args.ready} of ${count(args.of, 'server')} ready`,
    note: ({ args }) =>
      args.missing
        ? 'servers that run go on with the text that they read; the next one that starts finds none, and either does ' +
          'not start or answers for no zone of the cluster'
        : 'what somebody changes in the key Corefile changes nothing',
    help: ({ subject: on, args }) => [
      args.missing
        ? `put the key ${args.key} back before anything restarts the servers, or name another one in their volume`
        : 'take the key that nobody reads away, or name it in the volume of the servers',
      `kubectl -n ${on.namespace} get configmap ${on.name} -o yaml`,
      `kubectl -n ${on.namespace} get pod ${args.pod} -o jsonpath='{.spec.volumes}'`,
    ],
  },
})

function isCoreDns({ containers }: Pod): boolean {
  return containers.some(({ image }) => /coredns/i.test(image) && isServerImage(image))
}

function keyOf({ corefileKey = 'Corefile' }: Pod): string {
  return corefileKey
}

interface Seen {
  /** Those whose key is not there; none: it is, and another one stands beside it. */
  readonly pods: readonly Pod[]
  readonly of: number
  readonly key: string
  readonly seen: NonNullable<ClusterDns['corefileKeys']>
}

function verdict(dns: ClusterDns, { pods, of, key, seen }: Seen) {
  const missing = pods.length > 0
  const all = missing ? pods : dns.pods
  const down = all.some((it) => !it.ready)
  // Who mounts the whole of it, or what is in the image, does not stand in the pod.
  const isListed = all.some((it) => it.corefileMap !== undefined)
  const map = corefileObject(dns)
  return finding({
    subject: subject('ConfigMap', map.namespace, seen.configMap),
    confidence: isListed ? 'inferred' : 'possible',
    severity: missing ? 'error' : 'info',
    args: {
      missing,
      key,
      keys: seen.keys,
      of,
      ready: dns.pods.filter((it) => it.ready).length,
      pod: all[0]?.name ?? '',
    },
    evidence: [
      { kind: 'fact', label: `keys of ConfigMap ${seen.configMap}`, value: some(seen.keys, 12) || 'none' },
      { kind: 'fact', label: 'the servers mount', value: `key ${key} as Corefile` },
    ],
    causes: missing && down ? [dnsServersDown, dnsServerCrash] : [],
  })
}
