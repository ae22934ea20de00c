import type { RawObject } from '../kube/cluster.ts'
import { advertisedInConfig } from '../wire/advertised.ts'
import { callsInConfig, isConfigName } from '../wire/config-calls.ts'
import { hbaDenial, redisDenial } from '../wire/config-denials.ts'
import { type ConfigListen, configOf, includesOf, listensInConfig } from '../wire/config-listens.ts'
import { nginxLookups } from '../wire/nginx-lookups.ts'
import { type Door, nginxDoors, type Refusal } from '../wire/nginx-doors.ts'
import { postgresTls } from '../wire/postgres-tls.ts'
import { profileOf } from '../wire/config-uses.ts'
import type { MapOf } from './env-of-maps.ts'

/**
 * A pod with what the ConfigMaps that it mounts, of the same file, tell its containers: whom to call, and where to
 * listen. It is kept beside the spec in fields that the API has not (`mountedCalls`, `mountedListens`). Live,
 * ConfigMaps of users are not read. One key is read once, however many pods mount it.
 */
export function readerOfMounts(mapOf: MapOf): (pod: RawObject) => RawObject {
  const callsOf = kept((it: Read) => (isConfigName(it.key) ? callsInConfig(it.text, nameOf(it), it.over) : []))
  const advertisedOf = kept((it: File) => (isConfigName(it.key) ? advertisedInConfig(it.text) : []))
  return (pod) => {
    const spec = fields(pod['spec'])
    const { namespace = '' } = pod.metadata
    const mapped = list(spec['volumes']).map(fields).filter(isOfMaps)
    if (mapped.length === 0) return pod
    const volumes = new Map(mapped.map((it) => [it['name'], it]))
    const containers = list(spec['containers']).map((it) => {
      const container = fields(it)
      const files = list(container['volumeMounts'])
        .slice(0, mostMounts)
        .flatMap((mount) => filesOf(fields(mount), { volumes, namespace, mapOf }))
      return files.length === 0
        ? container
        : {
            ...container,
            mountedCalls: ofProfiles(files, container)
              .flatMap((one) => callsOf(one).map((call) => placed(call, one)))
              .slice(0, mostCalls),
            mountedAdvertised: files
              .flatMap((one) => advertisedOf(one).map((it) => placed(it, one)))
              .slice(0, mostCalls),
            mountedListens: listensOf(container, files),
            mountedRefusals: refusalsOf(container, files),
            mountedLookups: lookupsOf(container, files),
            mountedSecures: securesOf(container, files),
          }
    })
    return { ...pod, spec: { ...spec, containers } }
  }
}

/** As many as a container has; a megabyte of text may name thousands. */
const mostMounts = 100
const mostCalls = 200

interface File {
  readonly path: string
  readonly map: string
  readonly key: string
  readonly text: string
  readonly place: string
  /** The directory is all of the volume's: what the image has there is hidden. */
  readonly isAll: boolean
}

function kept<F extends File, T>(read: (file: F) => T): (file: F) => T {
  const all = new Map<string, T>()
  return (file) => {
    const before = all.get(file.place)
    if (before !== undefined) return before
    const made = read(file)
    all.set(file.place, made)
    return made
  }
}

function nameOf({ path }: File): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

interface Read extends File {
  /** Texts that Spring Boot reads over it. */
  readonly over: readonly string[]
}

/** Without Spring Boot's files of another profile than the one that `SPRING_PROFILES_ACTIVE` names. */
function ofProfiles(files: readonly File[], container: Fields): readonly Read[] {
  const active = list(container['env'])
    .map(fields)
    .find((it) => it['name'] === 'SPRING_PROFILES_ACTIVE')?.['value']
  const told = files.map((file) => ({ file, profile: profileOf(nameOf(file)) }))
  const over = told.filter((it) => it.profile !== null && it.profile === active).slice(0, mostOver)
  return told.flatMap(({ file, profile }) => {
    if (profile !== null && profile !== active) return []
    const isUnder = profile === null && /^(?:application|bootstrap)\./.test(nameOf(file)) && over.length > 0
    const place = [file.place, ...over.map((it) => it.file.place)].join(' ')
    return [isUnder ? { ...file, over: over.map((it) => it.file.text), place } : { ...file, over: [] }]
  })
}

/** One file of a profile, and one of it in another format. */
const mostOver = 4

function placed<T>(it: T, { map, key }: File): T & { readonly map: string; readonly key: string } {
  return { ...it, map, key }
}

interface Around {
  readonly volumes: ReadonlyMap<unknown, Fields>
  readonly namespace: string
  readonly mapOf: MapOf
}

/** The files that a mount makes of keys: all below its path, or with `subPath` one of them. */
function filesOf(mount: Fields, { volumes, namespace, mapOf }: Around): readonly File[] {
  const { name, mountPath, subPath, subPathExpr } = mount
  const volume = volumes.get(name)
  if (volume === undefined || typeof mountPath !== 'string' || subPathExpr !== undefined) return []
  const at = mountPath.replace(/\/$/, '')
  return sourcesOf(volume).flatMap((source) => {
    const map = String(source['name'])
    const data = mapOf(namespace, map) ?? {}
    return pathsOf(source, data).flatMap(({ key, path }) => {
      const content = Object.hasOwn(data, key) ? data[key] : null
      const whole = typeof subPath === 'string' ? below(at, path, subPath.replace(/\/$/, '')) : `${at}/${path}`
      return typeof content !== 'string' || whole === null
        ? []
        : [{ path: whole, map, key, text: content, place: `${namespace}/${map}/${key}`, isAll: subPath === undefined }]
    })
  })
}

function below(at: string, path: string, sub: string): string | null {
  if (path === sub) return at
  return path.startsWith(`${sub}/`) ? `${at}${path.slice(sub.length)}` : null
}

function isOfMaps(volume: Fields): boolean {
  return sourcesOf(volume).length > 0
}

function sourcesOf(volume: Fields): readonly Fields[] {
  const own = fields(volume['configMap'])
  if (typeof own['name'] === 'string') return [own]
  return list(fields(volume['projected'])['sources'])
    .slice(0, mostMounts)
    .map((it) => fields(fields(it)['configMap']))
    .filter((it) => typeof it['name'] === 'string')
}

/** All keys, or those that `items` names, by its paths. */
function pathsOf({ items }: Fields, data: Fields): readonly { readonly key: string; readonly path: string }[] {
  if (!Array.isArray(items))
    return Object.keys(data)
      .slice(0, mostCalls)
      .map((key) => ({ key, path: key }))
  return items.slice(0, mostCalls).flatMap((it: unknown) => {
    const { key, path } = fields(it)
    return typeof key === 'string' && typeof path === 'string' ? [{ key, path }] : []
  })
}

/** Where the files tell the container's server to listen; nothing where the image may hold another file of it. */
function listensOf(container: Fields, files: readonly File[]): readonly (ConfigListen & { readonly map: string })[] {
  const words = [...list(container['command']), ...list(container['args'])].filter((it) => typeof it === 'string')
  const denials = files.flatMap((file) => denialOf(file, { words, image: String(container['image']), files }))
  const read = files.flatMap((file) => {
    const of = configOf(file.path, words)
    return of === null ? [] : [{ file, of }]
  })
  const told = read.flatMap(({ file, of }) => {
    const isWhole = of.kind !== 'nginx' || isNginxWhole(file, files)
    const guess = of.isGuess ? { isGuess: true as const } : {}
    return isWhole ? listensInConfig(of, file.text).map((it) => ({ ...placed(it, file), ...guess })) : []
  })
  return [...told, ...denials]
}

interface Running {
  readonly words: readonly string[]
  readonly image: string
  readonly files: readonly File[]
}

/** Who listens for all, and lets in nobody but the pod itself. A flag, and a user of the command line, go before it. */
function denialOf(file: File, { words, image, files }: Running) {
  const isSaid = (it: RegExp): boolean => words.some((word) => it.test(word.slice(0, 4000)))
  const of = configOf(file.path, words)
  if (of?.kind === 'redis') {
    const denial = isSaid(/--(?:requirepass|protected-mode|user|aclfile)\b/) ? null : redisDenial(file.text, image)
    return denial === null ? [] : [placed(denial, file)]
  }
  const isNamed =
    words.some((it) => it.slice(0, 4000).includes(`hba_file=${file.path}`)) ||
    files.some((it) => configOf(it.path, words)?.kind === 'postgres' && it.text.slice(0, 100_000).includes(file.path))
  if (!/pg_hba[^/]*\.conf$/.test(file.path) || !(isNamed || /^\/(?:opt\/bitnami\/postgresql\/conf)\//.test(file.path)))
    return []
  const denial = hbaDenial(file.text)
  return denial === null ? [] : [placed(denial, file)]
}

/** Ports at which nginx refuses, by all of its files that are mounted; nothing where one may say otherwise. */
function refusalsOf(container: Fields, files: readonly File[]): readonly object[] {
  const words = [...list(container['command']), ...list(container['args'])].filter((it) => typeof it === 'string')
  const read = files.filter((it) => configOf(it.path, words)?.kind === 'nginx')
  if (read.some((it) => isOtherwise.test(it.text))) return []
  const doors = read.flatMap((file) =>
    nginxDoors(file.text).map((door) => ({ ...door, file, isWhole: isNginxWhole(file, files) })),
  )
  return [...Map.groupBy(doors, (it) => it.port).values()].flatMap((its) => {
    const [first] = its
    // What the image listens on itself is port 80.
    if (first === undefined || !its.every((it) => isRefusal(it.answers) && (it.isWhole || it.port !== 80))) return []
    const { answers, port, file } = first
    return its.length === 1 && isRefusal(answers) ? [placed({ ...answers, port }, file)] : []
  })
}

/**
 * What nginx looks up itself, by all of its files that are mounted. The image's own nginx.conf has no `resolver` where
 * it is nginx's own (nginx/docker-nginx); of another's nobody knows, and neither of what a file includes.
 */
function lookupsOf(container: Fields, files: readonly File[]): readonly object[] {
  const words = [...list(container['command']), ...list(container['args'])].filter((it) => typeof it === 'string')
  const mounted = files.filter((it) => configOf(it.path, words)?.kind === 'nginx')
  if (!mounted.some((it) => /\$|\bresolve\b/.test(it.text))) return []
  const read = mounted.map((file) => ({ file, ...nginxLookups(file.text) }))
  const outer = read.find((it) => it.outer !== null)?.outer ?? null
  const isStock = /(?:^|\/)nginx(?:-unprivileged)?(?:[:@]|$)/.test(String(container['image']))
  const isWhole = isStock || mounted.some((it) => it.path.endsWith('/nginx.conf'))
  const isIncluding = mounted.some((it) => includesOf(it.text).some((one) => !usualInclude.test(one)))
  return read.flatMap(({ file, lookups }) =>
    lookups.flatMap((it) => {
      const servers = it.servers ?? outer
      const isGroup = read.some(({ groups }) => groups.has(it.host))
      if (isGroup || (servers === null && isIncluding)) return []
      const isGuess = servers === null && !isWhole ? { isGuess: true as const } : {}
      return [placed({ ...it, servers, ...isGuess }, file)]
    }),
  )
}

/** Whether its PostgreSQL speaks TLS, by a ConfigMap; what is read beside the image's own file says it or nothing. */
function securesOf(container: Fields, files: readonly File[]): 'on' | 'off' | null {
  const words = [...list(container['command']), ...list(container['args'])].filter((it) => typeof it === 'string')
  const confs = files
    .filter((it) => configOf(it.path, words)?.kind === 'postgres')
    .filter((it) => !it.path.includes('/conf.d/') || /^\s{0,40}ssl\s{0,20}[=\s]/m.test(it.text))
  const hbas = files.filter((it) => /pg_hba[^/]*\.conf$/.test(it.path))
  if (confs.length === 0) return null
  return postgresTls({ words, confs: confs.map((it) => it.text), hbas: hbas.map((it) => it.text) })
}

const usualInclude = /(?:^|\/)(?:mime\.types|\w+_params|conf\.d\/\*\.conf)$/

/** A client's address out of a header, or another way in, of all servers. */
const isOtherwise = /^\s{0,40}(?:set_real_ip_from|real_ip_header|satisfy\s{1,20}any)\b/m

function isRefusal(answers: Door['answers']): answers is Refusal {
  return typeof answers === 'object'
}

/** The image has a `conf.d/default.conf` that listens on port 80, which nginx.conf includes. */
function isNginxWhole({ path, text }: File, files: readonly File[]): boolean {
  const isOfAll = files.some(
    (it) => /^\/etc\/nginx\/conf\.d\/[^/]+$/.test(it.path) && (it.isAll || it.path.endsWith('/default.conf')),
  )
  const included = path.endsWith('/nginx.conf') ? includesOf(text) : []
  const isOther = included.some((it) => !/(?:^|\/)conf\.d\/\*\.conf$/.test(it))
  return (
    !isOther && (isOfAll || path.includes('/templates/') || (path.endsWith('/nginx.conf') && included.length === 0))
  )
}

type Fields = Readonly<Record<string, unknown>>

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
