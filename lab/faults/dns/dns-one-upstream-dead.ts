// Seen: half of the outside names take 2 to 12 s and fail; one server answers all of them, the other none.
import type { Lab } from '../../lab.ts'
import { COREDNS, corednsPods, corednsServes } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServer, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { restoreNodeResolvConf, writeNodeResolvConf } from '../../breaks/node-resolv-conf.ts'
import { askFresh } from '../../breaks/upstream.ts'

const DEAD = '198.18.0.99'

async function isHalf(lab: Lab): Promise<boolean> {
  const replies = await askFresh(lab)
  return replies.length === 2 && replies.filter((it) => it.rcode === 'NXDOMAIN').length === 1
}

export default coreDnsFault({
  name: 'dns-one-upstream-dead',
  kind: 'fault',
  breaks: "CoreDNS forwards to its node's resolv.conf, and that of one node names a server of long ago",
  symptom: 'outside names fail half of the time, from every node',
  cause: { code: 'DNS150', subject: `Pod/${COREDNS.namespace}/coredns-*` },
  async change(lab) {
    if (await isHalf(lab)) return
    const was = 'forward . 198.18.0.53 {'
    await writeCorefile(lab, await corefileWith(was, 'forward . /etc/resolv.conf {'))
    await writeNodeResolvConf(lab, `nameserver ${DEAD}\n`)
    await restartServers(lab)
    await corednsServes(lab)
    await restoreNodeResolvConf(lab)
    const [first] = await corednsPods(lab)
    if (first !== undefined) await restartServer(lab, first.name)
    await corednsServes(lab)
  },
  inEffect: isHalf,
  undo: restoreNodeResolvConf,
})
