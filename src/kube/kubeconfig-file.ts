import { dirname, isAbsolute, join } from 'node:path'
import { ToolError } from '../tool-error.ts'
import { firstDocument } from './first-document.ts'
import { readLocalFile } from './local-file.ts'

export interface ClusterEntry {
  readonly server: string
  readonly caData: string | null
  readonly caFile: string | null
  readonly skipTlsVerify: boolean
  readonly tlsServerName: string | null
  readonly proxyUrl: string | null
}

export interface ExecSpec {
  readonly apiVersion: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly installHint: string | null
  readonly interactiveMode: string
  readonly provideClusterInfo: boolean
}

export interface UserEntry {
  readonly certData: string | null
  readonly certFile: string | null
  readonly keyData: string | null
  readonly keyFile: string | null
  readonly token: string | null
  readonly tokenFile: string | null
  readonly username: string | null
  readonly password: string | null
  readonly exec: ExecSpec | null
  readonly authProvider: { readonly name: string; readonly config: Readonly<Record<string, string>> } | null
  readonly as: string | null
  readonly asGroups: readonly string[]
}

export interface ContextEntry {
  readonly cluster: string
  readonly user: string
  readonly namespace: string | null
}

/**
 * One kubeconfig file, or several merged; the fields of client-go's tools/clientcmd/api/v1/types.go that matter here.
 */
export interface Kubeconfig {
  readonly clusters: ReadonlyMap<string, ClusterEntry>
  readonly users: ReadonlyMap<string, UserEntry>
  readonly contexts: ReadonlyMap<string, ContextEntry>
  readonly currentContext: string | null
}

/**
 * Reads one kubeconfig file. Throws ToolError `bad-kubeconfig`; the message never quotes the file, which holds secrets.
 */
export function readKubeconfigFile(path: string): Kubeconfig {
  let text: string
  try {
    text = decoded(readLocalFile(path))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new ToolError(
      'bad-kubeconfig',
      `cannot read kubeconfig ${path}: ${code === 'EACCES' ? 'permission denied' : code}`,
      'see who may read it: ls -l ' + path,
    )
  }
  return parseKubeconfig(text, path)
}

/**
 * PowerShell's `>` writes UTF-16 with a byte order mark; kubectl reads it (sigs.k8s.io/yaml by way of go-yaml's
 * reader).
 */
function decoded(bytes: Buffer): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return bytes.subarray(2).toString('utf16le')
  if (first === 0xfe && second === 0xff)
    return Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)))
      .swap16()
      .toString('utf16le')
  return bytes.toString('utf8').replace(/^\uFEFF/, '')
}

/** `path` names the file in errors, and relative paths in the file are relative to its folder. */
export function parseKubeconfig(text: string, path: string): Kubeconfig {
  const root = rootOf(text, path)
  const dir = dirname(path)
  const current = string(root['current-context'])
  return {
    currentContext: current === '' ? null : current,
    clusters: named(root['clusters'], (entry) => clusterEntry(fields(entry['cluster']), dir)),
    users: named(root['users'], (entry) => userEntry(fields(entry['user']), dir)),
    contexts: named(root['contexts'], (entry) => {
      const context = fields(entry['context'])
      return {
        cluster: string(context['cluster']) ?? '',
        user: string(context['user']) ?? '',
        namespace: string(context['namespace']),
      }
    }),
  }
}

/** kubectl's rule: the first file that names a cluster, user or context wins, and so does the first current-context. */
export function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  return {
    clusters: firstOfEach(configs.map((config) => config.clusters)),
    users: firstOfEach(configs.map((config) => config.users)),
    contexts: firstOfEach(configs.map((config) => config.contexts)),
    currentContext: configs.find((config) => config.currentContext !== null)?.currentContext ?? null,
  }
}

function firstOfEach<T>(maps: readonly ReadonlyMap<string, T>[]): Map<string, T> {
  return new Map(maps.toReversed().flatMap((map) => [...map]))
}

/** The fields of the top level. */
function rootOf(text: string, path: string): Fields {
  const read = firstDocument(text)
  const value = read.kind === 'value' ? read.value : null
  const root = fields(value)
  const trouble = read.kind === 'trouble' ? read.what : troubleOf(value, root)
  if (trouble === null) return root
  throw new ToolError(
    'bad-kubeconfig',
    `kubeconfig ${path} ${trouble}`,
    `see what kubectl makes of it: kubectl config view --kubeconfig ${path}`,
  )
}

function troubleOf(value: unknown, root: Fields): string | null {
  if (value === null || value === undefined) return null
  if (typeof value !== 'object' || Array.isArray(value)) return 'is not a kubeconfig: its top level has no fields'
  const kind = root['kind']
  return kind === undefined || kind === 'Config' ? null : `is not a kubeconfig: it holds ${kindOf(kind)}`
}

function kindOf(kind: unknown): string {
  return typeof kind === 'string' ? `a ${kind.slice(0, 40)}` : 'something else'
}

function clusterEntry(entry: Fields, dir: string): ClusterEntry {
  return {
    server: string(entry['server']) ?? '',
    caData: string(entry['certificate-authority-data']),
    caFile: pathIn(dir, string(entry['certificate-authority'])),
    skipTlsVerify: isTrue(entry['insecure-skip-tls-verify']),
    tlsServerName: string(entry['tls-server-name']),
    proxyUrl: string(entry['proxy-url']),
  }
}

function userEntry(entry: Fields, dir: string): UserEntry {
  const provider = fields(entry['auth-provider'])
  const providerName = string(provider['name'])
  return {
    certData: string(entry['client-certificate-data']),
    certFile: pathIn(dir, string(entry['client-certificate'])),
    keyData: string(entry['client-key-data']),
    keyFile: pathIn(dir, string(entry['client-key'])),
    token: string(entry['token']),
    tokenFile: pathIn(dir, string(entry['tokenFile'])),
    username: string(entry['username']),
    password: string(entry['password']),
    exec: entry['exec'] === undefined || entry['exec'] === null ? null : execSpec(fields(entry['exec']), dir),
    authProvider: providerName === null ? null : { name: providerName, config: strings(fields(provider['config'])) },
    as: string(entry['as']),
    asGroups: list(entry['as-groups']).flatMap((group) => string(group) ?? []),
  }
}

function execSpec(entry: Fields, dir: string): ExecSpec {
  const command = string(entry['command']) ?? ''
  return {
    apiVersion: string(entry['apiVersion']) ?? 'client.authentication.k8s.io/v1',
    // Only a command with a separator is a path; a bare name is looked up in PATH (clientcmd's ResolveLocalPaths).
    command: command.includes('/') ? (pathIn(dir, command) ?? command) : command,
    args: list(entry['args']).flatMap((arg) => string(arg) ?? []),
    env: list(entry['env']).map((pair) => ({
      name: string(fields(pair)['name']) ?? '',
      value: string(fields(pair)['value']) ?? '',
    })),
    installHint: string(entry['installHint']),
    interactiveMode: string(entry['interactiveMode']) ?? 'IfAvailable',
    provideClusterInfo: isTrue(entry['provideClusterInfo']),
  }
}

type Fields = Readonly<Record<string, unknown>>

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function string(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : null
}

/** kubectl reads YAML 1.1, where these are booleans (gopkg.in/yaml.v2 resolve.go). */
function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && /^(y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(value))
}

function strings(values: Fields): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (string(value) === null ? [] : [[key, string(value) ?? '']])),
  )
}

function named<T>(entries: unknown, read: (entry: Fields) => T): Map<string, T> {
  const result = new Map<string, T>()
  for (const entry of list(entries).map(fields)) {
    const name = string(entry['name'])
    if (name !== null && !result.has(name)) result.set(name, read(entry))
  }
  return result
}

function pathIn(dir: string, path: string | null): string | null {
  return path === null || isAbsolute(path) ? path : join(dir, path)
}
