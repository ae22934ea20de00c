// Seen: the real CoreDNS starts on it and answers as before.
import { corednsServes } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { healthyCorefile, restartServers, writeCorefile } from '../../breaks/coredns-manifest.ts'
import { upstreamIsWell } from '../../breaks/upstream.ts'

const odd = (text: string): string => `(common) {
    errors
    log . {
        class error
    }
}
# { a comment with a brace
example.com:53, big.example.com:53 {
    import common
    forward . 198.18.0.53
    cache 30s
}
${text.replace('    errors\n', '    import common\n')}`

export default coreDnsFault({
  name: 'dns-odd-corefile',
  kind: 'control',
  breaks: 'nothing: a Corefile with a snippet, two zones in a block, a brace in a comment, a log line of one class',
  symptom: 'a Corefile that nobody likes to read',
  cause: null,
  async change(lab) {
    await writeCorefile(lab, odd(await healthyCorefile()))
    await restartServers(lab)
    await corednsServes(lab)
  },
  inEffect: (lab) => upstreamIsWell(lab),
})
