// Seen: every name is answered as before: entries pass on, the acl meets nobody, the zone that is left out has a block.
import { corednsServes } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { healthyCorefile, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { upstreamIsWell } from '../../breaks/upstream.ts'

const right = (text: string): string =>
  `corp.example:53 {
    errors
    hosts {
        10.1.2.3 git.corp.example
    }
}
${text
  .replace(
    '    ready\n',
    `    ready
    acl {
        block net 192.0.2.0/24
        filter type AAAA net 203.0.113.0/24
    }
    hosts {
        10.1.2.4 printer.office
        fallthrough
    }
    template IN A blocked.office {
        match ^ads
        rcode NXDOMAIN
    }
`,
  )
  .replace('forward . 198.18.0.53 {', 'forward . 198.18.0.53 {\n        except corp.example cluster.local')}`

export default coreDnsFault({
  name: 'dns-lines-right',
  kind: 'control',
  breaks: 'nothing: hosts with fallthrough, an acl for others, a zone that is left out and has a block of its own',
  symptom: 'a Corefile with many a line that could keep names back',
  cause: null,
  async change(lab) {
    await writeCorefile(lab, right(await healthyCorefile()))
    await restartServers(lab)
    await corednsServes(lab)
  },
  inEffect: (lab) => upstreamIsWell(lab),
})
