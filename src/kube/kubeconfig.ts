import { existsSync, readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { home } from '../home.ts'
import { delimiter, join } from 'node:path'
import { closest } from '../closest.ts'
import { ToolError } from '../tool-error.ts'
import type { ClusterOptions } from './cluster.ts'
import type { ClusterEntry, Kubeconfig, UserEntry } from './kubeconfig-file.ts'
import { withoutTrailing } from '../wire/trim-end.ts'

/*
 * Why not @kubernetes/client-node's KubeConfig: importing it costs 450-630 ms (its file imports the generated API and
 * undici), and it differs from kubectl where it hurts: it reads `token-file` where kubeconfigs say `tokenFile`, throws
 * on a name that two files share where kubectl lets the first win, throws on a missing file in KUBECONFIG, lets
 * *-data lose to files, gives exec plugins no KUBERNETES_EXEC_INFO, hides what they print, ignores HTTPS_PROXY, and
 * renews OIDC tokens without storing the rotated refresh token, which logs kubectl out.
 */

/** One context of the kubeconfig, resolved: where, as whom, in which namespace. */
export interface Target {
  readonly context: string
  readonly server: string
  readonly namespace: string
  readonly cluster: ClusterEntry
  readonly userName: string
  readonly user: UserEntry
}

const serviceAccountDir = '/var/run/secrets/kubernetes.io/serviceaccount'

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly serviceAccountDir: string
}

/**
 * Finds the kubeconfig as kubectl does (--kubeconfig, then every file of $KUBECONFIG, then ~/.kube/config, then the
 * pod's own service account) and picks the context, cluster and user that the options or the file name.
 * Throws ToolError no-kubeconfig, bad-kubeconfig or unknown-context.
 */
export async function loadTarget(
  options: Pick<ClusterOptions, 'kubeconfig' | 'context' | 'cluster' | 'user'>,
  around: Surroundings = { env: process.env, home: home(), serviceAccountDir },
): Promise<Target> {
  const paths = kubeconfigPaths(options.kubeconfig, around)
  const present = paths.filter((path) => existsSync(path))
  if (options.kubeconfig !== undefined && present.length === 0)
    throw new ToolError(
      'no-kubeconfig',
      `no such kubeconfig file: ${options.kubeconfig}`,
      'give the path of an existing file to --kubeconfig',
    )
  if (present.length === 0) return inCluster(around) ?? nothingFound(paths)
  // The YAML parser is loaded only here: inside a pod and for `--version` nothing needs it.
  const { mergeKubeconfigs, readKubeconfigFile } = await import('./kubeconfig-file.ts')
  return pick(mergeKubeconfigs(present.map(readKubeconfigFile)), present, options, around)
}

/** What the files of the kubeconfig list, nothing picked; null where there is none. */
export async function contextsOf(
  kubeconfig: string | undefined,
  around: Pick<Surroundings, 'env' | 'home'>,
): Promise<Kubeconfig | null> {
  const present = kubeconfigPaths(kubeconfig, around).filter((path) => existsSync(path))
  if (present.length === 0) return null
  const { mergeKubeconfigs, readKubeconfigFile } = await import('./kubeconfig-file.ts')
  return mergeKubeconfigs(present.map(readKubeconfigFile))
}

function kubeconfigPaths(flag: string | undefined, { env, home }: Pick<Surroundings, 'env' | 'home'>): string[] {
  if (flag !== undefined) return [flag]
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '')
  return listed.length > 0 ? listed : [join(home, '.kube', 'config')]
}

function nothingFound(paths: readonly string[]): never {
  throw new ToolError(
    'no-kubeconfig',
    `no kubeconfig: looked for ${paths.join(', ')}`,
    'name one with --kubeconfig or $KUBECONFIG',
  )
}

function pick(
  config: Kubeconfig,
  paths: readonly string[],
  options: Pick<ClusterOptions, 'context' | 'cluster' | 'user'>,
  around: Surroundings,
): Target {
  const file = `kubeconfig ${paths.join(', ')}`
  const contextName = options.context ?? config.currentContext
  if (contextName === null && (options.cluster === undefined || config.contexts.size > 0)) {
    if (config.contexts.size === 0) return inCluster(around) ?? empty(file)
    throw new ToolError(
      'unknown-context',
      `${file} has no current context`,
      `pick one with --context: ${names([...config.contexts.keys()])}`,
    )
  }
  const context = contextName === null ? null : found('context', contextName, config.contexts, file)
  const clusterName = options.cluster ?? context?.cluster ?? ''
  const userName = options.user ?? context?.user ?? ''
  const cluster = found('cluster', clusterName, config.clusters, file)
  const user = userName === '' ? nobody : found('user', userName, config.users, file)
  return {
    context: contextName ?? clusterName,
    server: serverUrl(cluster.server, clusterName, file),
    namespace: context?.namespace ?? 'default',
    cluster,
    userName,
    user,
  }
}

function empty(file: string): never {
  throw new ToolError(
    'no-kubeconfig',
    `${file} is empty: it names no cluster`,
    'name another with --kubeconfig or $KUBECONFIG',
  )
}

function found<T>(what: 'context' | 'cluster' | 'user', name: string, map: ReadonlyMap<string, T>, file: string): T {
  const entry = map.get(name)
  if (entry !== undefined) return entry
  const near = closest(name, [...map.keys()])
  const hint = near.length > 0 ? `the closest names are ${names(near)}` : `there are: ${names([...map.keys()])}`
  throw new ToolError(
    what === 'context' ? 'unknown-context' : 'bad-kubeconfig',
    `no ${what} \`${name}\` in ${file}`,
    map.size === 0 ? `the file has no ${what}s` : hint,
  )
}

function names(all: readonly string[]): string {
  const shown = all
    .slice(0, 8)
    .map((name) => `\`${name}\``)
    .join(', ')
  return all.length > 8 ? `${shown} and ${all.length - 8} more` : shown
}

function serverUrl(server: string, cluster: string, file: string): string {
  const text = /^https?:\/\//i.test(server) ? server : `https://${server}`
  if (server === '' || !URL.canParse(text))
    throw new ToolError(
      'bad-kubeconfig',
      `cluster \`${cluster}\` in ${file} has no usable server URL`,
      'correct it with: kubectl config set-cluster',
    )
  return withoutTrailing(text, '/')
}

/** A user of whom a kubeconfig says nothing. */
export const nobody: UserEntry = {
  certData: null,
  certFile: null,
  keyData: null,
  keyFile: null,
  token: null,
  tokenFile: null,
  username: null,
  password: null,
  exec: null,
  authProvider: null,
  as: null,
  asGroups: [],
}

/** The pod's own service account; null outside a pod (client-go's rest.InClusterConfig). */
function inCluster({ env, serviceAccountDir: dir }: Surroundings): Target | null {
  const host = env['KUBERNETES_SERVICE_HOST']
  const port = env['KUBERNETES_SERVICE_PORT']
  const tokenFile = join(dir, 'token')
  if (!host || !port || !existsSync(tokenFile)) return null
  const caFile = join(dir, 'ca.crt')
  const namespaceFile = join(dir, 'namespace')
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`
  return {
    context: 'in-cluster',
    server,
    namespace: existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() || 'default' : 'default',
    cluster: {
      server,
      caData: null,
      caFile: existsSync(caFile) ? caFile : null,
      skipTlsVerify: false,
      tlsServerName: null,
      proxyUrl: null,
    },
    userName: 'service account',
    user: { ...nobody, tokenFile },
  }
}
