import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asCluster } from '../src/bundle/as-cluster.ts'
import { bundleFromText } from '../src/bundle/from-text.ts'
import { checks } from '../src/checks/registry.ts'
import { clusterOf } from '../src/collect/cluster-of.ts'
import { collect } from '../src/collect/collect.ts'
import { type Diagnosis, diagnose } from '../src/engine.ts'
import type { Cluster } from '../src/kube/cluster.ts'
import { runs } from './build/effort.ts'
import { clouds } from './flavours/clouds.ts'
import { distributions } from './flavours/distributions.ts'
import { pluralOf } from './flavours/fake-cluster.ts'
import type { Flavour } from './flavours/flavour.ts'
import type { Manifest } from './flavours/manifest.ts'
import { networks } from './flavours/networks.ts'
import { settle } from './flavours/settle.ts'
import { workloads } from './flavours/workloads.ts'

/*
 * What `kubectl get … -o json` wrote of a cluster says no more than the cluster itself: nothing is ok that is not ok
 * there, whatever was not asked for.
 */

const flavours: readonly Flavour[] = [...clouds, ...distributions, ...networks, ...workloads]

const groups: Readonly<Record<string, string>> = {
  CronJob: 'batch/v1',
  DaemonSet: 'apps/v1',
  Deployment: 'apps/v1',
  EndpointSlice: 'discovery.k8s.io/v1',
  Ingress: 'networking.k8s.io/v1',
  IngressClass: 'networking.k8s.io/v1',
  Job: 'batch/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
}

type Chooser = (it: Manifest) => boolean

function kubectlGet(objects: readonly Manifest[], choose: Chooser): string {
  const items = objects.filter(choose).map((it) => ({ apiVersion: groups[it.kind] ?? 'v1', ...it }))
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items })
}

async function diagnosed(cluster: Cluster): Promise<Diagnosis> {
  const scope = { namespace: null, target: { kind: 'everything' }, level: 'read' } as const
  return diagnose(await collect(cluster, { scope }), { checks })
}

const verdicts = ({ results }: Diagnosis): ReadonlyMap<string, string> =>
  new Map(results.map((it) => [it.check.code, it.verdict]))

/** Codes that the file calls ok, or not applicable, and the cluster does not. */
async function greener(objects: readonly Manifest[], choose: Chooser): Promise<readonly string[]> {
  const live = verdicts(await diagnosed(clusterOf(Object.fromEntries(Map.groupBy(objects, pluralOf)))))
  const text = kubectlGet(objects, choose)
  const filed = verdicts(await diagnosed(asCluster(bundleFromText(text, 'FILE'), null)))
  return [...filed].flatMap(([code, it]) => {
    const there = live.get(code)
    // TRB901 and TRB903 speak of what was seen, and whether it has a cause: of a pod that is not in the file they have
    // nothing to say, and the checks that would read the list say that they can't. TRB903 has more to look at in a
    // file.
    const isMore =
      code !== 'TRB901' &&
      code !== 'TRB903' &&
      ((it === 'ok' && there !== 'ok') || (it === 'not-applicable' && there === 'finding'))
    return isMore || it === 'crashed' ? `${code} ${it}, and ${there} in the cluster` : []
  })
}

const kinds = ['Node', 'Namespace', 'Pod', 'Service', 'ConfigMap', ...Object.keys(groups)]

describe.each(flavours)('$it', (flavour) => {
  const well = settle(flavour.objects, flavour.families)
  const broken = settle(flavour.broken.but(flavour.objects), flavour.families)
  test('of a file that has every kind, no more is ok than of the cluster', async () => {
    expect(await greener(well, () => true)).toEqual([])
    expect(await greener(broken, () => true)).toEqual([])
  })
})

test('whatever kinds were not asked for, no more is ok', async () => {
  const gone = fc.subarray(kinds, { minLength: 1, maxLength: 4 })
  const property = fc.asyncProperty(fc.constantFrom(...flavours), gone, fc.boolean(), async (it, without, isBroken) => {
    const objects = isBroken ? it.broken.but(it.objects) : it.objects
    expect(await greener(settle(objects, it.families), ({ kind }) => !without.includes(kind))).toEqual([])
  })
  await fc.assert(property, { numRuns: runs(120) })
})

test('whatever -l chose, no more is ok', async () => {
  const property = fc.asyncProperty(fc.constantFrom(...flavours), fc.nat(), fc.boolean(), async (it, nth, isBroken) => {
    const objects = settle(isBroken ? it.broken.but(it.objects) : it.objects, it.families)
    const labels = [...new Set(objects.flatMap(({ metadata }) => Object.entries(metadata.labels ?? {}).map(String)))]
    const label = labels[nth % labels.length]
    const bears: Chooser = ({ metadata }) =>
      Object.entries(metadata.labels ?? {})
        .map(String)
        .includes(label ?? '')
    expect(await greener(objects, bears)).toEqual([])
  })
  await fc.assert(property, { numRuns: runs(120) })
})
