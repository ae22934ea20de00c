import { describe, expect, test } from 'vitest'
import type { RawObject } from '../../kube/cluster.ts'
import { unknown } from '../../model/known.ts'
import { owed } from '../../owed.ts'
import { type LocalPod, localCluster, type Weather } from '../../../test/fakes/local-cluster.ts'
import type { PodPlan } from './pod-manifest.ts'
import { createPod, podLedger } from './pods.ts'
import { type Refuser, refuserOf } from './refusal.ts'

const action = 'create pods in namespace shop'
const refused = (said: string): string => `${action}: pods "hopscope-x" is forbidden: ${said}`

/** As API servers of 1.34 and OpenShift 4.14 word them. */
const said = {
  'pod-security': refused('violates PodSecurity "restricted:latest": host namespaces (hostNetwork=true)'),
  scc: refused(
    'unable to validate against any security context constraint: [provider restricted-v2: .spec.securityContext.runAsUser: Invalid value: 65532: must be in the ranges: [1000650000, 1000659999]]',
  ),
  quota: refused('exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2'),
  'limit-range': refused('maximum memory usage per Container is 64Mi, but limit is 160Mi'),
  admission: refused('error looking up service account shop/default: serviceaccount "default" not found'),
} as const satisfies Partial<Record<Refuser, string>>

describe('who would not have a pod', () => {
  test.each([
    ...Object.entries(said).map(([refuser, detail]) => [refuser, unknown('forbidden', detail)] as const),
    ['quota', unknown('forbidden', refused('failed quota: q: must specify limits.cpu for: hopscope'))],
    [
      'limit-range',
      unknown(
        'forbidden',
        refused('cpu max limit to request ratio per Container is 4, but provided ratio is 50.000000'),
      ),
    ],
    ['admission', unknown('failed', `${action}: admission webhook "validate.kyverno.svc-fail" denied the request: no`)],
    ['namespace', unknown('not-there', `${action}: namespaces "shop" not found`)],
    [
      'namespace',
      unknown('forbidden', refused('unable to create new content in namespace shop because it is being terminated')),
    ],
    ['rights', unknown('forbidden', action)],
    ['other', unknown('timed-out', action)],
    ['other', unknown('cut-off', `${action}: the connection ended in the middle of the answer`)],
  ] as const)('%s', (refuser, { why }) => {
    expect(refuserOf(why)).toBe(refuser)
  })
})

const plan: PodPlan = {
  run: 'abcd0123',
  namespace: 'shop',
  node: 'node-1',
  image: 'registry.example.com/node@sha256:abababababababababababababababababababababababababababababababab',
  program: '',
  hostNetwork: false,
  tolerateAll: false,
  spec: { kind: 'conntrack', everyMs: 500, forMs: 1000 },
}
const stuck: Weather = { stuck: () => ({ reason: 'x', message: 'x' }) }

async function made(weather: Weather, over: Partial<PodPlan> = {}) {
  const local = localCluster({ ...stuck, ...weather })
  const ledger = podLedger(local.cluster)
  const told = await createPod(local.cluster, { ...plan, ...over }, ledger)
  const pods = [...local.pods.values()]
  const left = await ledger.removeAll()
  return { told, pods, left, owing: owed().filter((it) => it.includes(plan.run)) }
}

describe('a namespace that refuses', () => {
  test.each(Object.entries(said))(
    '%s is one line with a hint, is no lack of rights, and leaves nothing',
    async (_name, detail) => {
      for (const hostNetwork of [false, true]) {
        const { told, pods, left, owing } = await made({ admit: () => detail }, { hostNetwork })
        const why = 'why' in told ? told.why : null
        expect(why?.reason).toBe('failed')
        expect(why?.detail).toMatch(/\((--probe-namespace|--node)/)
        expect(why?.detail).not.toMatch(/\n|^not allowed/)
        expect([pods, left, owing]).toEqual([[], [], []])
      }
    },
  )

  test('a hostNetwork pod names both ways out', async () => {
    const { told } = await made({ admit: () => said['pod-security'] }, { hostNetwork: true })
    const detail: unknown = expect.stringMatching(/--probe-namespace NS: .*privileged.*--conntrack-from kube-proxy/)
    expect(told).toEqual({ why: { reason: 'failed', detail } })
  })

  test('a lack of rights is said as such', async () => {
    expect((await made({ admit: () => action })).told).toEqual({
      why: { reason: 'forbidden', detail: `not allowed: ${action}` },
    })
  })
})

describe('the shape that a namespace takes', () => {
  const user = ({ pods: [pod] }: { readonly pods: readonly LocalPod[] }) => pod?.spec.securityContext
  const inRange = (pod: LocalPod): string | null => (pod.spec.securityContext.runAsUser === undefined ? null : said.scc)
  const range: Weather['namespace'] = { annotations: { 'openshift.io/sa.scc.uid-range': '1000650000/10000' } }

  test.each([
    ['none of its own', {}, 65532],
    ['a range of uids', { namespace: range }, undefined],
    ['a range, seen in the refusal alone', { admit: inRange }, undefined],
  ] as const)('user: %s', async (_name, weather: Weather, runAsUser) => {
    expect(user(await made(weather))).toEqual({
      runAsNonRoot: true,
      ...(runAsUser === undefined ? {} : { runAsUser, runAsGroup: runAsUser }),
      seccompProfile: { type: 'RuntimeDefault' },
    })
  })

  test('storage where the refusal asks for it', async () => {
    const admit = (pod: LocalPod): string | null =>
      pod.spec.containers[0]?.resources.requests['ephemeral-storage'] === undefined
        ? refused('minimum ephemeral-storage usage per Container is 1Mi. No request is specified')
        : null
    const { told, pods } = await made({ admit })
    expect(told).toMatchObject({ made: { name: 'hopscope-abcd0123-node-1' } })
    expect(pods[0]?.spec.containers[0]?.resources.limits).toMatchObject({ 'ephemeral-storage': '64Mi' })
  })

  test('a LimitRange that may be read is met, and one that leaves too little is named without a request', async () => {
    const limits = (max: string): RawObject => ({
      metadata: { name: 'tight' },
      spec: { limits: [{ type: 'Container', max: { memory: max } }] },
    })
    const { pods } = await made({ limitRanges: [limits('128Mi')] })
    expect(pods[0]?.spec.containers[0]?.resources.limits).toMatchObject({ memory: '128Mi' })
    const asked: string[] = []
    const { told, owing } = await made({ limitRanges: [limits('32Mi')], admit: () => (asked.push('create'), null) })
    const detail: unknown = expect.stringContaining('LimitRange tight allows')
    expect([told, asked, owing]).toEqual([{ why: { reason: 'failed', detail } }, [], []])
  })

  test('the image is kept as it was given, digest and all', async () => {
    expect((await made({})).pods[0]?.spec.containers[0]?.image).toBe(plan.image)
  })
})
