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
import { known } from '../../model/known.ts'
import type { Model } from '../../model/sources.ts'
import { anyModel } from '../../../test/build/any-model.ts'
import type { DnsName, IpAddress } from '../../wire/dns-name.ts'
import { insideView } from '../inside/inside.ts'
import { insideLookups } from '../inside/inside-lookups.ts'
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

type Command = readonly string[]

/** Takes down what would be run, and answers nothing. */
function recorder(): { readonly cluster: Cluster; readonly commands: Command[] } {
  const commands: Command[] = []
  const exec: Cluster['exec'] = (_namespace, _pod, { command }) => {
    commands.push(command)
    return Promise.resolve(known({ code: 0, stdout: '', stderr: '' }))
  }
  return { cluster: { ...clusterOf({}), exec }, commands }
}

async function left(command: Command): Promise<readonly string[]> {
  const [program = '', ...args] = command
  await promisify(execFile)(`/bin/${program}`, args, { cwd: work, env: { PATH: bin }, timeout: 20_000 }).catch(() => {})
  return readdirSync(work)
}

/** All that a probe, a resolve and a verification would run in containers of this model. */
async function commandsOf(model: Model): Promise<readonly Command[]> {
  const { cluster, commands } = recorder()
  const signal = new AbortController().signal
  for (const it of planProbe(model, { run: 'aaaa0000', externalName: 'example.com' }).inside) {
    await insideView(cluster, it, signal)
    await resolverView(cluster, it, signal)
    await insideLookups(cluster, { ...it, workload: 'Deployment/shop/web', count: 1 }, signal)
  }
  return commands
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
    }
    expect(commands.length).toBeGreaterThanOrEqual(3 * payloads.length)
    // Each script with some of the payloads, and with others tomorrow.
    const scripts = Map.groupBy(
      commands.filter((it) => it[0] === 'sh'),
      (it) => it[2],
    )
    const ran = [...scripts.values()].flatMap((its, nth) => some(its, nth + today))
    expect(ran.length).toBeGreaterThanOrEqual(scripts.size)
    for (const command of ran) expect(await left(command), JSON.stringify(dataOf(command))).toEqual([])
  }, 120_000)

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
    expect(scripts.size).toBe(3)
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
    '%j as the domain of the cluster, quoted in its Corefile: nothing is run, and the source says why',
    async (payload) => {
      const domain = `cluster.local${payload}`
      const text = corefile.replace('cluster.local', JSON.stringify(domain))
      const configmaps = [{ metadata: { namespace: 'kube-system', name: 'coredns' }, data: { Corefile: text } }]
      const model = await collect(clusterOf({ ...rawCluster, configmaps }), { scope })
      const { clusterDns } = model.sources
      if (!clusterDns.known || !strange.test(clusterDns.value.domain)) return
      expect(await commandsOf(model)).toEqual([])
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
