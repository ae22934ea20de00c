import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { IpPool } from '../../model/beside.ts'
import type { Node } from '../../model/node.ts'
import { subject } from '../../model/subject.ts'
import { count, some } from '../../phrases.ts'
import { contains } from '../../relations/cidr-index.ts'

/**
 * Calico gives pods addresses of an IPPool by blocks, routes these, and translates nothing that pods send to an address
 * of a pool (docs.tigera.io, "IP pool": the range must not overlap with that of the nodes). A disabled one may cover
 * the nodes on purpose: it says what is not translated, and gives nothing out.
 */
export default check({
  code: 'NOD585',
  slug: 'node/pool-holds-nodes',
  title: 'a pool of pod addresses of Calico holds addresses of nodes',
  fine: 'no node has an address of a pool of Calico that pods get theirs from',
  severity: 'warning',
  needs: ['beside', 'nodes', 'pods'],
  remedies: [],
  decides: [],

  run({ beside, nodes, pods }) {
    const used = (beside.ipPools ?? []).filter(
      ({ cidr, disabled }) =>
        disabled !== true && pods.some(({ ip, hostNetwork }) => ip !== null && !hostNetwork && contains(cidr, ip)),
    )
    if (used.length === 0) return notApplicable('no pod here has an address of an IPPool of Calico')
    return used.map((pool) => {
      const inside = nodes.filter((it) => it.ip !== null && contains(pool.cidr, it.ip))
      return inside.length === 0 ? ok(1) : verdict(pool, inside, nodes.length)
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `IPPool ${on.name} of Calico gives pods addresses of ${args.cidr}, and ${count(args.nodes.length, 'node')} ` +
      `${args.nodes.length === 1 ? 'has its' : 'have their'} own in that range: ${some(args.nodes, 3)}.`,
    detail: ({ args }) => `${args.nodes.length} of ${count(args.of, 'node')} · addresses ${some(args.ips, 3)}`,
    note: () =>
      'a block for pods may hold the address of a machine, which then is not reached from there; what pods send to ' +
      'nodes bears their own address, and answers may go astray: the API server and DNS fail now and then, or from ' +
      'some nodes',
    help: ({ subject: on }) => [
      'make a pool of a range that is no network of the nodes, disable this one, and replace the pods ' +
        '(docs.tigera.io, "Migrate from one IP pool to another")',
      `kubectl get ippools.crd.projectcalico.org ${on.name} -o yaml`,
      'kubectl get nodes -o wide',
    ],
  },
})

function verdict({ name, cidr }: IpPool, inside: readonly Node[], of: number) {
  const on = subject('IPPool', null, name)
  return finding({
    subject: on,
    also: inside.slice(0, 20).map((it) => subject('Node', null, it.name)),
    confidence: 'inferred',
    args: { cidr, nodes: inside.map((it) => it.name), ips: inside.map((it) => it.ip ?? ''), of },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: 'spec.cidr',
        lines: ['spec:', `  cidr: ${cidr}`],
        at: 1,
        mark: cidr,
        label: `${inside[0]?.ip ?? ''} of node ${inside[0]?.name ?? ''} is in it`,
      },
    ],
  })
}
