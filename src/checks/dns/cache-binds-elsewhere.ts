import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { cacheAddresses } from '../../relations/dns/node-cache.ts'
import { cachePlaceholders } from '../../relations/symptom.ts'

/**
 * NodeLocal DNSCache gives a device of its own the addresses of its flag `-localip` (kubernetes/dns
 * cmd/node-cache/app), and its CoreDNS listens where the lines `bind` of its Corefile say. The manifest has the address
 * in both places; an address that no device has cannot be listened on, and one that nobody listens on answers nobody.
 */
export default check({
  code: 'DNS223',
  slug: 'dns/cache-binds-elsewhere',
  title: 'the node caches listen on another address than they take',
  fine: 'the node caches listen on the addresses that they take',
  severity: 'error',
  needs: ['clusterDns'],
  remedies: [],
  decides: [],

  run({ clusterDns }) {
    const { nodeCaches, cacheBinds } = clusterDns
    const [first] = nodeCaches
    const own = cacheAddresses(clusterDns)
    if (first === undefined || cacheBinds === undefined || own.length === 0)
      return notApplicable('no DNS cache runs on the nodes with addresses of its own, or its Corefile was not read')
    // A Corefile without `bind` listens on every address.
    if (cacheBinds.length === 0) return ok(nodeCaches.length)
    const astray = cacheBinds.filter((it) => it.ips.every((ip) => !own.includes(ip) && !ip.startsWith('127.')))
    const [line] = astray
    if (line === undefined) return ok(nodeCaches.length)
    const down = nodeCaches.filter((it) => !it.ready).length
    return finding({
      subject: subject('ConfigMap', first.namespace, first.corefileMap ?? 'node-local-dns'),
      confidence: 'inferred',
      // Caches that are ready may have started with another text.
      severity: down > 0 ? 'error' : 'warning',
      args: {
        bound: [...new Set(astray.flatMap((it) => it.ips))],
        own,
        lines: astray.map((it) => it.line),
        down,
        of: nodeCaches.length,
        pod: first.name,
      },
      evidence: [
        ...astray.slice(0, 4).map((it) => ({
          kind: 'fact' as const,
          label: `Corefile, line ${it.line}`,
          value: `bind ${it.ips.join(' ')}`,
        })),
        { kind: 'fact' as const, label: 'flag -localip of the caches', value: own.join(',') },
      ],
      causes: down > 0 ? [cachePlaceholders] : [],
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The Corefile of the node caches (ConfigMap ${on.name}) has them listen on ${some(args.bound)}, and they take ` +
      `${some(args.own)}${args.down > 0 ? `: ${args.down} of ${count(args.of, 'cache')} not ready` : ''}.`,
    detail: ({ args }) => `line ${some(args.lines.map(String), 6)} · -localip ${some(args.own)}`,
    note: ({ args }) =>
      'the caches make the addresses of -localip themselves; no other one is there to listen on' +
      (args.down > 0 ? '' : ': those that run may have read another text, and the next start fails'),
    help: ({ subject: on, args }) => [
      `write the same address into both: bind and health in the Corefile, -localip in the DaemonSet, and clusterDNS ` +
        'of the kubelets',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      `kubectl -n ${on.namespace} logs ${args.pod} --tail=20`,
    ],
  },
})
