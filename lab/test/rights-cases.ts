// Each level runs with the manifest that it ships; with less it names the missing verb and never says "ok".
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { Lab } from '../lab.ts'
import { logSize, type Request, requests } from './audit.ts'
import { hopscope, reportOf } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'

const group = 'rights'
const deploy = join(import.meta.dirname, '../../deploy')
const levels = [
  { level: 'read', manifests: ['rbac-read.yaml'], flags: [] },
  {
    level: 'ingress',
    manifests: ['rbac-read.yaml', 'rbac-dns-logs.yaml', 'rbac-probe.yaml', 'rbac-ingress.yaml'],
    flags: ['--probe'],
  },
  {
    level: 'probe',
    manifests: ['rbac-read.yaml', 'rbac-dns-logs.yaml', 'rbac-ingress.yaml', 'rbac-probe.yaml'],
    flags: ['--probe'],
  },
  {
    level: 'node',
    manifests: ['rbac-read.yaml', 'rbac-dns-logs.yaml', 'rbac-ingress.yaml', 'rbac-probe.yaml', 'rbac-node.yaml'],
    flags: ['--probe', '--node-access'],
  },
] as const

/**
 * Each kind that can be named, so that every `get` is used; there is no DaemonSet in `shop`, and no route of a Gateway,
 * and asking for one is use enough.
 */
const namedTargets = [
  'svc/cart',
  'deploy/web',
  'sts/db',
  'ds/none',
  'pod/db-0',
  'ingress/web',
  'httproute/none',
  'grpcroute/none',
  'httpproxy/none',
] as const

/**
 * Probing is granted for one namespace, and the controllers' configuration in theirs; the other manifests name theirs.
 */
function into(file: string): readonly string[] {
  if (file.endsWith('rbac-ingress.yaml')) return ['-n', 'ingress-nginx']
  return file.endsWith('rbac-probe.yaml') ? ['-n', 'shop'] : []
}

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly rules?: readonly {
    readonly apiGroups: readonly string[]
    readonly resources: readonly string[]
    readonly verbs: readonly string[]
  }[]
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[]
}

export async function rightsCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  const keep = async (result: Promise<Result>): Promise<void> => {
    results.push(await result)
    tell(await result)
  }
  for (const { level, manifests, flags } of levels) {
    const files = manifests.map((it) => join(deploy, it))
    for (const file of files) await lab.kubectl(['apply', ...into(file), '-f', file])
    try {
      await keep(
        expectThat(group, `${level}: the manifest is enough`, 'exit 0, nothing forbidden, nothing spare', async () => {
          const from = await logSize(lab.auditLog)
          const as = ['-n', 'shop', ...flags, '-o', 'json', '--as', await account(files)]
          const ran = await hopscope(['diagnose', ...as], { kubeconfig: lab.kubeconfig })
          if (level === 'read')
            for (const target of namedTargets)
              await hopscope(['diagnose', target, ...as], { kubeconfig: lab.kubeconfig })
          await new Promise((resolve) => setTimeout(resolve, 500))
          const made = await requests(lab.auditLog, from)
          const refused = made.filter((it) => it.code === 403)
          const spare = await unused(lab, files.slice(-1), made)
          const passed = ran.code === 0 && refused.length === 0 && spare.length === 0
          return {
            got: `exit ${ran.code}, ${refused.length} forbidden, spare: ${spare.join(', ') || 'nothing'}`,
            passed,
            detail: [
              ...refused.map((it) => `forbidden ${it.verb} ${it.resource} in ${it.namespace}`),
              ran.stderr,
              ran.stdout,
            ].join('\n'),
          }
        }),
      )
    } finally {
      for (const file of files) await lab.kubectl(['delete', ...into(file), '--ignore-not-found', '-f', file])
    }
  }

  await keep(
    expectThat(group, 'no rights at all', 'no check ok, verbs named', async () => {
      const ran = await hopscope(
        ['diagnose', '-n', 'shop', '-o', 'json', '--as', 'system:serviceaccount:default:nobody'],
        { kubeconfig: lab.kubeconfig },
      )
      const report = reportOf(ran)
      const named = report?.cannotTell.some((it) => it.why.includes('list services in namespace shop')) === true
      return {
        got: `${report?.ok.length ?? 'no report'} ok, ${report?.cannotTell.length ?? 0} cannot tell`,
        passed: report !== null && report.ok.length === 0 && named,
        detail: ran.stdout + ran.stderr,
      }
    }),
  )
  return results
}

/** `system:serviceaccount:NS:NAME`, or the user, that the manifests' bindings name. */
export async function account(files: readonly string[]): Promise<string> {
  const subject = (await manifestsIn(files)).flatMap((it) => it.subjects ?? [])[0]
  if (subject === undefined) throw new Error('no binding names a subject')
  return subject.kind === 'ServiceAccount'
    ? `system:serviceaccount:${subject.namespace ?? 'default'}:${subject.name}`
    : subject.name
}

/**
 * Rights that this cluster has no use for: WebSocket exec is a `get` before Kubernetes 1.35 and a `create` from then on
 * (kubernetes#134577).
 */
const neededElsewhere = new Set(['create pods/exec'])

/**
 * Rights of the manifests that this run made no use of. What an API group is for that this cluster does not serve (a
 * CRD of Cilium) has no object to be used on; a word that is wrong in a group that is served stays spare.
 */
async function unused(lab: Lab, files: readonly string[], made: readonly Request[]): Promise<readonly string[]> {
  const used = new Set(made.map((it) => `${it.verb} ${it.resource}`))
  const served = new Set((await lab.kubectl(['api-versions'])).split('\n').map(groupOf))
  const granted = (await manifestsIn(files))
    .flatMap((it) => it.rules ?? [])
    .flatMap((rule) =>
      rule.apiGroups
        .filter((it) => served.has(it))
        .flatMap((apiGroup) =>
          rule.resources.flatMap((resource) =>
            rule.verbs.map((verb) => `${verb} ${apiGroup === '' ? '' : `${apiGroup}/`}${resource}`),
          ),
        ),
    )
  return [...new Set(granted)].filter((it) => !used.has(it) && !neededElsewhere.has(it))
}

/** `apps` of `apps/v1`; the core group has no name. */
function groupOf(version: string): string {
  const [group = '', ...rest] = version.trim().split('/')
  return rest.length === 0 ? '' : group
}

async function manifestsIn(files: readonly string[]): Promise<readonly Manifest[]> {
  const texts = await Promise.all(files.map((it) => readFile(it, 'utf8')))
  return texts
    .flatMap((text) => parseAllDocuments(text).map((it) => it.toJS() as Manifest | null))
    .filter((it) => it !== null)
}
