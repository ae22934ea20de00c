import { cat, type ContainerCommand, type KernelFile, savedRules } from '../../kube/container-command.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import type { NodeNetwork } from '../../model/node-network.ts'
import { dropsIn } from '../../wire/iptables-save.ts'
import { routes6In, routesIn } from '../../wire/proc-routes.ts'
import type { DropSeen, NodeReading } from './conntrack.ts'

type Exec = (command: ContainerCommand) => Promise<Known<string>>

/**
 * The same in kube-proxy's own pod, a file at a time, so that no text is taken for another's. That pod is privileged:
 * it sees firewall rules as well. Interfaces and kube-proxy's health are not asked this way.
 */
export async function networkByExec(exec: Exec): Promise<NodeReading> {
  const text = async (path: KernelFile): Promise<string | null> => {
    const ran = await exec(cat(path))
    return ran.known && ran.value !== '' ? ran.value : null
  }
  const flag = async (path: KernelFile): Promise<boolean | null> => {
    const said = (await text(path))?.trim()
    return said === '0' || said === '1' ? said === '1' : null
  }
  const [v4, v6, forwards4, forwards6, calls] = await Promise.all([
    text('/proc/net/route'),
    text('/proc/net/ipv6_route'),
    flag('/proc/sys/net/ipv4/ip_forward'),
    flag('/proc/sys/net/ipv6/conf/all/forwarding'),
    flag('/proc/sys/net/bridge/bridge-nf-call-iptables'),
  ])
  return {
    here: {
      links: [],
      routes: v4 === null ? null : [...routesIn(v4), ...routes6In(v6 ?? '')],
      forwards: { v4: forwards4, v6: forwards6 },
      bridgeCalls: callsOf(calls),
      proxy: { health: 'unknown', said: 'not asked', mode: null },
    },
    mtuPort: null,
    drops: () => dropsByExec(exec),
  }
}

function callsOf(calls: boolean | null): NodeNetwork['bridgeCalls'] {
  if (calls === null) return 'unknown'
  return calls ? 'on' : 'off'
}

async function dropsByExec(exec: Exec): Promise<Known<readonly DropSeen[]>> {
  const [v4, v6] = await Promise.all([exec(savedRules('v4')), exec(savedRules('v6'))])
  if (!v4.known) return v4
  const drops = dropsIn(v4.value)
  if (drops === null) return unknown('failed', "iptables-save in kube-proxy's pod printed no table")
  const drops6 = v6.known ? dropsIn(v6.value) : null
  return known([
    ...drops.map((it): DropSeen => ({ family: 'v4', ...it })),
    ...(drops6 ?? []).map((it): DropSeen => ({ family: 'v6', ...it })),
  ])
}
