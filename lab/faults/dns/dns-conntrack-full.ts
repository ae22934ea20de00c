// The limit is the machine's and writable only in its first network namespace; every network namespace counts its
// entries for itself. So the limit is lowered below what one node is filled with, and above what any other has: the
// fault looks first. A daemon of its own puts it back when this process is gone, and `down` does when the lab goes.
import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type Lab, LabError, type LabNode } from '../../lab.ts'
import { INTERNET } from '../../plan.ts'
import { rememberSysctl, restoreSysctls } from '../../sysctls.ts'
import { isAnswered } from '../../breaks/ask-dns.ts'
import { corednsPods } from '../../breaks/coredns.ts'
import type { Fault } from '../fault.ts'
import { addRules, removeRules, type Rule } from '../../breaks/firewall.ts'
import { clientOn } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'

/** The limit while the fault is on: twice the largest other table, and within these. Every real one is above them. */
const LEAST = 8000
const MOST = 20_000
const FLOWS_PER_SECOND = 1500
const SECONDS = 240
const SYSCTL = '/proc/sys/net/netfilter/nf_conntrack_max'
const FILLER = 'fault-conntrack-filler'
const GUARD = 'fault-conntrack-limit'

/** Nobody is to answer, and ICMP would be an answer. */
const SILENT: readonly Rule[] = [
  { table: 'raw', chain: 'PREROUTING', rule: ['-p', 'udp', '-m', 'udp', '--dport', '30000:49999', '-j', 'DROP'] },
]

/**
 * Without these, hopscope's own exec would be a matter of luck as well, by way of the kubelet and of its loopback, and
 * so would this case.
 */
const KUBELET: readonly Rule[] = [
  { table: 'raw', chain: 'PREROUTING', rule: ['-p', 'tcp', '-m', 'tcp', '--dport', '10250', '-j', 'NOTRACK'] },
  { table: 'raw', chain: 'OUTPUT', rule: ['-p', 'tcp', '-m', 'tcp', '--sport', '10250', '-j', 'NOTRACK'] },
  { table: 'raw', chain: 'PREROUTING', rule: ['-i', 'lo', '-j', 'NOTRACK'] },
  { table: 'raw', chain: 'OUTPUT', rule: ['-o', 'lo', '-j', 'NOTRACK'] },
]

/** A node without a DNS server: those shall stay well. */
async function victim(lab: Lab): Promise<LabNode> {
  const homes = new Set((await corednsPods(lab)).map((it) => it.node))
  const node = lab.nodes.find((it) => !homes.has(it.name))
  if (node === undefined) throw new LabError('every node has a DNS server', 'npm run lab -- up --nodes 3')
  return node
}

async function limit(): Promise<number> {
  return Number(await readFile(SYSCTL, 'utf8'))
}

/**
 * A kubelet whose heartbeats are dropped loses its node, and the node's pods their names, for as long as CoreDNS keeps
 * its denial.
 */
async function isServed(lab: Lab): Promise<boolean> {
  const servers = await corednsPods(lab)
  const asked = servers.map(async ({ ip }) => {
    const question = ['busybox', 'nslookup', '-type=a', 'db.shop.svc.cluster.local.', ip]
    return (await onNode(lab, 'control-plane').run(question, { timeoutMs: 2000 })).code === 0
  })
  return servers.length > 0 && (await Promise.all(asked)).every(Boolean)
}

/** The largest conntrack table of any network namespace with a process in it. */
async function largestTable(): Promise<number> {
  const seen = new Map<string, number>()
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const namespace = await readlink(`/proc/${pid}/ns/net`).catch(() => null)
    if (namespace === null || seen.has(namespace)) continue
    const stat = await readFile(`/proc/${pid}/net/stat/nf_conntrack`, 'utf8').catch(() => '')
    seen.set(namespace, Number.parseInt(stat.split('\n')[1]?.trim().split(/\s+/)[0] ?? '0', 16) || 0)
  }
  return Math.max(0, ...seen.values())
}

/** How many of 20 questions to the Service had no answer. */
async function unanswered(lab: Lab, node: LabNode): Promise<number> {
  const client = await clientOn(lab, node.name)
  const answers = await Promise.all(Array.from({ length: 20 }, () => isAnswered(client)))
  return answers.filter((it) => !it).length
}

const fault: Fault = {
  name: 'dns-conntrack-full',
  kind: 'fault',
  breaks: "one node's conntrack table is full, so two in three new flows are dropped",
  symptom: 'on one node most lookups fail, new connections hang, and those that are open go on',
  cause: { code: 'DNS143', subject: 'Node/worker-*' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async unavailable(lab) {
    const { code } = await lab.run('host', ['test', '-w', SYSCTL])
    return code === 0 ? null : `${SYSCTL} is read-only here: it belongs to the machine's first network namespace`
  },
  async inject(lab) {
    const why = await fault.unavailable?.(lab)
    if (why != null) throw new LabError(why)
    const node = await victim(lab)
    await addRules(onNode(lab, INTERNET.name), SILENT)
    await addRules(onNode(lab, node.netns), KUBELET)
    await lower(lab)
    await lab.spawn(node.netns, FILLER, [
      process.execPath,
      join(import.meta.dirname, '../../breaks/conntrack-filler.ts'),
      INTERNET.ip,
      `${FLOWS_PER_SECOND}`,
      `${SECONDS}`,
    ])
    await until(
      `the table of ${node.name} is full and lookups are lost`,
      async () => (await unanswered(lab, node)) >= 6,
    )
  },
  async takeBack(lab) {
    await lab.stop(FILLER)
    await lab.stop(GUARD)
    await restoreSysctls()
    await removeRules(onNode(lab, INTERNET.name), SILENT)
    for (const { netns } of lab.nodes) await removeRules(onNode(lab, netns), KUBELET)
    await until('the limit is what it was', async () => (await limit()) > MOST)
    for (const node of lab.nodes)
      await until(`lookups on ${node.name} are answered`, async () => (await unanswered(lab, node)) === 0)
    await until('the pods are back in DNS', async () => await isServed(lab), { seconds: 150 })
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

/**
 * The daemon that will put the limit back, on its end or after its time, is there before the limit is lowered by it.
 */
async function lower(lab: Lab): Promise<void> {
  const was = await limit()
  if (was <= MOST) return
  const largest = await largestTable()
  if (2 * largest > MOST)
    throw new LabError(
      `a network namespace of this machine has ${largest} conntrack entries: a limit of ${MOST} might break it`,
    )
  const low = Math.max(LEAST, 2 * largest)
  await rememberSysctl(SYSCTL, `${was}`)
  const back = `echo ${was} > ${SYSCTL}`
  const script = `trap '${back}; exit' TERM INT HUP; echo ${low} > ${SYSCTL}; sleep ${SECONDS} & wait; ${back}`
  await lab.spawn('host', GUARD, ['sh', '-c', script])
  await until('the limit is lowered', async () => (await limit()) === low, { seconds: 5 })
}

export default fault
