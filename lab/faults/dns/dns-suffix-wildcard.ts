// Seen: www.example.com is 198.18.0.66 in every new pod; dig www.example.com. with its last dot says 198.18.0.80.
import type { Fault } from '../fault.ts'
import { healthyResolvConf, restoreNodeResolvConf, writeNodeResolvConf } from '../../breaks/node-resolv-conf.ts'
import { onNode } from '../../breaks/place.ts'
import { CLUSTER_DNS } from '../../plan.ts'
import { until } from '../../breaks/until.ts'
import { asItWas, upstreamAnswers, upstreamIsWell } from '../../breaks/upstream.ts'

const WRONG = '198.18.0.66'
const corefile = (zone: string): string => `example.com:53 {
    file ${zone} example.com
}
corp.test:53 {
    template IN A corp.test {
        answer "{{ .Name }} 60 IN A ${WRONG}"
    }
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
  name: 'dns-suffix-wildcard',
  kind: 'fault',
  breaks: 'the nodes have a search suffix whose zone answers every name',
  symptom: 'www.example.com leads to the wrong machine from every pod, and dig finds the right one',
  cause: { code: 'DNS166', subject: 'Deployment/kube-system/coredns' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    await writeNodeResolvConf(lab, `search corp.test\n${healthyResolvConf}`)
    await upstreamAnswers(lab, corefile(`${lab.stateDir}/example.com.zone`))
    await until('the suffix answers', async () => {
      const asked = ['busybox', 'nslookup', '-type=a', 'www.example.com.corp.test.', CLUSTER_DNS]
      return (await onNode(lab, 'worker-1').run(asked, { timeoutMs: 3000 })).stdout.includes(WRONG)
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
