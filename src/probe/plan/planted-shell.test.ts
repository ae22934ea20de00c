import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { runs, some, today } from '../../../test/build/effort.ts'
import { placesIn, plant } from '../../../test/build/plant.ts'
import { corefile, rawCluster } from '../../../test/build/raw-cluster.ts'
import { clusterOf } from '../../collect/cluster-of.ts'
import { collect } from '../../collect/collect.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { known, unknown } from '../../model/known.ts'
import type { Model, Scope } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { libcOf } from '../../plan/libc.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { anyModel } from '../../../test/build/any-model.ts'
import type { FilterCode } from '../../wire/capture-bpf.ts'
import type { DnsName, IpAddress } from '../../wire/dns-name.ts'
import { asDeviceName, asNftName, asPodUid, type DeviceName, type PodUid } from '../../wire/node-names.ts'
import { insideView } from '../inside/inside.ts'
import { insideLookups } from '../inside/inside-lookups.ts'
import { findingCommand, watchingCommand } from '../capture/capture-script.ts'
import { readIngressConfigs } from '../ingress/ingress-configs.ts'
import { crossingsOf } from '../inside/crossings.ts'
import { matrixCrossings } from '../inside/matrix-crossings.ts'
import { networkByExec } from '../node/network-by-exec.ts'
import { planCrossings } from './plan-crossings.ts'
import { planMatrix } from './plan-matrix.ts'
import { planProbe } from './plan.ts'
import { resolverView } from '../inside/resolver-view.ts'

/** In place of a container: `touch`, tools that find nothing, and the real shells and languages. */
const folder = mkdtempSync(join(tmpdir(), 'hopscope-planted-'))
const bin = join(folder, 'bin')
const work = join(folder, 'work')
mkdirSync(bin)
mkdirSync(work)
for (const tool of ['touch', 'bash', 'python3'].filter((it) => existsSync(`/usr/bin/${it}`)))
  symlinkSync(`/usr/bin/${tool}`, join(bin, tool))
symlinkSync(process.execPath, join(bin, 'node'))
for (const tool of ['getent', 'nslookup', 'nc', 'sleep'])
  writeFileSync(join(bin, tool), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const payloads = [
  "'; touch x; : '",
  '"; touch x; : "',
  '$(touch x)',
  '`touch x`',
  ';touch x;',
  '|touch x',
  '&touch x&',
  '\ntouch x\n',
  '$(touch${IFS}x)',
  `'"'"'$(touch x)`,
  '>x',
  "'>x'",
  `');require("fs").writeFileSync("x","");('`,
  `"+require("fs").writeFileSync("x","")+"`,
  "'; import os; os.system('touch x') #",
  '-e require("fs").writeFileSync("x","")',
]

const icmp = { op: 'protocol', name: 'icmp' } as const

type Command = readonly string[]

/** Takes down what would be run, and answers nothing. */
function recorder(): { readonly cluster: Cluster; readonly commands: Command[] } {
  const commands: Command[] = []
  const exec: Cluster['exec'] = (_namespace, _pod, { command }) => {
    commands.push(command)
    return Promise.resolve(known({ code: 0, stdout: '', stderr: '' }))
  }
  const logs: Cluster['logs'] = () => Promise.resolve(unknown('not-there', 'no log'))
  return { cluster: { ...clusterOf({}), exec, logs }, commands }
}

async function left(command: Command): Promise<readonly string[]> {
  const [program = '', ...args] = command
  await promisify(execFile)(`/bin/${program}`, args, { cwd: work, env: { PATH: bin }, timeout: 20_000 }).catch(() => {})
  return readdirSync(work)
}

/** All that any command would run in containers of this model. */
async function commandsOf(model: Model): Promise<readonly Command[]> {
  const { cluster, commands } = recorder()
  const { signal } = new AbortController()
  const plan = planProbe(model, { run: 'aaaa0000', externalName: 'example.com' })
  const pods = model.sources.pods.known ? model.sources.pods.value : []
  for (const it of plan.inside) {
    await insideView(cluster, it, signal)
    await resolverView(cluster, it, signal)
    await insideLookups(cluster, { ...it, workload: 'Deployment/shop/web', count: 1 }, signal)
  }
  await crossingsOf(cluster, plan.crossings, signal)
  for (const scope of tracesOf(model)) await crossingsOf(cluster, planCrossings({ ...model, scope }), signal)
  await matrixCrossings(cluster, planMatrix(model, null), signal)
  await readIngressConfigs(cluster, plan.ingressConfigs, { exec: true, settled: () => Promise.resolve(), signal })
  for (const it of pods) await libcOf(cluster, pods, workloadOfPod(it), true)
  return commands
}

/** From a pod to each Service, as `trace` connects. */
function tracesOf({ scope: its, sources: { pods, services } }: Model): readonly Scope[] {
  const [from] = pods.known ? pods.value.filter((it) => it.phase === 'Running') : []
  if (from === undefined || !services.known) return []
  const trace = { from: { namespace: from.namespace, pod: from.name }, host: null, port: null }
  return services.value.map((it) => ({
    ...its,
    target: { kind: 'object', object: subject('Service', it.namespace, it.name), url: null },
    trace,
  }))
}

const scope = { namespace: null, target: { kind: 'everything' }, level: 'probe' } as const
const strange = /[^\w.:/-]/

/** What follows a script is data; the script itself is the same whatever the cluster says. */
function dataOf(command: Command): readonly string[] {
  return command[0] === 'sh' ? command.slice(3) : command.slice(1)
}

describe('text of a cluster in what is run in containers', () => {
  test('a script given such text as its argument does not run it', async () => {
    const { cluster, commands } = recorder()
    const signal = new AbortController().signal
    for (const payload of payloads) {
      const spec = {
        namespace: 'shop',
        pod: 'web-1',
        container: 'app',
        name: payload as DnsName,
        dnsService: payload as IpAddress,
        names: [{ service: { namespace: 'shop', name: 'web' }, typed: payload as DnsName }],
        workload: 'Deployment/shop/web',
        count: 1,
      }
      await insideView(cluster, spec, signal)
      await resolverView(cluster, spec, signal)
      await insideLookups(cluster, spec, signal)
      const from = { namespace: 'shop', pod: 'web-1', container: 'app' }
      const to = { kind: 'endpoint', namespace: 'shop', service: 'web', pod: null } as const
      await crossingsOf(cluster, [{ from, to, host: payload as DnsName, port: 80 }], signal)
      commands.push(findingCommand(payload as PodUid, payload as IpAddress))
      const watching = { pid: 0, packets: 1, snaplen: 96, seconds: 5, filter: icmp, code: payload as FilterCode }
      commands.push(watchingCommand({ ...watching, device: payload as DeviceName }))
    }
    expect(commands.length).toBeGreaterThanOrEqual(6 * payloads.length)
    // Each script with some of the payloads, and with others tomorrow.
    const scripts = Map.groupBy(
      commands.filter((it) => it[0] === 'sh'),
      (it) => it[2],
    )
    const ran = [...scripts.values()].flatMap((its, nth) => some(its, nth + today))
    expect(ran.length).toBeGreaterThanOrEqual(scripts.size)
    for (const command of ran) expect(await left(command), JSON.stringify(dataOf(command))).toEqual([])
  }, 120_000)

  test.each(payloads)('%j in what a container or a node says becomes no part of the next command', async (payload) => {
    const commands: Command[] = []
    const says = `table ip ${payload}\ntable ip a${payload}\ntable inet ok\n`
    const network = await networkByExec((command) => {
      commands.push(command)
      return Promise.resolve(known({ code: 0, stdout: says, stderr: '' }))
    })
    await network.drops?.()
    for (const command of commands)
      for (const it of command) if (!it.startsWith('/proc/')) expect(it).toMatch(/^-?[a-z0-9][a-z0-9-]*$/)
    expect(commands.at(-1)).toEqual(['nft', '-t', 'list', 'table', 'inet', 'ok'])
    for (const at of [payload, `eth0${payload}`, `-${payload}`])
      expect([asDeviceName(at), asPodUid(at), asNftName(at)]).toEqual([null, null, null])
  })

  test('the check itself sees a script that would', async () => {
    expect(await left(['sh', '-c', "echo '$(touch x)'; touch x"])).toEqual(['x'])
    rmSync(join(work, 'x'))
  })

  test('a string of any object of the cluster becomes no part of a command', async () => {
    const scripts = new Set(
      (await commandsOf(await collect(clusterOf(rawCluster), { scope })))
        .filter((it) => it[0] === 'sh')
        .map((it) => it[2]),
    )
    expect(scripts.size).toBe(9)
    const places = placesIn(rawCluster)
    expect(places.length).toBeGreaterThan(150)
    for (const [index, place] of places.entries()) {
      const planted = plant(rawCluster, (text, path) =>
        path === place ? `${text}${payloads[index % payloads.length]}` : text,
      )
      for (const command of await commandsOf(await collect(clusterOf(planted), { scope }))) {
        if (command[0] === 'sh') expect(scripts).toContain(command[2])
        for (const it of dataOf(command)) expect(it, place).not.toMatch(strange)
      }
    }
  })

  test.each(payloads)(
    '%j as the domain of the cluster, quoted in its Corefile: no name is asked for, and the source says why',
    async (payload) => {
      const domain = `cluster.local${payload}`
      const text = corefile.replace('cluster.local', JSON.stringify(domain))
      const configmaps = [{ metadata: { namespace: 'kube-system', name: 'coredns' }, data: { Corefile: text } }]
      const model = await collect(clusterOf({ ...rawCluster, configmaps }), { scope })
      const { clusterDns } = model.sources
      if (!clusterDns.known || !strange.test(clusterDns.value.domain)) return
      for (const command of await commandsOf(model)) for (const it of dataOf(command)) expect(it).not.toMatch(strange)
      expect(planProbe(model, { run: 'aaaa0000' })).toMatchObject({
        series: [],
        inside: [],
        clusterName: null,
        dnsNote: expect.stringContaining('no DNS name') as unknown,
      })
    },
  )

  test('nor does a string of any model', async () => {
    await fc.assert(
      fc.asyncProperty(anyModel, fc.constantFrom(...payloads), async (model, payload) => {
        const planted = plant(model, (text, path) =>
          /\.(phase|level|kind|reason)$/.test(path) ? text : `${text}${payload}`,
        )
        for (const command of await commandsOf(planted))
          for (const it of dataOf(command)) expect(it).not.toMatch(strange)
      }),
      { numRuns: runs(200) },
    )
  })
})
