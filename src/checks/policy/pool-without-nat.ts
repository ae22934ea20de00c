import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { IpPool } from '../../model/beside.ts'
import { subject } from '../../model/subject.ts'
import { contains } from '../../relations/cidr-index.ts'
import { isPrivate } from '../../relations/private-address.ts'

/**
 * Without `natOutgoing` what pods send out of the cluster bears their own address (docs.tigera.io, "Configure outgoing
 * NAT"). Where packets between nodes are put into others, no router outside has learnt where pods are: the answers go
 * nowhere.
 */
export default check({
  code: 'POL431',
  slug: 'policy/pool-without-nat',
  title: 'pods of a Calico pool go out under addresses that nobody answers to',
  fine: 'pools of Calico without a route to them go out under the address of a node',
  severity: 'warning',
  needs: ['beside', 'pods'],
  remedies: [],
  decides: [],

  run({ beside, pods }) {
    // Pools for load balancers and tunnels, and those that no node takes addresses of, have no pods.
    const isUsed = ({ cidr }: IpPool): boolean =>
      pods.some(({ ip, hostNetwork }) => ip !== null && !hostNetwork && contains(cidr, ip))
    const pools = (beside.ipPools ?? []).filter((it) => it.disabled !== true && isUsed(it))
    if (pools.length === 0) return notApplicable('no pod here has an address of an IPPool of Calico')
    return pools.map((it) =>
      it.nat === 'off' && it.encapsulated === 'always' && isPrivate(it.cidr) ? verdict(it) : ok(1),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Pods of Calico's IPPool ${on.name} (${args.cidr}) call out of the cluster under their own addresses, ` +
      'to which no router outside has a way.',
    detail: () => 'natOutgoing is off, and packets between nodes are encapsulated always',
    note: () =>
      'not so where a gateway of the network translates them, or has routes to the pods that were set by hand',
    help: ({ subject: on }) => [
      'set natOutgoing: true, which new connections go by at once',
      `kubectl get ippools.crd.projectcalico.org ${on.name} -o yaml`,
    ],
  },
})

function verdict({ name, cidr }: IpPool) {
  const on = subject('IPPool', null, name)
  return finding({
    subject: on,
    confidence: 'possible',
    args: { cidr },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: 'spec',
        lines: ['spec:', `  cidr: ${cidr}`, '  # natOutgoing is off'],
        at: 1,
        mark: cidr,
        label: 'a private range, and nothing is translated',
      },
    ],
  })
}
