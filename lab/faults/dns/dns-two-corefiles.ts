// Seen: asked ten times, example.com is found or not by which of the two servers the question came to; the ConfigMap
// says nothing of a zone that is kept from anybody.
import { corednsPods, corednsServes } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServer, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'
import type { Lab } from '../../lab.ts'

/** What each server says of a name outside: whether it denies it. */
async function denials(lab: Lab): Promise<readonly boolean[]> {
  const asker = onNode(lab, 'control-plane')
  return Promise.all(
    (await corednsPods(lab)).map(async ({ ip }) => {
      const asked = ['busybox', 'nslookup', '-type=a', 'example.com.', ip]
      const { stdout, stderr } = await asker.run(asked, { timeoutMs: 3000 })
      return (stdout + stderr).includes('NXDOMAIN')
    }),
  )
}

async function isHalf(lab: Lab): Promise<boolean> {
  const all = await denials(lab)
  return all.length === 2 && all[0] !== all[1]
}

export default coreDnsFault({
  name: 'dns-two-corefiles',
  kind: 'fault',
  breaks: 'without reload, a zone that was blocked is let go in the Corefile, and one server of two was started again',
  symptom: 'a name outside the cluster is found and does not exist, by turns',
  cause: { code: 'DNS188', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    if (await isHalf(lab)) return
    const text = await corefileWith('    reload\n', '')
    await writeCorefile(lab, `example.com:53 {\n    template IN ANY . {\n        rcode NXDOMAIN\n    }\n}\n${text}`)
    await restartServers(lab)
    await corednsServes(lab)
    await writeCorefile(lab, text)
    const [first] = await corednsPods(lab)
    await restartServer(lab, first?.name ?? '')
    await corednsServes(lab)
  },
  inEffect: isHalf,
})
