// Seen: wget www.example.com in an Alpine pod: bad address. In a Debian pod it works, and with a last dot everywhere.
import type { Fault } from '../fault.ts'
import { healthyResolvConf, restoreNodeResolvConf, writeNodeResolvConf } from '../../breaks/node-resolv-conf.ts'
import { onNode } from '../../breaks/place.ts'
import { CLUSTER_DNS } from '../../plan.ts'
import { until } from '../../breaks/until.ts'
import { asItWas, upstreamAnswers, upstreamIsWell } from '../../breaks/upstream.ts'

const corefile = (zone: string): string => `example.com:53 {
    file ${zone} example.com
}
corp.test:53 {
    template IN ANY corp.test {
        rcode NOERROR
    }
}
.:53 {
    template IN ANY . {
        rcode NXDOMAIN
        authority ". 60 IN SOA a.root. b.root. (1 60 60 60 60)"
    }
}
`

const fault: Fault = {
  name: 'dns-suffix-without-records',
  kind: 'fault',
  breaks: 'the nodes have a search suffix whose zone says of every name that it exists and has no address',
  symptom: 'Alpine pods find no outside name, Debian pods find all',
  cause: { code: 'DNS183', subject: 'Deployment/kube-system/coredns' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    await writeNodeResolvConf(lab, `search corp.test\n${healthyResolvConf}`)
    await upstreamAnswers(lab, corefile(`${lab.stateDir}/example.com.zone`))
    await until('the suffix answers', async () => {
      const asked = ['busybox', 'nslookup', '-type=a', 'www.example.com.corp.test.', CLUSTER_DNS]
      const said = await onNode(lab, 'worker-1').run(asked, { timeoutMs: 3000 })
      // busybox says nothing at all of a name without an address.
      return said.code === 0 && !/NXDOMAIN|can't/i.test(said.stdout + said.stderr)
    })
  },
  async takeBack(lab) {
    await restoreNodeResolvConf(lab)
    await asItWas(lab)
    await until('the upstream answers as before', () => upstreamIsWell(lab))
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
