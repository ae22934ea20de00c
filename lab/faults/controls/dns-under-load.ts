// Seen: dnsperf has all of its answers, within milliseconds.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CLUSTER_NAME } from '../../breaks/ask-dns.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { until } from '../../breaks/until.ts'
import type { Lab } from '../../lab.ts'
import { CLUSTER_DNS } from '../../plan.ts'
import type { Fault } from '../fault.ts'

const DAEMON = 'fault-dns-load'
const perSecond = 500
/** Longer than a diagnosis takes, and no longer than a machine should be busy for it. */
const seconds = 180

const fault: Fault = {
  name: 'dns-under-load',
  kind: 'control',
  breaks: `nothing: a client asks CoreDNS for ${perSecond} names a second, and gets each answer`,
  symptom: 'CoreDNS is busier than ever',
  cause: null,
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    const queries = join(lab.stateDir, 'dns-load.queries')
    await writeFile(queries, `${CLUSTER_NAME} A\n`)
    await lab.stop(DAEMON)
    const load = ['-s', CLUSTER_DNS, '-d', queries, '-Q', `${perSecond}`, '-l', `${seconds}`, '-T', '1', '-c', '20']
    await lab.spawn(nodeNamed(lab, 'worker-1').netns, DAEMON, ['dnsperf', ...load])
    await until('queries are on their way', () => isSending(lab))
  },
  async takeBack(lab) {
    await lab.stop(DAEMON)
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

/** Its UDP sockets, twenty of them, show in the node's network. */
async function isSending(lab: Lab): Promise<boolean> {
  const { stdout } = await lab.run(nodeNamed(lab, 'worker-1').netns, ['cat', '/proc/net/udp'])
  return stdout.split('\n').length > 20
}

export default fault
