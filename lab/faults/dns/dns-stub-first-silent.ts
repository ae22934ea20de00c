// Seen: each lookup of www.example.com takes two seconds, and finds it; CoreDNS logs nothing.
import { CLUSTER_DNS } from '../../breaks/ask-dns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { healthyCorefile, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { onNode } from '../../breaks/place.ts'
import { UPSTREAM_DNS } from '../../plan.ts'

const NOBODY = '198.18.0.99'
const zone = `www.example.com:53 {
    errors
    forward . ${NOBODY} ${UPSTREAM_DNS.ip} {
        policy sequential
        max_fails 0
    }
}
`

export default coreDnsFault({
  name: 'dns-stub-first-silent',
  kind: 'fault',
  breaks: 'a zone of the Corefile is forwarded to two servers in turn, and nobody is at the first one',
  symptom: 'names of that zone are found, two seconds late each time',
  cause: { code: 'DNS145', subject: 'ConfigMap/kube-system/coredns' },
  async change(lab) {
    await writeCorefile(lab, `${await healthyCorefile()}${zone}`)
    await restartServers(lab)
  },
  async inEffect(lab) {
    const began = performance.now()
    const asked = ['busybox', 'nslookup', '-type=a', 'www.example.com.', CLUSTER_DNS]
    const { code } = await onNode(lab, 'worker-1').run(asked, { timeoutMs: 8000 })
    return code === 0 && performance.now() - began > 1500
  },
})
