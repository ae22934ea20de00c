// `hopscope fix` with the rights that deploy/rbac-fix*.yaml give, and no others.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMap, isSeq, parseAllDocuments } from 'yaml'
import type { Lab } from '../lab.ts'
import { logSize, type Request, requests } from './audit.ts'
import { differences, everything } from './everything.ts'
import { both, desk } from './fix-desk.ts'
import type { Ran } from './hopscope.ts'
import { account } from './rights-cases.ts'

const deploy = join(import.meta.dirname, '../../deploy')

/** The workload's namespace is where its remedy may write; DNS is probed from `default`. */
const grants = [
  { file: 'rbac-read.yaml', namespaces: [null] },
  { file: 'rbac-probe.yaml', namespaces: ['default', 'f-race'] },
  { file: 'rbac-node.yaml', namespaces: [null] },
  { file: 'rbac-fix.yaml', namespaces: [null] },
  { file: 'rbac-fix-namespace.yaml', namespaces: ['f-race'] },
] as const

/** Blocks of the manifests that this case makes use of, by what their comments begin with. */
const tried = /^\s*(Every remedy|node-local-dns|resolver-options)\b/

/**
 * The lock is read when somebody holds it or a renewal went unanswered, and renewed when a step takes longer than a
 * third of its time; this case changes a Deployment, and no other workload.
 */
const neededElsewhere = new Set([
  'get coordination.k8s.io/leases',
  'update coordination.k8s.io/leases',
  'update apps/statefulsets',
  'update apps/daemonsets',
])

/** Plans, applies and undoes both remedies; nothing may be forbidden, and of their blocks nothing left unused. */
export async function fixWithItsRights(
  lab: Lab,
  folder: string,
  plans: readonly (readonly string[])[],
): Promise<{ readonly got: string; readonly passed: boolean; readonly detail: string }> {
  const each = grants.flatMap(({ file, namespaces }) =>
    namespaces.map((namespace) => ({ path: join(deploy, file), into: namespace === null ? [] : ['-n', namespace] })),
  )
  const before = await everything(lab)
  const from = await logSize(lab.auditLog)
  const ran: Ran[] = []
  try {
    for (const { path, into } of each) await lab.kubectl(['apply', ...into, '-f', path])
    const as = ['--as', await account([join(deploy, 'rbac-fix.yaml')])]
    for (const [index, plan] of plans.entries()) {
      const at = await desk(lab, join(folder, `rights-${index}`))
      await at.plan([...plan, ...as])
      ran.push(await at.run(['fix', '--apply', at.id(), '--yes-context', 'hopscope-lab', '--no-verify-after', ...as]))
      ran.push(await at.run(['fix', '--undo', at.id(), ...as]))
    }
  } finally {
    for (const { path, into } of each.toReversed())
      await lab.kubectl(['delete', ...into, '--ignore-not-found', '-f', path])
  }
  await new Promise((resolve) => setTimeout(resolve, 500))
  const made = await requests(lab.auditLog, from)
  const refused = made.filter((it) => it.code === 403)
  const spare = await unused(['rbac-fix.yaml', 'rbac-fix-namespace.yaml'], made)
  const left = await differences(lab, before)
  const codes = ran.map((it) => it.code).join(' ')
  return {
    got: `exit ${codes}, ${refused.length} forbidden, spare: ${spare.join(', ') || 'nothing'}`,
    passed: ran.every((it) => it.code === 0) && refused.length === 0 && spare.length === 0 && left.length === 0,
    detail: [
      ...refused.map((it) => `forbidden ${it.verb} ${it.resource} ${it.name ?? ''} in ${it.namespace}`),
      ...ran.map(both),
      ...left,
    ].join('\n'),
  }
}

async function unused(files: readonly string[], made: readonly Request[]): Promise<readonly string[]> {
  const used = new Set(made.map((it) => `${it.verb} ${it.resource}`))
  const granted = (await Promise.all(files.map((it) => triedRules(join(deploy, it))))).flat()
  return [...new Set(granted)].filter((it) => !used.has(it) && !neededElsewhere.has(it))
}

/** A comment speaks for the rules below it, as far as the next one. */
async function triedRules(path: string): Promise<readonly string[]> {
  return parseAllDocuments(await readFile(path, 'utf8')).flatMap((document) => {
    const rules = document.get('rules')
    if (!isSeq(rules)) return []
    let comment = ''
    return rules.items.flatMap((item, index) => {
      if (!isMap(item)) return []
      comment = item.commentBefore ?? (index === 0 ? rules.commentBefore : null) ?? comment
      if (!tried.test(comment)) return []
      const { apiGroups, resources, verbs } = item.toJSON() as Record<
        'apiGroups' | 'resources' | 'verbs',
        readonly string[]
      >
      return apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group === '' ? '' : `${group}/`}${resource}`)),
      )
    })
  })
}
