// Seen: on worker-2 the DNS Service leads to pods that are no more: its rules are those of yesterday.
import { isAnswered } from '../../breaks/ask-dns.ts'
import { corednsServes } from '../../breaks/coredns.ts'
import { dnsServes, restartServers } from '../../breaks/coredns-manifest.ts'
import type { Fault } from '../fault.ts'
import { proxyBack, proxyGoneFrom, proxyRunsOn } from '../../breaks/kube-proxy.ts'
import { clientOn } from '../../breaks/node.ts'
import { until } from '../../breaks/until.ts'

const NODE = 'worker-2'

const fault: Fault = {
  name: 'kube-proxy-gone',
  kind: 'fault',
  breaks: `kube-proxy runs on every node but ${NODE}, and the DNS servers have moved since`,
  symptom: 'no lookup works on one node, and each server answers there by its own address',
  cause: { code: 'NOD502', subject: `Node/${NODE}` },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    if (await proxyRunsOn(lab, NODE)) {
      await proxyGoneFrom(lab, NODE)
      await restartServers(lab)
      await corednsServes(lab)
    }
    const client = await clientOn(lab, NODE)
    await until(`${NODE} asks servers that are gone`, async () => !(await isAnswered(client)))
  },
  async takeBack(lab) {
    await proxyBack(lab)
    await dnsServes(lab)
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
