// The lab's own NetworkPolicy enforcer. The bridge plugin of the lab enforces nothing, and the agents that do are not
// to be had here, so this program stands for them: it follows pods, namespaces and policies, and keeps one nftables
// table in each node's network namespace. A cluster's real agent differs in how, not in what is allowed
// (cyclonus-check.ts).
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Namespace, Pod } from 'kubernetes-types/core/v1.d.ts'
import type { NetworkPolicy } from 'kubernetes-types/networking/v1.d.ts'
import { type Lab, openLab } from '../lab.ts'
import type { Objects } from './gates.ts'
import { rulesets, TABLE } from './rules.ts'
import { follow, type Server } from './watch.ts'

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string }
  }[]
  readonly users: readonly {
    readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string }
  }[]
}

const SETTLE_MS = 20

/** It is started just before the lab says that it is up. */
async function lab(): Promise<Lab> {
  for (;;) {
    const opened = await openLab().catch(() => undefined)
    if (opened !== undefined) return opened
    await sleep(200)
  }
}

/** The lab writes its kubeconfig as JSON, with the keys within. */
async function serverOf(kubeconfig: string): Promise<Server> {
  const { clusters, users } = JSON.parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user]
  if (cluster === undefined || user === undefined) throw new Error(`${kubeconfig} names no cluster`)
  const url = new URL(cluster.server)
  return {
    host: url.hostname,
    port: url.port,
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64'),
    cert: Buffer.from(user['client-certificate-data'], 'base64'),
    key: Buffer.from(user['client-key-data'], 'base64'),
  }
}

async function main(): Promise<void> {
  const { nodes, kubeconfig, run } = await lab()
  const server = await serverOf(kubeconfig)
  const known: { -readonly [K in keyof Objects]?: Objects[K] } = {}
  const applied = new Map<string, string>()
  let wanted = 0
  let ending = false

  const apply = async (): Promise<void> => {
    const { pods, namespaces, policies } = known
    if (pods === undefined || namespaces === undefined || policies === undefined) return
    const texts = rulesets(
      { pods, namespaces, policies },
      nodes.map((node) => node.name),
    )
    for (const node of nodes) {
      const text = texts.get(node.name) ?? ''
      if (applied.get(node.name) === text || ending) continue
      const outcome = await run(node.netns, ['nft', '-f', '-'], { stdin: text, timeoutMs: 10_000 })
      if (outcome.code === 0) applied.set(node.name, text)
      else process.stderr.write(`${node.name}: ${outcome.stderr}\n${text}\n`)
    }
  }

  let running: Promise<void> | undefined
  /** One pass at a time, and one more when something changed meanwhile: a burst of changes makes two. */
  const changed = (): void => {
    wanted += 1
    running ??= (async () => {
      for (let done = 0; done !== wanted;) {
        await sleep(SETTLE_MS)
        done = wanted
        await apply().catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
      }
      running = undefined
    })()
  }

  const end = async (): Promise<void> => {
    ending = true
    await running
    for (const node of nodes) await run(node.netns, ['nft', 'delete', 'table', 'inet', TABLE])
    process.exit(0)
  }
  process.on('SIGTERM', () => void end())
  process.on('SIGINT', () => void end())

  await Promise.all([
    follow<Pod>(server, '/api/v1/pods', (pods) => {
      known.pods = pods
      changed()
    }),
    follow<Namespace>(server, '/api/v1/namespaces', (namespaces) => {
      known.namespaces = namespaces
      changed()
    }),
    follow<NetworkPolicy>(server, '/apis/networking.k8s.io/v1/networkpolicies', (policies) => {
      known.policies = policies
      changed()
    }),
  ])
}

await main()
