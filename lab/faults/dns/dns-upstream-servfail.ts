import { askFresh } from '../../breaks/upstream.ts'
import { upstreamFault } from '../../breaks/upstream-fault.ts'

export default upstreamFault({
  name: 'dns-upstream-servfail',
  breaks: 'the server that CoreDNS forwards to answers SERVFAIL to everything',
  symptom: 'names outside of the cluster fail at once, and CoreDNS is blamed for its SERVFAIL',
  cause: { code: 'DNS145', subject: 'ConfigMap/kube-system/coredns' },
  corefile: `.:53 {
    errors
    template IN ANY . {
        rcode SERVFAIL
    }
}
`,
  inEffect: async (lab) => (await askFresh(lab)).every((it) => it.rcode === 'SERVFAIL'),
})
