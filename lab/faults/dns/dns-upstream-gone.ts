// Nothing listens there: the kernel says so with ICMP, but only about once a second to each client, so CoreDNS mostly
// waits 2 s.
import { UPSTREAM_DNS } from '../../plan.ts'
import type { Fault } from '../fault.ts'
import { until } from '../../breaks/until.ts'
import { askFresh, asItWas, upstreamIsWell } from '../../breaks/upstream.ts'

const fault: Fault = {
  name: 'dns-upstream-gone',
  kind: 'fault',
  breaks: `nothing listens on port 53 of ${UPSTREAM_DNS.ip}, the server that CoreDNS forwards to`,
  symptom: 'names outside of the cluster fail after two seconds, names inside are fine',
  cause: { code: 'DNS108', subject: 'ConfigMap/kube-system/coredns' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    await lab.stop('upstream-dns')
    await until('CoreDNS says SERVFAIL to outside names', async () =>
      (await askFresh(lab)).every((it) => it.rcode === 'SERVFAIL'),
    )
  },
  async takeBack(lab) {
    await asItWas(lab)
    await until('the upstream answers as before', () => upstreamIsWell(lab))
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
