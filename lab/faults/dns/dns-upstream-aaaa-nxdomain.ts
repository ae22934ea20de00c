import { isAnswered } from '../../breaks/ask-dns.ts'
import type { Lab } from '../../lab.ts'
import { corednsPods } from '../../breaks/coredns.ts'
import { onNode } from '../../breaks/place.ts'
import { upstreamFault } from '../../breaks/upstream-fault.ts'

/** The name that hopscope asks for. */
const NAME = 'example.com'

/** By each CoreDNS pod: it has a cache of half a minute, in which what was right or wrong before still stands. */
async function denied(lab: Lab): Promise<readonly boolean[]> {
  const client = onNode(lab, 'control-plane')
  return Promise.all(
    (await corednsPods(lab)).map(async ({ ip }) => {
      const { stdout, stderr } = await client.run(['busybox', 'nslookup', '-type=aaaa', `${NAME}.`, ip], {
        timeoutMs: 4000,
      })
      return (stdout + stderr).includes('NXDOMAIN') && isAnswered(client, { name: NAME, server: ip })
    }),
  )
}

export default upstreamFault({
  name: 'dns-upstream-aaaa-nxdomain',
  breaks: 'the upstream says NXDOMAIN to AAAA for names that have an A record',
  symptom: 'Alpine images cannot find an outside name that Debian images find',
  cause: { code: 'DNS146', subject: 'ConfigMap/kube-system/coredns' },
  corefile: `.:53 {
    errors
    template IN AAAA . {
        rcode NXDOMAIN
        authority ". 60 IN SOA a.root. b.root. (1 60 60 60 60)"
    }
    template IN A . {
        match "^(www[.])?example[.]com[.]$"
        answer "{{ .Name }} 30 IN A 198.18.0.80"
        fallthrough
    }
    template IN ANY . {
        rcode NXDOMAIN
        authority ". 60 IN SOA a.root. b.root. (1 60 60 60 60)"
    }
}
`,
  inEffect: async (lab) => (await denied(lab)).every(Boolean),
  gone: async (lab) => !(await denied(lab)).some(Boolean),
})
