import type { Cluster, ListOptions, RawObject, Resource } from '../kube/cluster.ts'
import { configMaps, cronJobs, deployments, jobs, pods, statefulSets } from '../kube/resources.ts'
import { isKeptEvent } from '../kube/kept-events.ts'
import { chosenByLabels } from '../kube/label-selector.ts'
import { projectList, projectOne } from '../kube/projected.ts'
import { known, unknown } from '../model/known.ts'
import type { Bundle } from './bundle.ts'
import { type MapOf, mapsIn, withEnvOfMaps } from './env-of-maps.ts'
import { isPartial, keyOf } from './kinds.ts'
import { readerOfMounts } from './mounted-configs.ts'
import { readerOfVolumes } from './placed-volumes.ts'
import { newestIn } from './newest.ts'

/** A bundle, read as a cluster is read. What it does not hold is unknown with that reason; nothing can be changed. */
export function asCluster(bundle: Bundle, namespace: string | null): Cluster {
  let newest: { readonly at: number | null } | null = null
  const notThere = <T>(asked: string) => Promise.resolve<T>(unknown('cut-off', `${bundle.what} holds no ${asked}`) as T)
  let fill: ((pod: RawObject) => RawObject) | null = null
  const withVolumes = readerOfVolumes(() => bundle.withStatus(null))
  const filled = (resource: Resource, objects: readonly RawObject[]): readonly RawObject[] => {
    const isOfPods = keyOf(resource) === keyOf(pods)
    if (!isOfPods && !makers.has(keyOf(resource))) return objects
    const withMaps = (fill ??= filler(mapsIn(bundle.part(configMaps, null))))
    return objects.map((it) => (isOfPods ? withVolumes(withMaps(it)) : ofTemplate(it, withMaps)))
  }
  return {
    context: bundle.what,
    server: '',
    namespace: namespace ?? 'default',
    version: () => notThere('word of the API server'),
    serverNow: () => (newest ??= { at: newestIn(bundle) }).at,
    list(resource, options, project) {
      const where = options.namespace ?? null
      const read = bundle.read(resource, where)
      const some = !read.known && isPartial(resource) ? bundle.part(resource, where) : []
      const all = some.length === 0 ? read : known(some)
      if (!all.known) return Promise.resolve(all)
      const choose = chosenBy(options)
      return Promise.resolve(
        choose === null
          ? unknown('failed', `${bundle.what} can't be asked by ${options.labelSelector ?? options.fieldSelector}`)
          : projectList(filled(resource, all.value.filter(choose)), project),
      )
    },
    get(resource, where, name, project) {
      const all = bundle.read(resource, where)
      if (!all.known) return Promise.resolve(all)
      const one = all.value.find(({ metadata }) => metadata.name === name)
      return Promise.resolve(one === undefined ? unknown('not-there', name) : projectOne(one, project))
    },
    held: {
      holds: (resource, where) =>
        bundle.holds(resource, where) || (isPartial(resource) && bundle.part(resource, where).length > 0),
      isWhole: (resource, where) => bundle.hasAll(resource, where),
      what: bundle.what,
      unread: (where) => bundle.unread(where),
      strangers: (where) => bundle.strangers(where),
      withStatus: (where) => bundle.withStatus(where),
    },
    raw: () => notThere('list of what the API server serves'),
    mayI: () => notThere('rights'),
    logs: () => notThere('log that is read'),
    exec: () => notThere('pod to run in'),
    create: () => notThere('place to write to'),
    replace: () => notThere('place to write to'),
    delete: () => notThere('place to write to'),
    async *watch() {},
    close() {},
  }
}

/** What makes pods, and may have none now. */
const makers: ReadonlySet<string> = new Set([cronJobs, deployments, jobs, statefulSets].map(keyOf))

/** The same of a template of which no pod is made now: of others their pods tell it. */
function ofTemplate(maker: RawObject, fill: (pod: RawObject) => RawObject): RawObject {
  const spec = fields(maker['spec'])
  const isCron = 'jobTemplate' in spec
  if (!isCron && spec['replicas'] !== 0 && spec['suspend'] !== true) return maker
  const job = isCron ? fields(spec['jobTemplate']) : {}
  const of = isCron ? fields(job['spec']) : spec
  const template = fields(of['template'])
  const pod = fill({ metadata: maker.metadata, spec: fields(template['spec']) })
  const filled = { ...of, template: { ...template, spec: pod['spec'] } }
  return { ...maker, spec: isCron ? { ...spec, jobTemplate: { ...job, spec: filled } } : filled }
}

type Fields = Readonly<Record<string, unknown>>

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

/** Pods with what the ConfigMaps of the file give them, by their environment and as files. */
function filler(mapOf: MapOf): (pod: RawObject) => RawObject {
  const withMounts = readerOfMounts(mapOf)
  return (pod) => withMounts(withEnvOfMaps(pod, mapOf))
}

/** Null for a selector that `collect` does not make. */
function chosenBy({ labelSelector, fieldSelector }: ListOptions): ((it: RawObject) => boolean) | null {
  if (fieldSelector !== undefined) return fieldSelector === 'type=Warning' ? isKeptEvent : null
  return labelSelector === undefined ? () => true : chosenByLabels(labelSelector)
}
