import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Advertisement } from '../../model/beside.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { announcing, poolOf } from '../../relations/service/metallb.ts'

/**
 * In IPVS mode kube-proxy gives each node the addresses of all load balancers, on `kube-ipvs0`, and the kernel answers
 * ARP for any address that the node has, on any interface. MetalLB in L2 mode has one node answer; `strictARP` has the
 * kernel keep quiet (arp_ignore=1, arp_announce=2), and MetalLB asks for it (Installation, Preparation).
 */
export default check({
  code: 'SVC258',
  slug: 'service/arp-answered-everywhere',
  title: "each node answers ARP for MetalLB's addresses",
  fine: "kube-proxy leaves it to MetalLB to answer ARP for the load balancers' addresses",
  severity: 'warning',
  needs: ['beside', 'services', 'nodes'],
  remedies: [],
  decides: [],

  run({ beside, services, nodes }) {
    const pools = beside.pools ?? []
    const l2 = (beside.advertisements ?? []).filter(isL2)
    const announced = services.filter((it) =>
      (it.loadBalancer?.addresses ?? []).some((address) => {
        const pool = poolOf(pools, address)
        return !address.includes(':') && pool !== null && announcing(l2, pool).length > 0
      }),
    )
    if (announced.length === 0) return notApplicable('no Service here has an address that MetalLB announces by ARP')
    const configs = nodes.flatMap(({ proxyConfig }) => (proxyConfig?.known === true ? [proxyConfig.value] : []))
    const [first] = configs
    if (first === undefined) return notApplicable('what kube-proxy is started with is not known here')
    const { namespace, name, config } = first
    if (config.mode !== 'ipvs' || config.strictArp === true || config.strictArp === undefined)
      return ok(announced.length)
    return [
      finding({
        subject: subject('ConfigMap', namespace, name),
        also: announced.slice(0, 20).map((it) => subject('Service', it.namespace, it.name)),
        // Somebody may have set the kernel's own switches.
        confidence: 'possible',
        args: { services: announced.map(full), adverts: l2.map((it) => it.name), isSet: config.strictArp === false },
        evidence: [
          {
            kind: 'config',
            object: subject('ConfigMap', namespace, name),
            path: 'data[config.conf]',
            lines: ['mode: ipvs', 'ipvs:', config.strictArp === false ? '  strictARP: false' : '  (strictARP)'],
            at: 2,
            mark: 'strictARP',
            label: config.strictArp === false ? 'each node answers ARP' : 'not set: it is false then',
          },
        ],
      }),
    ]
  },

  words: {
    headline: ({ args }) =>
      `kube-proxy runs in IPVS mode without strictARP: each node answers ARP for the addresses of ` +
      `${some(args.services, 3)}, beside the one that MetalLB chose.`,
    detail: ({ args }) => `mode ipvs · strictARP ${args.isSet ? 'false' : 'not set'} · ${some(args.adverts, 3)}`,
    note: () =>
      'clients outside keep the node that answered first: traffic goes to any of them, does not move when one fails, ' +
      'and with externalTrafficPolicy Local is dropped where no endpoint is',
    help: ({ subject: on }) => [
      'set `strictARP: true` below `ipvs`, and restart kube-proxy; or use iptables or nftables',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      'arping -c 5 ADDRESS    # from a machine beside the nodes: one hardware address should answer',
    ],
  },
})

function isL2({ kind }: Advertisement): boolean {
  return kind === 'L2Advertisement'
}
