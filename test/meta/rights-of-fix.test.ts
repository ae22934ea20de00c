import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { remedies } from '../../src/remedies/registry.ts'

const texts = ['rbac-fix.yaml', 'rbac-fix-namespace.yaml'].map((it) =>
  readFileSync(join(import.meta.dirname, '../../deploy', it), 'utf8'),
)
const rules = texts.flatMap((text) =>
  parseAllDocuments(text).flatMap(
    (it) =>
      (
        it.toJS() as {
          rules?: readonly {
            apiGroups: readonly string[]
            resources: readonly string[]
            resourceNames?: readonly string[]
            verbs: readonly string[]
          }[]
        }
      ).rules ?? [],
  ),
)

describe('deploy/rbac-fix*.yaml', () => {
  test.each(remedies.map((it) => it.id))('says what %s needs', (id) =>
    expect(texts.join('\n')).toMatch(new RegExp(`^ {2}# (?:[a-z-]+, )*${id}[:,]`, 'm')),
  )

  test('grants no wildcard, no secret, and changes nothing in kube-system that it could name and does not', () => {
    const unnamed = new Set([
      'delete pods',
      'update deployments',
      'update statefulsets',
      'update daemonsets',
      'delete networkpolicies',
      'update services',
    ])
    const wide = rules
      .flatMap((it) =>
        it.resourceNames === undefined
          ? it.resources.flatMap((resource) => it.verbs.map((verb) => `${verb} ${resource}`))
          : [],
      )
      .filter((it) => /^(update|patch|delete)/.test(it))
    expect(wide.filter((it) => !unnamed.has(it))).toEqual([])
    expect(JSON.stringify(rules)).not.toMatch(/"\*"|secrets/)
  })
})
