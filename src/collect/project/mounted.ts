import { isServerImage } from '../../relations/dns/dns-servers.ts'
import { type Fields, fields, isObject, list, text, texts } from './json.ts'

/** What the container of a DNS server has of files beside those of its image. */
export interface Mounted {
  /** `-conf`; null where it is not given. */
  readonly conf: string | null
  /** Its service account; absent where the spec names none. */
  readonly account?: string
  /** null: what is in it is not known by the spec: a whole ConfigMap, a directory of the node. */
  readonly mounts: readonly { readonly at: string; readonly files: readonly string[] | null }[]
}

/** Of a raw pod; null where no container of it runs CoreDNS, or that one mounts nothing of its own. */
export function projectMounted(raw: unknown): Mounted | null {
  const spec = fields(fields(raw)['spec'])
  const own = list(spec['containers'])
    .map(fields)
    .find((it) => /coredns/i.test(text(it['image']) ?? '') && isServerImage(text(it['image']) ?? ''))
  if (own === undefined) return null
  const volumes = new Map(list(spec['volumes']).map((it) => [text(fields(it)['name']), fields(it)]))
  const mounts = list(own['volumeMounts'])
    .map(fields)
    .flatMap((it) => {
      const at = text(it['mountPath'])
      if (at === null || ofKubelet.test(at)) return []
      const isPart = text(it['subPath']) !== null || text(it['subPathExpr']) !== null
      return [{ at: at.replace(/\/$/, ''), files: isPart ? null : filesOf(volumes.get(text(it['name'])) ?? {}) }]
    })
  // Who mounts nothing brings its files along in the image.
  const account = text(spec['serviceAccountName'])
  return mounts.length === 0
    ? null
    : {
        conf: confOf([...texts(own['command']), ...texts(own['args'])]),
        mounts,
        ...(account === null ? {} : { account }),
      }
}

/** The token of its service account, which each pod has. */
const ofKubelet = /^(?:\/var)?\/run\/secrets\//

/** `-conf FILE`, `--conf FILE`, `-conf=FILE` (package flag). */
function confOf(words: readonly string[]): string | null {
  const at = words.findIndex((it) => /^--?conf(?:=|$)/.test(it))
  const word = words[at]
  if (word === undefined) return null
  const [, set] = /^--?conf=(.*)$/s.exec(word) ?? []
  return set ?? words[at + 1] ?? null
}

/** Only what a volume lists is known to be all of it. */
function filesOf(volume: Fields): readonly string[] | null {
  const sources = isObject(volume['projected'])
    ? list(fields(volume['projected'])['sources']).flatMap((it) => Object.values(fields(it)))
    : [volume['configMap'], volume['secret'], volume['downwardAPI']].filter((it) => it !== undefined)
  const each = sources.map((it) => {
    const items = list(fields(it)['items'])
    return items.length === 0 ? null : items.flatMap((one) => text(fields(one)['path']) ?? [])
  })
  const known = each.filter((it) => it !== null)
  return known.length === 0 || known.length < each.length ? null : known.flat()
}
