import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checks } from '../src/checks/registry.ts'
import { type Diagnosis, diagnose } from '../src/engine.ts'
import { known } from '../src/model/known.ts'
import type { Model } from '../src/model/sources.ts'
import { subjectKey } from '../src/model/subject.ts'
import { paint } from '../src/report/paint.ts'
import { text } from '../src/report/diagnosis/text.ts'
import { some, today } from './build/effort.ts'
import { readSnapshot } from '../src/snapshot/read.ts'
import { corefileVersionText } from '../src/wire/corefile-version.ts'
import { sha512 } from '../src/wire/sha512.ts'

/**
 * kubeadm's names, each by another of the same length and place in the order, so that a report of the renamed cluster
 * is the renamed report, to the letter: any name that comes by heart and not from the model stands out. Images stay,
 * for by them programs are known; so do plugins of CoreDNS, its metrics, and the ConfigMap coredns-custom.
 */
const names: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w.-])kube-system(?![\w-])/g, 'ky-dns-home'],
  [/(?<![\w.-])kube-dns(?!\w)/g, 'kd-names'],
  [/(?<![\w.-])k8s-app(?!\w|-\w)/g, 'appname'],
  [/(?<![\w.-])coredns(?![\w/]|:\S|-custom|\.io)/g, 'cq-name'],
  [/cluster\.local/g, 'kube.internal'],
  [/(?<![\w.-]|--remedy )node-local-dns(?!\w)/g, 'nodecache-dns1'],
  [/(?<![\d.])169\.254\.20\.10(?!\d|\.\d)/g, '169.254.25.10'],
  [/(?<![\d.])198\.19\.0\.10(?!\d|\.\d)/g, '198.19.0.30'],
]

/** The domain in a regular expression of a Corefile. */
const escaped = [/cluster\\\.local/g, 'kube\\.internal'] as const

function renamed(said: string): string {
  return [...names, escaped].reduce((all, [from, to]) => all.replace(from, to), said)
}

function renamedAll(value: unknown): unknown {
  if (typeof value === 'string') return renamed(value)
  if (Array.isArray(value)) return value.map(renamedAll)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, its]) => [renamed(key), renamedAll(its)]))
}

/** What a recording of today knows, and those of the lab before it did not look for. */
function asOfToday(model: Model): Model {
  const { clusterDns: dns, nodes } = model.sources
  const proxySet = { namespace: 'kube-system', name: 'kube-proxy' }
  return {
    ...model,
    sources: {
      ...model.sources,
      clusterDns: dns.known ? known({ corefileMap: 'coredns', ...dns.value }) : dns,
      nodes: nodes.known ? known(nodes.value.map((it) => ({ proxySet, ...it }))) : nodes,
    },
  }
}

/** The text is another one, and so is the hash by which the servers name it. */
function inAnotherCluster(model: Model): Model {
  const { clusterDns: dns } = model.sources
  const other = JSON.stringify(renamedAll(model))
  if (!dns.known || !dns.value.corefile.known) return JSON.parse(other) as Model
  const hash = (corefile: string): string => sha512(corefileVersionText(corefile, 'none') ?? '')
  const corefile = dns.value.corefile.value
  const mine = [hash(corefile), dns.value.corefileHash ?? hash(corefile)]
  return JSON.parse(mine.reduce((all, it) => all.replaceAll(it, hash(renamed(corefile))), other)) as Model
}

function found({ roots }: Diagnosis): readonly string[] {
  return roots.flatMap(({ finding, consequences }) =>
    [finding, ...consequences].map(
      (it, index) => `${index === 0 ? '' : '  '}${it.code} ${it.severity} ${it.confidence} ${subjectKey(it.subject)}`,
    ),
  )
}

const folder = join(import.meta.dirname, '../scenarios')
const scenarios = readdirSync(folder).filter((it) => existsSync(join(folder, it, 'snapshot.hops')))
const plain = { paint: paint({ colour: false, ascii: false, width: 100 }), detail: 'normal', footer: [] } as const

describe('in a cluster with none of the usual names, the same is found by its names', () => {
  test.each(some(scenarios, today))('%s', async (name) => {
    const model = asOfToday(await readSnapshot(join(folder, name, 'snapshot.hops')))
    const [here, there] = [model, inAnotherCluster(model)].map((it) => diagnose(it, { checks }))
    if (here === undefined || there === undefined) return expect.fail()
    expect(found(there)).toEqual(found(here).map(renamed))
    expect(text(there, plain)).toBe(renamed(text(here, plain)))
  })
})

test('there are names to change', async () => {
  const model = await readSnapshot(join(folder, 'node-cache-healthy', 'snapshot.hops'))
  const other = JSON.stringify(inAnotherCluster(model))
  expect(names.filter(([from, to]) => !other.includes(to) || other.search(from) !== -1)).toEqual([])
})
