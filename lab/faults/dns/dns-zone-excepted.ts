// Seen: names under example.com are answered SERVFAIL at once; names of the cluster are well.
import { corednsPods } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { corefileWith, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { clientOn } from '../../breaks/node.ts'
import { CLUSTER_DNS } from '../../plan.ts'

export default coreDnsFault({
  name: 'dns-zone-excepted',
  kind: 'fault',
  breaks: 'forward leaves example.com out, and no other block serves it',
  symptom: 'names of one domain fail, all others are found',
  cause: { code: 'DNS178', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    const line = 'forward . 198.18.0.53 {'
    await writeCorefile(lab, await corefileWith(line, `${line}\n           except example.com`))
    await restartServers(lab)
  },
  async inEffect(lab) {
    const servers = await corednsPods(lab)
    if (servers.length < 2 || !servers.every((it) => it.ready)) return false
    const client = await clientOn(lab, 'worker-1')
    const { stdout, stderr } = await client.run(['busybox', 'nslookup', '-type=a', 'www.example.com.', CLUSTER_DNS], {
      timeoutMs: 3000,
    })
    return (stdout + stderr).includes('SERVFAIL')
  },
})
