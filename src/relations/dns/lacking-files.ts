import type { LackingBy, LackingFile } from '../../model/cluster-dns.ts'
import type { Corefile, CorefilePlugin } from '../../wire/corefile.ts'

/** What a container mounts: `files` null where the spec does not say what is in it. */
export interface Mounts {
  readonly conf: string | null
  readonly mounts: readonly { readonly at: string; readonly files: readonly string[] | null }[]
}

type Named = Pick<LackingFile, 'by' | 'file' | 'line'>

/** Files that every one of these servers is told to read and none mounts, each once. */
export function lackingFiles(corefile: Corefile, servers: readonly Mounts[]): readonly LackingFile[] {
  const [first] = servers
  if (first === undefined) return []
  const confs = new Set(servers.map((it) => it.conf))
  const conf = confs.size === 1 ? first.conf : null
  const named: readonly Named[] = [
    ...(conf === null ? [] : [{ by: 'conf' as const, file: conf, line: null }]),
    ...corefile.servers.flatMap(({ plugins }) => plugins.flatMap(filesOf)),
  ]
  const lacking = named.filter(({ file }) => servers.every((it) => !mayHave(it, file)))
  return lacking
    .filter((it, at) => lacking.findIndex((one) => one.file === it.file && one.by === it.by) === at)
    .map((it) => ({ ...it, beside: besideOf(first, it.file) }))
}

/** Absolute paths alone: others begin at `root`, or where the server was started. */
function filesOf({ name, args, line }: CorefilePlugin): readonly Named[] {
  const named = (by: LackingBy, ...files: readonly (string | undefined)[]): readonly Named[] =>
    files.flatMap((file) => (file?.startsWith('/') === true && !isOpen(file) ? [{ by, file, line }] : []))
  switch (name) {
    case 'hosts':
      return named('hosts', args[0])
    case 'file':
      return named('file', args[0])
    case 'tls':
      return named('tls', ...args.slice(0, 3))
    case 'forward':
      return named('forward', ...args.slice(1))
    case 'import':
      return named('import', args[0])
    default:
      return []
  }
}

/** A pattern may mean no file, and what the environment says nobody knows. */
function isOpen(file: string): boolean {
  return /[*?[\]{}$]/.test(file)
}

/** What the kubelet and the image bring: /etc/hosts, /etc/resolv.conf, certificates. */
const brought = [
  /^\/etc\/(?:hosts|resolv\.conf|hostname|nsswitch\.conf|passwd|group)$/,
  /^\/etc\/(?:ssl|pki|ca-certificates)\//,
  /^\/(?:proc|sys|dev)\//,
  /^(?:\/var)?\/run\/secrets\//,
]

function mayHave({ mounts }: Mounts, file: string): boolean {
  if (brought.some((it) => it.test(file))) return true
  return mounts.some(({ at, files }) => {
    if (file === at) return true
    if (!file.startsWith(`${at}/`)) return false
    return files === null || files.includes(file.slice(at.length + 1))
  })
}

function besideOf({ mounts }: Mounts, file: string): LackingFile['beside'] {
  const around = mounts.filter(({ at }) => file.startsWith(`${at}/`)).toSorted((a, b) => b.at.length - a.at.length)[0]
  return around?.files == null ? null : { at: around.at, files: around.files }
}
