import { expect, test } from 'vitest'
import { insideView } from '../../../test/build/dns.ts'
import { known, unknown } from '../../model/known.ts'
import { planProbe } from '../plan/plan.ts'
import { pod } from '../../../test/build/pod.ts'
import { podSockets } from '../../../test/build/pod-sockets.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { insideOf } from './results.ts'

const plan = planProbe(modelOf({ pods: [pod('web-1'), pod('web-2')], clusterDns: clusterDns() }), { run: 'aaaa0000' })
const routes = known([{ to: '0.0.0.0/0', via: '10.2.1.1', dev: 'eth0' }])
const listeners = known([{ ip: '0.0.0.0', port: 8080 }])
const sockets = podSockets()
const unread = unknown('failed', '/proc/net/route could not be read')

test("the network of a pod is its first container's to tell, or the next one's that can", () => {
  const read = insideOf(plan, [
    insideView('web-1', { container: 'app' }),
    insideView('web-2', { container: 'app', routes, listeners, sockets }),
    insideView('web-1', { container: 'proxy', routes: unread, listeners }),
    insideView('web-2', { container: 'proxy', routes, listeners, sockets }),
    insideView('web-1', { container: 'agent', routes, listeners, sockets }),
  ])
  expect(read.known && read.value.map((it) => [it.pod, it.container, it.routes, it.listeners, it.sockets])).toEqual([
    ['web-1', 'app', undefined, undefined, undefined],
    ['web-2', 'app', routes, listeners, sockets],
    ['web-1', 'proxy', unread, listeners, undefined],
    ['web-2', 'proxy', undefined, undefined, undefined],
    ['web-1', 'agent', routes, undefined, sockets],
  ])
})
