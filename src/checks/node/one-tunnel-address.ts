import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Node } from '../../model/node.ts'
import { subject } from '../../model/subject.ts'
import { textOrder } from '../../model/text-order.ts'
import { some } from '../../phrases.ts'
import { wayClosed } from '../../relations/symptom.ts'

/**
 * flanneld and calico-node choose an interface by themselves, the one of the default route or the first, and tell the
 * others by an annotation of their Node where to send (flannel `public-ip`, Calico `IPv4Address`). On machines with a
 * NAT interface each, 10.0.2.15 of VirtualBox, that is one address for all: what is sent through the tunnel ends where
 * it began. The kubelet may have been told better by `--node-ip`, so that the nodes themselves look well.
 */
export default check({
  code: 'NOD562',
  slug: 'node/one-tunnel-address',
  title: 'nodes have one address for their tunnels',
  fine: "no two nodes' networks have one address for their tunnels",
  severity: 'error',
  needs: ['nodes'],
  remedies: [],
  decides: [],

  run({ nodes }) {
    const told = nodes.flatMap((node): readonly Told[] =>
      node.ready === 'True' && node.tunnel !== undefined && isHeeded(node) ? [{ node, ...node.tunnel }] : [],
    )
    if (told.length < 2) return notApplicable('no two ready nodes bear the annotation of flannel or Calico')
    const shared = [...Map.groupBy(told, (it) => it.ip)].filter(([, its]) => its.length > 1)
    if (shared.length > 0) return shared.map(([ip, its]) => oneOfAll(ip, its, told.length))
    const strange = told.flatMap((it) => ofAnother(it, told) ?? [])
    return strange.length > 0 ? strange : ok(told.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.others.length > 0
        ? `${args.by} has one address for the tunnels of ${some([`node ${on.name}`, ...args.others])}, ${args.ip}: ` +
          'pods of these nodes do not reach each other.'
        : `${args.by} has others send to ${args.ip} for node ${on.name}, whose address is ${args.own}.`,
    detail: ({ args }) =>
      args.others.length > 0
        ? `annotation ${args.annotation} · the same on ${args.others.length + 1} of ${args.of} ready nodes`
        : `annotation ${args.annotation} · ${heirText(args.heir)}the others bear their own addresses`,
    note: ({ args }) =>
      args.others.length > 0
        ? 'the agent took the first interface, or that of the default route, which is the same NAT on each machine; ' +
          'pods of one node still reach each other'
        : 'the agent writes it when it starts: an address that changed since is not told to the others',
    help: ({ args }) => [
      args.isCalico
        ? 'tell Calico its interface: IP_AUTODETECTION_METHOD (kubernetes-internal-ip, interface=…, cidr=…), ' +
          'and restart calico-node'
        : 'tell flannel its interface: --iface or --iface-regex, or the annotation ' +
          'flannel.alpha.coreos.com/public-ip-overwrite, and restart it',
      'kubectl get nodes -o wide',
      `kubectl get nodes -o yaml | grep -e '^    name:' -e ${args.annotation}`,
    ],
  },
})

interface Told {
  readonly node: Node
  readonly by: 'flannel' | 'calico'
  readonly ip: string
}

/** The annotation outlives its network, where another took its place; k3s runs flannel without a pod. */
function isHeeded({ agent, tunnel }: Node): boolean {
  const own = tunnel?.by === 'flannel' ? /flannel|canal/ : /calico/
  return agent === undefined || own.test(agent.pod)
}

const annotations = {
  flannel: 'flannel.alpha.coreos.com/public-ip',
  calico: 'projectcalico.org/IPv4Address',
} as const

function heirText(heir: string | null): string {
  return heir === null ? '' : `node ${heir} has that address now · `
}

function oneOfAll(ip: string, its: readonly Told[], of: number) {
  const names = its.map((it) => it.node.name).toSorted(textOrder)
  return verdict(ip, { names, by: its[0]?.by ?? 'flannel', of, own: null, heir: null })
}

/**
 * Where at least two others bear their nodes' own address, or another node has this one. A second interface, which all
 * nodes use, is none of that.
 */
function ofAnother(it: Told, told: readonly Told[]) {
  const isOwn = ({ node, ip }: Told): boolean => node.ip === ip || node.ips?.includes(ip) === true
  // Set by hand, as for nodes behind NAT.
  const isTold = ({ node }: Told): boolean => node.tunnel?.told === true
  if (isOwn(it) || it.node.ip === null) return null
  const others = told.filter((one) => one !== it)
  const heir = others.find(({ node }) => node.ip === it.ip)?.node.name ?? null
  if (heir === null && (isTold(it) || others.length < 2 || !others.every((one) => isOwn(one) || isTold(one))))
    return null
  return verdict(it.ip, { names: [it.node.name], by: it.by, of: told.length, own: it.node.ip, heir })
}

interface Of {
  readonly names: readonly string[]
  readonly by: Told['by']
  readonly of: number
  readonly own: string | null
  readonly heir: string | null
}

function verdict(ip: string, { names, by, of, own, heir }: Of) {
  const [first = '', ...others] = names
  return finding({
    subject: subject('Node', null, first),
    also: others.map((it) => subject('Node', null, it)),
    confidence: others.length > 0 || heir !== null ? 'inferred' : 'possible',
    severity: others.length > 0 || heir !== null ? 'error' : 'warning',
    args: {
      ip,
      by: by === 'flannel' ? 'flannel' : 'Calico',
      isCalico: by === 'calico',
      annotation: annotations[by],
      others,
      of,
      own,
      heir,
    },
    evidence: [
      ...names.map((it) => ({ kind: 'fact' as const, label: `node ${it}`, value: `${annotations[by]}: ${ip}` })),
      ...(own === null ? [] : [{ kind: 'fact' as const, label: 'its InternalIP', value: own }]),
      { kind: 'fact', label: 'ready nodes with that annotation', value: `${of}, whatever it says` },
    ],
    causes: names.flatMap((a, index) => names.slice(index + 1).map((b) => wayClosed(a, b))),
  })
}
