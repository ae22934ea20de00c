import { existsSync } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, builtAt, isBuilt } from './build.ts'
import {
  applyAddons,
  applyNodes,
  forgetStart,
  waitForNodes,
  waitForServices,
  waitForWorkloads,
} from './cluster/addons.ts'
import { createCertificates } from './cluster/certificates.ts'
import { createCgroups } from './cluster/cgroups.ts'
import { apiServerIsReady, startApiServer, startControllers, waitForApiServer } from './cluster/control-plane.ts'
import { startContainerd, startKubelet } from './cluster/node.ts'
import { startUpstreamDns } from './cluster/upstream-dns.ts'
import { daemonPid, daemonNames, startDaemon } from './daemons.ts'
import { down } from './down.ts'
import { isStored, seedOf, store, storedImages, storeSeed } from './images/store.ts'
import { openLab, type Ready, READY_FILE } from './lab.ts'
import { type Layout, layouts } from './layout.ts'
import { addServiceRoute, createNetwork } from './net/topology.ts'
import { parts } from './parts.ts'
import { BIN, STATE, workers } from './plan.ts'
import { requireGo, requireMachine } from './preflight.ts'
import { stage } from './progress.ts'

const ENFORCER = join(import.meta.dirname, 'policy', 'enforcer.ts')

/** Makes what the cache lacks, and returns the containerd root from which nodes grow. */
async function prepare(): Promise<string> {
  for (const part of parts()) {
    if (await isBuilt(part)) continue
    if (part.compile('')[0] === 'go') requireGo()
    await stage(`building ${part.name} (once; kept in the cache)`, () => build(part))
  }
  const all = await storedImages()
  for (const stored of all) {
    if (!isStored(stored)) await stage(`making the image ${stored.image.reference}`, () => store(stored))
  }
  const seed = seedOf(all)
  if (!existsSync(seed)) await stage('unpacking the images', () => storeSeed(all))
  return seed
}

async function linkPrograms(): Promise<void> {
  await mkdir(BIN, { recursive: true })
  for (const part of parts()) await symlink((await builtAt(part)).program, join(BIN, part.name))
}

/** True when a lab (with as many workers and in that layout, if told) is up and every process of it runs. */
async function isSound(wanted: Wanted): Promise<boolean> {
  const lab = await openLab().catch(() => undefined)
  if (lab === undefined || lab.nodes.length !== (wanted.workers ?? wanted.layout?.workers ?? lab.nodes.length))
    return false
  if (lab.layout.name !== (wanted.layout ?? lab.layout).name) return false
  for (const name of await daemonNames()) if ((await daemonPid(name)) === undefined) return false
  return apiServerIsReady()
}

export interface Wanted {
  readonly workers?: number
  /** Absent: whichever is up, else kubeadm's. */
  readonly layout?: Layout
}

export async function up(wanted: Wanted = {}): Promise<void> {
  requireMachine()
  if (await isSound(wanted)) return
  const layout = wanted.layout ?? layouts.kubeadm
  const nodes = workers(wanted.workers ?? layout.workers)
  if (existsSync(STATE)) await stage('removing what an earlier lab left', down)
  await mkdir(join(STATE, 'log'), { recursive: true })
  await createCgroups(nodes.map((node) => node.name))
  const seed = await prepare()
  await stage('network and certificates', async () => {
    await Promise.all([createNetwork(nodes, layout), createCertificates(nodes), linkPrograms()])
  })
  await stage('API server, containerd', async () => {
    await startApiServer()
    await Promise.all([
      waitForApiServer(),
      startUpstreamDns(layout),
      ...nodes.map((node) => startContainerd(node, { seed, layout })),
    ])
  })
  await stage('nodes', async () => {
    await Promise.all([applyNodes(nodes), startControllers()])
    await Promise.all([applyAddons(layout), ...nodes.map((it) => startKubelet(it))])
    await waitForNodes()
  })
  await stage('kube-proxy, CoreDNS, ingress-nginx, workloads', waitForWorkloads)
  await stage('Services answer on each node', async () => {
    await Promise.all(nodes.map(addServiceRoute))
    await Promise.all(nodes.map((node) => waitForServices(node, layout)))
    await forgetStart()
  })
  if (existsSync(ENFORCER)) {
    await startDaemon('policy', [process.execPath, ENFORCER], { ...process.env, HOPSCOPE_LAB_STATE: STATE })
  }
  await writeFile(READY_FILE, JSON.stringify({ workers: nodes.length, layout: layout.name } satisfies Ready))
}
