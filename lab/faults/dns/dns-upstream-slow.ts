// Slower than any resolver should be, yet within the 2 s that CoreDNS waits for an upstream (plugin/forward).
import { queueAt, unqueue } from '../../breaks/held-queries.ts'
import type { Fault } from '../fault.ts'
import { until } from '../../breaks/until.ts'
import { askFresh, upstreamIsWell } from '../../breaks/upstream.ts'
import { UPSTREAM_DNS } from '../../plan.ts'

const SLOW_MS = 1300

const fault: Fault = {
  name: 'dns-upstream-slow',
  kind: 'fault',
  breaks: `the server that CoreDNS forwards to takes ${SLOW_MS / 1000} s for each answer`,
  symptom: 'the first lookup of an outside name takes more than a second, the next one none',
  cause: { code: 'DNS144', subject: 'ConfigMap/kube-system/coredns' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    await queueAt(lab, UPSTREAM_DNS.name, SLOW_MS)
    await until('outside names are slow', async () =>
      (await askFresh(lab)).every((it) => it.rcode === 'NXDOMAIN' && it.ms >= SLOW_MS),
    )
  },
  async takeBack(lab) {
    await unqueue(lab, UPSTREAM_DNS.name)
    await until('the upstream answers as before', () => upstreamIsWell(lab))
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
