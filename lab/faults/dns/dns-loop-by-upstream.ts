// Seen: www.example.com is SERVFAIL or REFUSED at once; the log: `concurrent queries exceeded maximum 1000`. The plugin
// `loop` looks only when a server starts, and the upstream came to ask back later.
import type { Lab } from '../../lab.ts'
import { corednsPods, corednsServes } from '../../breaks/coredns.ts'
import { restartServers } from '../../breaks/coredns-manifest.ts'
import type { Fault } from '../fault.ts'
import { until } from '../../breaks/until.ts'
import { asItWas, askFresh, upstreamAnswers, upstreamIsWell } from '../../breaks/upstream.ts'

const fault: Fault = {
  name: 'dns-loop-by-upstream',
  kind: 'fault',
  breaks: 'the server that CoreDNS forwards to asks CoreDNS in turn, so that queries go round',
  symptom: 'names outside of the cluster fail, names inside are fine, and CoreDNS is busy',
  cause: { code: 'DNS115', subject: 'ConfigMap/kube-system/coredns' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    const servers = (await corednsPods(lab)).map((it) => it.ip).join(' ')
    await upstreamAnswers(lab, `.:53 {\n    errors\n    forward . ${servers}\n}\n`)
    await until('queries go round', () => goesRound(lab))
  },
  async takeBack(lab) {
    await asItWas(lab)
    await until('the upstream answers as before', () => upstreamIsWell(lab))
    // Their logs say for minutes what was refused while queries went round.
    await restartServers(lab)
    await corednsServes(lab)
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

async function goesRound(lab: Lab): Promise<boolean> {
  const replies = await askFresh(lab)
  return (
    replies.length > 0 && replies.every((it) => it.rcode === 'SERVFAIL' || it.rcode === 'REFUSED' || it.rcode === null)
  )
}

export default fault
