import { askFresh } from '../../breaks/upstream.ts'
import { upstreamFault } from '../../breaks/upstream-fault.ts'

export default upstreamFault({
  name: 'dns-upstream-refused',
  breaks: 'the server that CoreDNS forwards to refuses its queries: its list of clients lacks the nodes',
  symptom: 'names outside of the cluster fail at once in glibc, and after 5 seconds in musl',
  cause: { code: 'DNS145', subject: 'ConfigMap/kube-system/coredns' },
  corefile: `.:53 {
    errors
    template IN ANY . {
        rcode REFUSED
    }
}
`,
  inEffect: async (lab) => (await askFresh(lab)).every((it) => it.rcode === 'REFUSED'),
})
