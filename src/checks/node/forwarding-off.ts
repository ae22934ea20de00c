import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { count } from '../../phrases.ts'
import { forwardingOff, type ForwardingOff } from '../../relations/path/forwarding.ts'
import { nodeWays, whyUntold } from '../../relations/path/node-ways.ts'
import { wayClosed } from '../../relations/symptom.ts'

/**
 * A node is a router for its pods: with net.ipv4.ip_forward at 0 the kernel drops each packet that is not its own,
 * without a word (ip_forward and conf.NAME.forwarding: Documentation/networking/ip-sysctl.rst). A CNI or kube-proxy
 * sets it once; a hardening script, a sysctl.d of a later name or systemd-networkd sets it back, and the node stays
 * Ready, since the kubelet needs none of it.
 */
export default check({
  code: 'NOD511',
  slug: 'node/forwarding-off',
  title: 'a node does not forward packets',
  fine: 'nodes forward packets of pods',
  severity: 'error',
  needs: ['conntrack'],
  wants: ['pods', 'contacts', 'dnsProbe', 'clusterDns', 'networkPolicies', 'namespaces'],
  remedies: [],
  decides: ['PRX-12'],

  run({ conntrack, ...seen }) {
    const read = conntrack.filter(
      (it) => (it.forwarding?.all ?? null) !== null || (it.forwarding?.off ?? []).length > 0,
    )
    if (read.length === 0) return notApplicable('how nodes forward was not read')
    const ways = nodeWays(seen).filter((it) => it.from !== it.to)
    const off = forwardingOff(read)
    const found = off.flatMap((it) => {
      const own = ways.filter((way) => way.from === it.node || way.to === it.node)
      const closed = own.filter((way) => way.state === 'closed')
      // Some CNIs pass the kernel's own forwarding by (eBPF): what came through was carried.
      const isCarried = own.some((way) => way.state === 'open')
      // A switch of one interface alone, with nothing closed, is perhaps meant.
      if (isCarried || (closed.length === 0 && it.off !== 'all')) return []
      return [verdict(it, closed)]
    })
    if (found.length > 0) return found
    const why = whyUntold(seen)
    return why !== null && off.length > 0
      ? cannotTell(why.reason, `whether packets cross is not known: ${why.detail}`)
      : okOrUntold(
          read.length,
          conntrack.filter((it) => !read.includes(it)).map((it) => it.node),
          'how it forwards was not read',
        )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Node ${on.name} forwards no packet${by(args.interfaces)}: its pods reach none elsewhere, nor are they reached.`,
    detail: ({ args }) =>
      `${args.sysctls.join(', ')} · ` +
      (args.closed > 0 ? `${count(args.closed, 'way')} to and from it closed` : 'nothing was sent there to try it'),
    note: () =>
      'a router that is told not to forward drops silently, and the node stays Ready: the kubelet needs none of it. ' +
      'Something sets it back after the CNI or kube-proxy has set it: a sysctl.d file, a hardening script, ' +
      'systemd-networkd (IPv4Forwarding)',
    help: ({ subject: on, args }) => [
      'set it at once, then find who sets it back',
      `on ${on.name}:  ${args.sysctls.map((it) => `sysctl -w ${it.replace(' = 0', '=1')}`).join('    ')}`,
      `on ${on.name}:  grep -rE "ip_forward|forwarding" /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d /run/sysctl.d`,
    ],
  },
})

function by(interfaces: readonly string[]): string {
  return interfaces.length === 0 ? '' : ` that comes in by ${interfaces.join(', ')}`
}

function verdict(it: ForwardingOff, closed: readonly { readonly from: string; readonly to: string }[]) {
  const interfaces = it.off === 'all' ? [] : it.interfaces
  const sysctls =
    it.off === 'all' ? ['net.ipv4.ip_forward = 0'] : interfaces.map((name) => `net.ipv4.conf.${name}.forwarding = 0`)
  return finding({
    subject: subject('Node', null, it.node),
    confidence: closed.length > 0 ? 'observed' : 'inferred',
    severity: closed.length > 0 ? 'error' : 'warning',
    args: { interfaces, sysctls, closed: closed.length },
    evidence: sysctls.map((value) => ({ kind: 'fact' as const, label: `of ${it.node}`, value })),
    causes: closed.map((way) => wayClosed(way.from, way.to)),
  })
}
