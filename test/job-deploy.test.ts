import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { run } from '../src/cli/program.ts'
import { clouds } from './flavours/clouds.ts'
import { fakeCluster } from './flavours/fake-cluster.ts'
import { settle } from './flavours/settle.ts'

/** deploy/job: what it may do, what it runs as, and that its line is one that hopscope takes. */

const root = join(import.meta.dirname, '..')
const text = (name: string): string => readFileSync(join(root, 'deploy', name), 'utf8')

interface Object {
  readonly kind: string
  readonly metadata: { readonly namespace?: string }
  readonly rules?: readonly object[]
  readonly subjects?: readonly object[]
}
const objectsOf = (yaml: string): readonly Object[] => parseAllDocuments(yaml).map((it) => it.toJS() as Object)

test('its rights are those of rbac-read.yaml, for its own account', () => {
  const rules = (name: string) =>
    objectsOf(text(name))
      .filter((it) => it.kind === 'ClusterRole' || it.kind === 'Role')
      .map((it) => [it.kind, it.metadata.namespace ?? null, it.rules])
  expect(rules('job/rbac.yaml')).toEqual(rules('rbac-read.yaml'))
  for (const it of objectsOf(text('job/rbac.yaml')).filter(({ subjects }) => subjects !== undefined))
    expect(it.subjects).toEqual([{ kind: 'ServiceAccount', namespace: 'hopscope-job', name: 'hopscope-job' }])
})

interface CronJob {
  readonly spec: {
    readonly jobTemplate: {
      readonly spec: {
        readonly backoffLimit: number
        readonly template: {
          readonly spec: {
            readonly securityContext: object
            readonly containers: readonly { readonly args: readonly string[]; readonly securityContext: object }[]
          }
        }
      }
    }
  }
}

test('its pod asks for no privilege, and tells what is found as a failure, once', () => {
  const { backoffLimit, template } = (parse(text('job/cronjob.yaml')) as CronJob).spec.jobTemplate.spec
  expect(backoffLimit).toBe(0)
  expect(template.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532 })
  const [container] = template.spec.containers
  expect(container?.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  })
})

test('what it runs looks at every namespace, and fails where an error is found alone', async () => {
  const { jobTemplate } = (parse(text('job/cronjob.yaml')) as CronJob).spec
  const [flavour] = clouds
  if (flavour === undefined) throw new Error('no flavour')
  const { objects, families, version, broken } = flavour
  let out = ''
  vi.stubEnv('XDG_STATE_HOME', mkdtempSync(join(tmpdir(), 'job-')))
  vi.spyOn(process.stdout, 'write').mockImplementation((it) => (out += String(it)) !== '')
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  const codes: number[] = []
  for (const held of [objects, broken.but(objects)]) {
    const cluster = await fakeCluster(settle(held, families), version)
    const args = jobTemplate.spec.template.spec.containers[0]?.args ?? []
    codes.push(await run([...args, '--kubeconfig', cluster.kubeconfig]))
    expect(cluster.writes).toEqual([])
    await cluster.close()
  }
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  expect(codes).toEqual([0, 1])
  expect(out).toContain(broken.code)
})

test('kustomize builds it', ({ skip }) => {
  if (spawnSync('kubectl', ['version', '--client']).error !== undefined)
    return skip('there is no kubectl on this machine')
  const built = objectsOf(execFileSync('kubectl', ['kustomize', join(root, 'deploy/job')], { encoding: 'utf8' }))
  expect(built.map((it) => it.kind).toSorted()).toEqual(
    'ClusterRole ClusterRoleBinding CronJob Namespace Role RoleBinding ServiceAccount'.split(' '),
  )
  expect(built.find((it) => it.kind === 'Role')?.metadata.namespace).toBe('kube-system')
})
