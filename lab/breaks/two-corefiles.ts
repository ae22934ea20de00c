// Two Corefiles at work: without `reload` a server keeps the one that it started with, and one of two is started again
// after the ConfigMap has changed.
import type { Lab } from '../lab.ts'
import { corednsPods, corednsServes } from './coredns.ts'
import { corefileWith, restartServer, restartServers, writeCorefile } from './coredns-manifest.ts'
import { onNode } from './place.ts'

/** `older` makes the Corefile that one of them goes on with of the one that stands in the ConfigMap. */
export async function halfRolled(lab: Lab, older: (text: string) => string): Promise<void> {
  const text = await corefileWith('    reload\n', '')
  await writeCorefile(lab, older(text))
  await restartServers(lab)
  await corednsServes(lab)
  await writeCorefile(lab, text)
  const [first] = await corednsPods(lab)
  await restartServer(lab, first?.name ?? '')
  await corednsServes(lab)
}

/** One of two servers denies it, asked itself: `-type=a`, and a name with its last dot. */
export async function oneDenies(lab: Lab, type: 'a' | 'srv', name: string): Promise<boolean> {
  const asker = onNode(lab, 'control-plane')
  const denied = await Promise.all(
    (await corednsPods(lab)).map(async ({ ip }) => {
      const { stdout, stderr } = await asker.run(['busybox', 'nslookup', `-type=${type}`, name, ip], {
        timeoutMs: 3000,
      })
      return (stdout + stderr).includes('NXDOMAIN')
    }),
  )
  return denied.length === 2 && denied[0] !== denied[1]
}
